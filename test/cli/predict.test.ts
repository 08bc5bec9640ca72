// compare and predict as a user runs them, on the example's runs.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

const RUNS = "examples/runs.csv";

describe("compare and predict", () => {
  it("compare: every law with its errors beyond the runs, heaviest first", () => {
    const { laws, tested } = json(`compare ${RUNS}`);
    expect(laws.map(({ name }: { name: string }) => name).sort()).toEqual(["chinchilla", "coupled", "kaplan", "tied"]);
    expect(laws.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(Object.keys(laws[0].heldOut)).toEqual(["3", "10", "30"]);
    expect(laws[0].weight).toBeGreaterThanOrEqual(laws[1].weight);
    expect([1, 3, 10, 30]).toContain(tested);
    expect(isoflop(`compare ${RUNS}`).out).toMatch(/L = E \+ A\/N\^α \+ B\/D\^β; E /);
  });

  it("predict: a loss inside its interval, and a word where it reaches further than was tested", () => {
    const { points, warnings } = json(`predict ${RUNS} --N 7B,70B,1e15 --D 1.4T`);
    expect(points.map(({ N, D }: { N: number; D: number }) => [N, D])).toEqual([
      [7e9, 1.4e12],
      [70e9, 1.4e12],
      [1e15, 1.4e12],
    ]);
    for (const { low, loss, high } of points) {
      expect(low).toBeLessThan(loss);
      expect(loss).toBeLessThan(high);
    }
    expect(warnings.join()).toMatch(/tested/);
  });

  it("predict --at: a table of models in whatever columns and units, the same as by options", () => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    const file = join(folder, "points.csv");
    writeFileSync(file, "name;Params (B);tokens\nsmall;7;1,4T\nlarge;70;1,4T\n");
    const { points } = json(`predict ${RUNS} --at ${file}`);
    expect(points).toEqual(json(`predict ${RUNS} --N 7e9,70e9 --D 1.4e12`).points);
    // the largest run of the example has 1.93e9 parameters and 4.13e9 tokens at least, D/N 2 to 504
    const table = readFileSync(RUNS, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split(",").map(Number));
    const most = Math.max(...table.map(([N]) => N!));
    const ratio = Math.max(...table.map(([N, D]) => D! / N!));
    expect(points[1].beyondN).toBeCloseTo(70e9 / most, 9);
    expect(json(`predict ${RUNS} --N 1e8 --D 1e14`).points[0].beyondRatio).toBeCloseTo(1e6 / ratio, 6);
    expect(points[0].beyondRatio).toBe(1);
    writeFileSync(file, "params,loss\n7e9,2\n");
    expect(isoflop(`predict ${RUNS} --at ${file}`).error).toMatch(
      /points.csv: two of parameters, tokens and flops are needed: found "params", "loss";/,
    );
    writeFileSync(file, "params,tokens\n7e9,=HYPERLINK(1)\n");
    expect(isoflop(`predict ${RUNS} --at ${file}`).error).toMatch(/row 2, column "tokens": a number is needed/);
    rmSync(folder, { recursive: true });
  });

  it("compare: any formula beside the others, with the best size and what it lacks", () => {
    const formula = "loss = E + (A/N^a + B/D^b)^g";
    const { laws, warnings } = json([
      "compare",
      RUNS,
      "--laws",
      "coupled,kaplan",
      "--law",
      formula,
      "--budget",
      "1e22",
    ]);
    const named = (name: string) => laws.find((law: { name: string }) => law.name === name);
    expect(named("formula").objective).toBeCloseTo(named("coupled").objective, 10);
    expect(named("formula").budgets[0].N / named("coupled").budgets[0].N).toBeCloseTo(1, 3);
    expect(named("kaplan").lacks.join()).toMatch(/residuals trend with C: the law is off by/);
    expect(warnings).toEqual([]);
    const idle = json(["compare", RUNS, "--law", "loss = E + A*B/N^a", "--fix", "a=0.3"]);
    expect(idle.warnings.join()).toBe("formula: A and B are determined only together: fix or tie one of them");
    expect(idle.laws[0].weight).toBeNull();
  });

  it("fit --law: parameters with intervals, and the loss function asked for", () => {
    const fit = json(["fit", RUNS, "--law", "coupled", "--fix", "gamma=1", "--bootstrap", "20", "--budget", "1e22"]);
    const { parameters } = json(["fit", RUNS, "--law", "chinchilla", "--bootstrap", "0"]);
    expect(fit.parameters.alpha / parameters.alpha).toBeCloseTo(1, 6);
    expect(fit.ci.alpha[0]).toBeLessThan(fit.parameters.alpha);
    expect(fit.ci.alpha[1]).toBeGreaterThan(fit.parameters.alpha);
    expect(fit.budgets[0].N * fit.budgets[0].D * 6).toBeCloseTo(1e22, -10);
    const quantile = ["--loss-function", "quantile", "--quantile", "0.1", "--bootstrap", "0"];
    const low = json(["fit", RUNS, "--law", "kaplan", ...quantile]);
    expect(low.lossFunction).toMatchObject({ kind: "quantile", quantile: 0.1, delta: null });
  });

  it("predict and design read any law that fit --law wrote, and tell what a law takes beside N and D", () => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    const [law, table, at] = ["law.json", "runs.csv", "at.csv"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const formula = "--law loss=E+(A/N^a+B/D^b)^g --fix g=0.8";
    expect(isoflop(`fit ${RUNS} ${formula} --bootstrap 20 --quiet --out ${law}`).status).toBe(0);
    const file = JSON.parse(readFileSync(law, "utf8"));
    expect(file).toMatchObject({
      format: "isoflop law",
      law: "formula",
      fitted: { parameters: ["E", "A", "a", "B", "b"] },
    });
    expect([file.draws.a.length, file.rows.residual.length]).toEqual([20, file.rows.loss.length]);
    const from = json(`predict ${law} --N 7B --D 1.4T`);
    const whole = json(`predict ${RUNS} --law loss=E+(A/N^a+B/D^b)^0.8 --N 7B --D 1.4T`);
    expect(from.points[0].loss).toBeCloseTo(whole.points[0].loss, 4);
    expect(from.laws).toEqual([{ name: "formula", weight: expect.closeTo(1, 9) }]);
    expect(json(`design ${law} --target 1e23 --spend 1e21`).spent).toBeLessThanOrEqual(1e21);
    expect(isoflop(`plan ${law} --budget 1e22`).error).toMatch(/law.json: no approach 3 in this fit/);
    // a fit that forecasts cannot repeat says so, and so does who reads it
    expect(isoflop(`fit ${RUNS} --law tied --loss-function squares --bootstrap 0 --out ${law}`).out).toMatch(
      /the file holds no forecasts for predict/,
    );
    expect(isoflop(`predict ${law} --N 7B --D 1.4T`).error).toMatch(/holds no forecasts/);

    const rows = Array.from({ length: 30 }, (_, i) => {
      const [N, D, U] = [1e8 * 1.5 ** (i % 6), 3e9 * 2 ** Math.floor(i / 6), 1e9 * 3 ** (i % 5)];
      return [N, D, U, 1.8 + 400 / N ** 0.34 + 1e3 / U ** 0.3 + 900 / D ** 0.35].join();
    });
    writeFileSync(table, ["N,D,unique,loss", ...rows].join("\n"));
    writeFileSync(at, "N,D,unique\n1e9,1e11,1e9\n1e9,1e11,1e11\n");
    const unique = `predict ${table} --law loss=E+A/N^a+F/unique^f+B/D^b`;
    const [few, many] = json(`${unique} --at ${at}`).points;
    expect(few.loss - many.loss).toBeCloseTo(1e3 / 1e9 ** 0.3 - 1e3 / 1e11 ** 0.3, 3);
    expect(isoflop(`${unique} --N 1e9 --D 1e11`).error).toMatch(
      /the law formula takes unique beside N and D: give --at/,
    );
    writeFileSync(at, "N,D\n1e9,1e11\n");
    expect(isoflop(`${unique} --at ${at}`).error).toMatch(/at.csv: the law formula takes unique: add that column/);
    rmSync(folder, { recursive: true });
  });

  it("fit --law lr-batch and multi-power-law: laws of the learning rate, of tables that have one", () => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    const [sweep, curves] = ["sweep.csv", "curves.csv"].map((name) => join(folder, name)) as [string, string];
    const rows = [5e7, 2e8, 1e9].flatMap((N) =>
      [1e9, 8e9, 6e10].flatMap((D) =>
        Array.from({ length: 49 }, (_, k) => {
          const [x, y] = [0.35 * ((k % 7) - 3), 0.35 * (Math.floor(k / 7) - 3)];
          const bowl = Math.exp(0.01 * (x * x + 0.6 * y * y));
          const loss = (1.7 + 400 / N ** 0.34 + 1900 / D ** 0.36) * bowl;
          return [N, D, 2 * N ** -0.7 * D ** 0.2 * Math.exp(x), (0.5 * D ** 0.6 * Math.exp(y)) / 2048, loss].join();
        }),
      ),
    );
    writeFileSync(sweep, ["N,D,lr,bs,loss", ...rows].join("\n"));
    const found = json(`fit ${sweep} --law lr-batch --sweep sequence=2048 --budget 1e21`);
    expect([found.rate.N.value, found.rate.D.value, found.batch.D.value]).toEqual(
      [-0.7, 0.2, 0.6].map((exponent) => expect.closeTo(exponent, 5)),
    );
    const [{ N, D, rate, batch }] = found.budgets;
    expect(N * D).toBeCloseTo(1e21 / 6, -15);
    expect(rate.value / (2 * N ** -0.7 * D ** 0.2)).toBeCloseTo(1, 4);
    expect(batch.value / (0.5 * D ** 0.6)).toBeCloseTo(1, 4);
    expect(isoflop(`fit ${sweep} --law lr-batch --fix E=1`).error).toBe("isoflop: --fix is not for --law lr-batch\n");
    expect(isoflop(`fit ${sweep} --sweep lr=lr`).error).toMatch(/--sweep is for --law lr-batch/);
    expect(isoflop(`compare ${sweep} --law lr-batch`).error).toMatch(/--law lr-batch is for fit/);
    expect(isoflop(`fit ${RUNS} --law lr-batch`).error).toMatch(
      /no column holds the lr: name it with --sweep lr=COLUMN/,
    );

    // L = 2 + S^−.5 where the rate never changes but at once; a third schedule without losses is foretold
    const lines = ["a", "b", "c"].flatMap((curve, j) =>
      Array.from({ length: 40 }, (_, i) => {
        const [step, first] = [100 * (i + 1), 1e-3];
        const rate = j === 0 || i < 20 ? first : first / (2 * j);
        const loss = 2 + 1 / Math.sqrt(step * first) - (rate < first ? 0.02 * (1 - 1 / (1 + (i - 19))) : 0);
        return [curve, step, rate, j === 2 ? "" : loss].join();
      }),
    );
    writeFileSync(curves, ["curve,step,lr,loss", ...lines].join("\n"));
    const law = json(`fit ${curves} --law multi-power-law`);
    expect(law.curves.map(({ label, rows }: { label: string; rows: number }) => [label, rows])).toEqual([
      ["a", 40],
      ["b", 40],
      ["c", 40],
    ]);
    expect(law.curves[0].rms).toBeLessThan(0.01);
    expect([law.curves[2].rms, law.curves[2].leftOut]).toEqual([null, null]);
    expect(Math.abs(law.curves[2].last / 2.5 - 1)).toBeLessThan(0.02);
    expect(law.half).toBeGreaterThan(0);
    expect(isoflop(`fit ${curves} --law multi-power-law --schedule warmup=200`).error).toMatch(
      /: c must begin after its warm-up/,
    );
    rmSync(folder, { recursive: true });
  });

  it("compare --laws all: every law of the loss that the table has columns for", () => {
    const { laws } = json(`compare ${RUNS} --laws all`);
    expect(laws.map(({ name }: { name: string }) => name).sort()).toEqual([
      "bnsl",
      "chinchilla",
      "coupled",
      "farseer",
      "kaplan",
      "overtraining",
      "tied",
    ]);
  });

  it("predict and plan read what fit wrote, and give the same answers", () => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    const law = join(folder, "law.json");
    expect(isoflop(`fit ${RUNS} --budget 1e22 --bootstrap 50 --quiet --out ${law}`).status).toBe(0);
    const file = JSON.parse(readFileSync(law, "utf8"));
    expect(file).toMatchObject({ format: "isoflop law", version: 1, law: { name: "chinchilla" } });
    expect(file.law.parameters.alpha).toBe(file.alpha);
    expect(file.law.draws.alpha).toHaveLength(50);
    expect(file.rows.residual).toHaveLength(file.rows.loss.length);
    const { loss, forecast } = file.plans[0];
    expect(forecast.low).toBeLessThan(loss);
    expect(forecast.high).toBeGreaterThan(loss);
    const from = json(`predict ${law} --N 7B --D 1.4T`);
    expect(from.points).toEqual(json(`predict ${RUNS} --N 7B --D 1.4T`).points);
    const plans = json(`plan ${law} --budget 1e22 --devices 64 --price 2`).plans;
    expect(plans[0].N).toBeCloseTo(file.plans[0].N, -3);
    expect(plans[0].ci.N[0]).toBeCloseTo(file.plans[0].ci.N[0], -3);
    expect(plans[0].billCi.days[0]).toBeCloseTo(plans[0].days, 9); // a budget is spent whatever the law
    const [toLoss] = json(`plan ${law} --loss 2.4 --devices 64 --price 2`).plans;
    expect(toLoss.billCi.cost[0]).toBeLessThan(toLoss.cost);
    expect(toLoss.billCi.cost[1]).toBeGreaterThan(toLoss.cost);
    expect(toLoss.billCi.days[1] / toLoss.days).toBeCloseTo(toLoss.ci.trainingFlops[1] / toLoss.trainingFlops, 9);

    if (spawnSync("python3", ["-c", ""]).status === 0) {
      const script = fileURLToPath(new URL("../../examples/read_law.py", import.meta.url));
      const { stdout } = spawnSync("python3", [script, law, "7e9", "1.4e12"], { encoding: "utf8" });
      const [middle, low, high] = stdout.split(" ").map(Number) as [number, number, number];
      const { E, A, B, alpha, beta } = file;
      expect(middle).toBeCloseTo(E + A * 7e9 ** -alpha + B * 1.4e12 ** -beta, 5);
      expect(low < middle && middle < high).toBe(true);
    }
    const design = json(`design ${law} --target 1e23 --spend 1e21`);
    expect(design.spent).toBeLessThanOrEqual(1e21);
    expect(design.after.half).toBeLessThan(design.before.half);
    expect(isoflop(`design ${law} --target 1e10 --spend 1e21`).error).toMatch(/^isoflop: --target must be above/);

    const hostile = (change: (f: typeof file) => unknown, told: RegExp) => {
      const copy = structuredClone(file);
      writeFileSync(law, JSON.stringify(change(copy) ?? copy));
      const { status, error } = isoflop(`predict ${law} --N 7B --D 1.4T`);
      expect([status, error.trim().split("\n").length]).toEqual([2, 1]);
      expect(error).toMatch(told);
    };
    hostile((f) => {
      f.version = 2;
    }, /version must be 1, got 2/);
    hostile((f) => {
      f.rows.N[3] = -1;
    }, /law.json: N\[3\] must be greater than 0, got -1/);
    hostile((f) => {
      f.rows.C.pop();
    }, /rows.C must have 72 entries, got 71/);
    hostile((f) => {
      f.stack.members[0].law = "__proto__";
    }, /law must be one of/);
    hostile((f) => {
      f.stack.members[0].parameters = null;
    }, /stack.members\[0\].parameters must be an object/);
    hostile((f) => {
      f.stack.draws[0].member = 1e9;
    }, /stack.draws\[0\].member must be at most/);
    hostile((f) => {
      f.stack.draws[0].p[0] = "1";
    }, /stack.draws\[0\].p\[0\] must be a number/);
    hostile((f) => {
      f.stack.drift = "inf";
    }, /stack.drift must be a number/);
    hostile((f) => {
      f.stack.members[0].weight = 0.999;
    }, /must sum to 1/);
    hostile((f) => {
      f.rows = [1];
    }, /rows must be an object/);
    rmSync(folder, { recursive: true });
  });

  it("refuse in one line", () => {
    for (const [options, message] of [
      [["--law", "loss = E + A/N^(a"], /ends where "\)" is needed/],
      [["--law", "loss = E + sin(N)"], /there is no function "sin" for formulas/],
      [["--law", "loss = E + loss"], /the formula of "loss" must not use "loss" itself/],
      [["--law", "q = E + N"], /the formula gives "q", which is no column: N, D, C, loss/],
      [["--law", `loss = ${"(".repeat(10_000)}`], /a formula has at most 2000 characters/],
      [["--law", "loss = E + A/(D - D)"], /has no value at row 2, where D = /],
      [["--fix", "gamme=1"], /no law has a parameter gamme/],
      [["--tie", "alpha"], /give NAME=NAME, as alpha=beta/],
      [["--by-group", "set:E"], /by-group: the table has no column "set"/],
      [["--weights", "w"], /no column "w" to weigh rows by/],
      [["--law", "moe"], /the law moe needs a column of num_experts/],
    ] as const) {
      const { error, status } = isoflop(["compare", RUNS, ...options]);
      expect(error, options.join(" ").slice(0, 60)).toMatch(message);
      expect(error.trim()).not.toContain("\n");
      expect(status).toBe(2);
    }
    expect(isoflop(`fit ${RUNS} --tie alpha=beta`).error).toMatch(/--tie needs --law, as --law chinchilla/);
    expect(isoflop(`predict ${RUNS} --N 7B`).error).toBe(
      "isoflop: give --N and --D, the parameters and tokens of the models, or --at with a table of them\n",
    );
    expect(isoflop(`predict ${RUNS} --N 1e9,2e9,3e9 --D 1e9,2e9`).error).toMatch(
      /as many, or one of them a single value; got 3 and 2/,
    );
    expect(isoflop(`compare ${RUNS} --laws hoffmann`).error).toMatch(
      /law must be one of chinchilla, tied, coupled, kaplan/,
    );
    const brackets = isoflop(["fit", RUNS, "--law", "(".repeat(10_000)]);
    expect([brackets.status, brackets.error.length < 350]).toEqual([2, true]);
    expect(brackets.error).toMatch(/^isoflop: .*…' is invalid. a formula has at most 2000 characters, got 10000\.\n$/);
    expect(isoflop(`predict ${RUNS} --N 1e9 --D 1e9 --laws tied`).status).toBe(0);
    expect(isoflop(`compare ${RUNS} --laws tied,tied`).status).toBe(2);
  });
});
