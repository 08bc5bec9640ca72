// Laws that others fitted to tables of runs, fitted again to the same tables: each published objective, optimum or forecast beside the
// one found here. The tables are their authors' and not part of this project: a folder of them is given with --data, and where one
// is absent it is said where it comes from.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Curve,
  fitLaw,
  fitMultiPower,
  fixed,
  lawAt,
  lawNamed,
  lrBatchLaws,
  multiPowerLoss,
  multiPowerObjective,
  objectiveOf,
  resampled,
  type ScalingLaw,
} from "../fitting/laws/index.ts";
import { BESIROGLU, HOFFMANN } from "../fitting/laws/published.ts";
import {
  dropHighestLoss,
  fitIsoflop,
  type Interval,
  type Runs,
  readTable,
  runs,
  runsFromTable,
  type Table,
} from "../index.ts";
import { exp, log } from "../math/elementary.ts";
import { interval } from "../math/quantiles.ts";
import { atLeast, atMost, type Claim, equals, type Findings, type Recipe } from "./recipe.ts";

/** One publication: its tables, where they come from, and what is found on them. */
interface Case {
  readonly name: string;
  readonly files: readonly string[];
  readonly from: string;
  readonly run: (read: Read, quick: boolean) => Promise<{ claims: Claim[]; remarks: string[] }>;
}

type Read = (file: string) => Promise<Table>;

export const published: Recipe = {
  id: "published",
  title: "Published laws of the loss, fitted again to their own tables",
  settings:
    "The objectives are those published: sums of Huber's loss on log L (δ as published), least squares, or errors of forecasts. Tables are not part of this project: give their folder with --data.",
  takesFolder: true,
  async run({ data, quick, signal, onProgress }): Promise<Findings> {
    const claims: Claim[] = [];
    const remarks: string[] = [];
    const folder = data !== undefined && existsSync(data) && statSync(data).isDirectory() ? data : undefined;
    for (const [i, one] of CASES.entries()) {
      signal.throwIfAborted();
      const missing = one.files.filter((file) => folder === undefined || !existsSync(join(folder, file)));
      if (missing.length > 0) {
        remarks.push(
          `${one.name}: not tried, ${missing.join(", ")} absent. It comes from ${one.from}; give its folder with --data.`,
        );
        continue;
      }
      const found = await one.run((file) => readTable(readFileSync(join(folder!, file), "utf8"), "csv"), quick);
      claims.push(...found.claims.map((claim) => ({ ...claim, what: `${one.name}: ${claim.what}` })));
      remarks.push(...found.remarks.map((remark) => `${one.name}: ${remark}`));
      onProgress((i + 1) / CASES.length);
    }
    return { claims, figures: [], remarks };
  },
};

/** An objective printed to so many digits must be met to a millionth, or to its last digit where that is coarser. */
const objective = (what: string, value: number, measured: number, digit = 0): Claim => ({
  ...equals(what, value, Math.max(1e-6 * value, digit), { measured }),
  reads: `${value}`,
});

const lowest = (what: string, value: number, measured: number): Claim => ({
  ...atMost(what, value * (1 + 1e-6), { measured, source: "published" }),
  reads: `≤ ${value}`,
});

/** Repetitions that nobody makes: an R_D beyond them is no number of the data's. */
const UNBOUNDED = 1e6;
const between = ([low, high]: Interval): string => `${low.toPrecision(4)} … ${high.toPrecision(4)}`;

/** 95 % intervals of a law's parameters, in words. */
function intervals(law: ScalingLaw, on: Runs, delta: number, quick: boolean, names: readonly string[]) {
  const fit = fitLaw(law, on, { delta });
  const { ci, draws } = resampled(fit, on, { delta }, { draws: quick ? 40 : 200, seed: 1, by: "case" });
  const told = names.map((name) => `${name} ${fit.parameters[name]!.toPrecision(4)} (${between(ci[name]!)})`);
  return { fit, ci, words: `95 % intervals of ${draws} resamples: ${told.join(", ")}.` };
}

/**
 * R_D ∝ U^ρ beside what the model of random features says of it (docs/theory.md, 11.9): ρ = b − 1, where one pass falls as D^{−(a−1)/b}
 * and width as N^{−(a−1)}, so that the law's own exponents give b = α/β.
 */
function growth(on: Runs, quick: boolean): { claim: Claim; words: string } {
  const law = lawNamed("data-constrained-growing");
  const fit = fitLaw(law, on, 1e-3);
  const { all, draws } = resampled(fit, on, { delta: 1e-3 }, { draws: quick ? 40 : 200, seed: 1, by: "case" });
  const place = (name: string) => law.parameters.indexOf(name);
  const rho = (p: ArrayLike<number>) => p[place("rho")]!;
  const foretold = (p: ArrayLike<number>) => p[place("alpha")]! / p[place("beta")]! - 1;
  const [ofRho, ofModel, ofDifference] = [rho, foretold, (p: ArrayLike<number>) => rho(p) - foretold(p)].map(
    (value) => ({
      value: value(fit.p),
      ci: interval(all.map(value)),
    }),
  ) as [{ value: number; ci: Interval }, { value: number; ci: Interval }, { value: number; ci: Interval }];
  const told = ({ value, ci }: typeof ofRho) => `${value.toPrecision(2)} (${between(ci)})`;
  const half = +((ofDifference.ci[1] - ofDifference.ci[0]) / 2).toPrecision(2);
  return {
    claim: {
      ...equals("ρ of R_D ∝ U^ρ less what random features say, α/β − 1", 0, half, {
        measured: ofDifference.value,
        source: "theory",
        disputed: `on these runs ρ is ${told(ofRho)}, the model's ${told(ofModel)}: what repeated tokens are worth in units of the unique ones does not grow with them here. A law without a term for what many epochs spoil gives that to R_D`,
      }),
    },
    words: `with R_D ∝ U^ρ, all free: ρ ${told(ofRho)}, objective ${fit.objective.toPrecision(5)}; the model of random features says b − 1 = α/β − 1 = ${told(ofModel)}; their difference ${told(ofDifference)}, 95 % intervals of ${draws} resamples.`,
  };
}

/** Schedules that the multi-power law was fitted to, and those it was tried on. */
const TRAIN = ["cosine_24000", "constant_24000", "wsdcon_9"];
const TEST = ["cosine_72000", "constant_72000", "wsd_20000_24000", "wsdld_20000_24000", "wsdcon_18", "wsdcon_3"];

const CASES: readonly Case[] = [
  {
    name: "Chinchilla",
    files: ["chinchilla-extracted.csv"],
    from: "github.com/epoch-research/analyzing-chinchilla (Besiroglu et al. 2024, arXiv 2404.10102)",
    async run(read, quick) {
      const all = runsFromTable(await read("chinchilla-extracted.csv"), {
        columns: { N: "Model Size", C: "Training FLOP", loss: "loss" },
      });
      const on = dropHighestLoss(all, 5);
      const { fit, ci, words } = intervals(lawNamed("chinchilla"), on, 1e-3, quick, ["E", "A", "B", "alpha", "beta"]);
      const p = fit.parameters;
      const [original, refitted] = [HOFFMANN.law, BESIROGLU.law];
      return {
        claims: [
          objective("least objective on 240 runs", 0.00101827402, fit.objective),
          equals("E", refitted.E, 1e-4, { measured: p.E! }),
          equals("α", refitted.alpha, 1e-4, { measured: p.alpha! }),
          equals("β", refitted.beta, 1e-4, { measured: p.beta! }),
          equals("β of Hoffmann et al. themselves", original.beta, 0.02, {
            measured: p.beta!,
            disputed: `on these runs their parameters have ${(objectiveOf(lawNamed("chinchilla"), on, original, { delta: 1e-3 }) / fit.objective).toPrecision(4)} times the least objective, and β lies in ${between(ci.beta!)}`,
          }),
        ],
        remarks: [words],
      };
    },
  },
  {
    name: "Porian et al.",
    files: ["porian-isoflops.csv", "porian-power-law-fits.csv"],
    from: "github.com/formll/resolving-scaling-law-discrepancies (Porian et al. 2024, arXiv 2406.19146)",
    async run(read) {
      const [points, fits] = [await read("porian-isoflops.csv"), await read("porian-power-law-fits.csv")];
      const cell = (name: string, i: number) => String(fits.cells[fits.columns.indexOf(name)]![i]);
      const keys = ["file", "dataset", "hparams", "warmup", "decay", "param_count", "val"];
      const errors: number[] = [];
      const found: string[] = [];
      for (let i = 0; i < fits.cells[0]!.length; i++) {
        if (cell("kind", i) !== "basic") continue;
        const where = Object.fromEntries(keys.map((key) => [key, cell(key, i)]));
        const { a } = fitIsoflop(runsFromTable(points, { where }), { curve: "akima" });
        errors.push(Math.abs(a - Number(cell("n_exponent", i))));
        found.push(a.toFixed(3));
      }
      return {
        claims: [
          atMost("N* exponent of approach 2, largest difference over the experiments", 0.01, {
            measured: Math.max(...errors),
          }),
        ],
        remarks: [`exponents of N*(C), experiment by experiment: ${found.join(", ")}.`],
      };
    },
  },
  {
    name: "Gemstones",
    files: ["gemstones-slim.csv", "gemstones-hot.csv"],
    from: "github.com/mcleish7/gemstone-scaling-laws (McLeish et al. 2025, arXiv 2502.06857)",
    async run(read, quick) {
      const columns = { N: "params_active_precise", D: "tokens", C: "", loss: "final_loss" };
      const slim = runsFromTable(await read("gemstones-slim.csv"), { columns });
      const hot = runsFromTable(await read("gemstones-hot.csv"), { columns });
      const law = lawNamed("chinchilla");
      const { fit, words } = intervals(law, slim, 1e-4, quick, ["alpha", "beta"]);
      const held = fitLaw(fixed(law, { alpha: 0.27644, beta: 0.47382 }), slim, 1e-4).objective;
      const why = `the published search stopped early: at its own α and β the objective is ${held.toPrecision(6)}, the least is ${fit.objective.toPrecision(6)}`;
      return {
        claims: [
          lowest("least objective on the slim subset", 1.33978e-5, fit.objective),
          equals("α", 0.27644, 0.005, { measured: fit.parameters.alpha!, disputed: why }),
          equals("β", 0.47382, 0.005, { measured: fit.parameters.beta!, disputed: why }),
          lowest("least objective on the constant-rate runs", 2.0751e-4, fitLaw(law, hot, 1e-4).objective),
        ],
        remarks: [words],
      };
    },
  },
  {
    name: "Data-constrained",
    files: ["data-constrained.csv"],
    from: "github.com/huggingface/datablations (Muennighoff et al. 2023, arXiv 2305.16264)",
    async run(read, quick) {
      const on = runsFromTable(await read("data-constrained.csv"), {
        columns: { N: "params", D: "tokens", loss: "loss" },
        more: ["unique_tokens"],
      });
      const law = lawNamed("data-constrained");
      const held = { E: exp(0.6254804), A: exp(6.255414), B: exp(7.3049974), alpha: 0.3526596, beta: 0.3526596 };
      const at = objectiveOf(law, on, { ...held, RD: 15.3878, RN: 5.3097 }, { delta: 1e-3 });
      const { fit, ci, words } = intervals(fixed(law, held), on, 1e-3, quick, ["RD", "RN"]);
      const free = fitLaw(law, on, 1e-3);
      const model = growth(on, quick);
      const why = `the published point is no minimum: objective ${at.toPrecision(9)} there, ${fit.objective.toPrecision(9)} at R_D ${fit.parameters.RD!.toPrecision(4)}, R_N ${fit.parameters.RN!.toPrecision(4)}; resamples put R_D anywhere ${ci.RD![1] < UNBOUNDED ? `in ${between(ci.RD!)}` : `from ${ci.RD![0].toPrecision(4)} up, without bound`}`;
      return {
        claims: [
          objective("objective at the published R_D and R_N", 0.0158259366, at),
          lowest("least objective, the others held", 0.0158259366, fit.objective),
          equals("R_D", 15.3878, 1, { measured: fit.parameters.RD!, disputed: why }),
          equals("R_N", 5.3097, 0.5, { measured: fit.parameters.RN!, disputed: why }),
          model.claim,
        ],
        remarks: [
          words,
          `all seven free: objective ${free.objective.toPrecision(5)}, α ${free.parameters.alpha!.toPrecision(4)}, β ${free.parameters.beta!.toPrecision(4)}, R_D ${free.parameters.RD!.toPrecision(4)}.`,
          model.words,
        ],
      };
    },
  },
  {
    name: "Over-training",
    files: ["over-training.csv"],
    from: "github.com/mlfoundations/scaling (Gadre et al. 2024, arXiv 2403.08540)",
    async run(read) {
      const table = await read("over-training.csv");
      const on = runsFromTable(table, {
        columns: { N: "params", D: "tokens", loss: "loss_c4_val" },
        where: { train_data: "rpj" },
        labels: ["run"],
      });
      const row = (name: string) => on.labels!.run!.indexOf(name);
      // 20 tokens a parameter at four sizes, and 320 at the smallest
      const small = [
        "d=96_l=8_h=4-1.0",
        "d=96_l=8_h=4-16.0",
        "d=512_l=8_h=4-1.0",
        "d=576_l=24_h=8-1.0",
        "d=1024_l=24_h=8-1.0",
      ];
      const chosen = small.map((name) => row(`rpj-${name}`));
      const take = (of: Float64Array) => chosen.map((i) => of[i]!);
      // each twice, which moves no minimum: five runs for four parameters are fewer than a fit is given otherwise
      const twice = (of: Float64Array) => [...take(of), ...take(of)];
      const five = runs({ N: twice(on.N), D: twice(on.D), loss: twice(on.loss) });
      const { lossAt, parameters } = fitLaw(lawNamed("overtraining"), five, {
        kind: "squares",
        scale: "linear",
      });
      const off = (name: string) => {
        const i = row(name);
        return (100 * Math.abs(lossAt(on.N[i]!, on.D[i]!) - on.loss[i]!)) / on.loss[i]!;
      };
      return {
        claims: [
          equals("C4 loss of 1.4B at M = 640, error in %", 0.7103, 1e-4, { measured: off("rpj-open_lm_1b-32.0") }),
          equals("C4 loss of 6.9B at M = 20, error in %", 0.732, 1e-4, { measured: off("rpj-open_lm_7b-1.0") }),
          equals("η", 0.136425, 1e-5, { measured: parameters.eta! }),
        ],
        remarks: ["four parameters on five runs: one degree of freedom, so resampling says nothing of them."],
      };
    },
  },
  {
    name: "OLMo ladder",
    files: ["olmo-ladder.csv"],
    from: "github.com/allenai/OLMo-ladder (Bhagia et al. 2024, arXiv 2412.04403)",
    async run(read, quick) {
      const table = await read("olmo-ladder.csv");
      const load = (loss: string, mode: string) =>
        runsFromTable(table, { columns: { N: "params", D: "tokens", C: "", loss, run: "" }, where: { mode } });
      const law = lawNamed("chinchilla");
      const target = load("c4_loss", "eval");
      const large = target.N.indexOf(Math.max(...target.N));
      const foretold = (loss: string) =>
        fitLaw(law, load(loss, "train"), 1e-3).lossAt(target.N[large]!, target.D[large]!);
      const { words } = intervals(law, load("c4_loss", "train"), 1e-3, quick, ["alpha", "beta"]);
      const c4 = foretold("c4_loss");
      return {
        claims: [
          equals("C4 loss of 13B at 5T foretold", 2.34439, 5e-5, { measured: c4 }),
          equals("HellaSwag bits a byte of 13B at 5T foretold", 0.65318, 5e-5, {
            measured: foretold("bpb_hellaswag_val"),
          }),
        ],
        remarks: [
          `the run itself has a C4 loss of ${target.loss[large]!.toPrecision(5)}: the forecast is ${(100 * log(target.loss[large]! / c4)).toFixed(1)} % too low.`,
          `${words} Sixteen runs do not determine the exponents.`,
        ],
      };
    },
  },
  {
    name: "Multi-power law",
    files: ["400", "25"].flatMap((size) => [...TRAIN, ...TEST].map((curve) => `multi-power-law/${size}/${curve}.csv`)),
    from: "github.com/thu-yao-01-luo/MultiPowerLaw (Luo et al. 2025, arXiv 2503.12811)",
    async run(read) {
      const curve = async (size: string, name: string): Promise<Curve> => {
        const { columns, cells } = await read(`multi-power-law/${size}/${name}.csv`);
        const column = (of: string) => Float64Array.from(cells[columns.indexOf(of)]!, Number);
        return { steps: column("step"), rate: column("lr"), loss: column("loss"), warmup: 2160 };
      };
      const claims: Claim[] = [];
      const remarks: string[] = [];
      for (const { size, p, mae, train } of [
        {
          size: "400",
          p: [2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457],
          mae: 0.00484,
          train: 5.77e-4,
        },
        {
          size: "25",
          p: [3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257],
          mae: 0.00376,
          train: undefined,
        },
      ]) {
        const seen = await Promise.all(TRAIN.map((name) => curve(size, name)));
        const unseen = await Promise.all(TEST.map((name) => curve(size, name)));
        const error = (at: Float64Array) =>
          unseen.reduce((total, one) => {
            const values = multiPowerLoss(one, at);
            return (
              total + values.reduce((sum, v, i) => sum + Math.abs(v - one.loss[i]!), 0) / values.length / unseen.length
            );
          }, 0);
        const given = Float64Array.from(p);
        const fit = fitMultiPower(seen, [given], { delta: 1e-3 });
        const at = multiPowerObjective(seen, given, { delta: 1e-3 });
        claims.push({
          ...equals(`${size}M: mean absolute error on six schedules not seen`, mae, 1e-5, { measured: error(given) }),
          reads: `${mae} ± 0.00001`,
        });
        if (train)
          claims.push(equals(`${size}M: objective of the published parameters`, train, 0.01 * train, { measured: at }));
        claims.push({
          ...atMost(`${size}M: least objective over that of the published parameters`, 1, {
            measured: fit.objective / at,
          }),
        });
        remarks.push(
          `${size}M: the published parameters are not the minimum of their objective, ${at.toPrecision(3)}: it is ${fit.objective.toPrecision(3)}, and errs by ${error(fit.p).toFixed(5)} on the six schedules instead of ${error(given).toFixed(5)}: seven parameters fit three curves too well.`,
        );
      }
      return { claims, remarks };
    },
  },
  {
    name: "StepLaw",
    files: ["steplaw-dense.csv"],
    from: "github.com/step-law/steplaw (Li et al. 2025, arXiv 2503.04715)",
    async run(read) {
      const { columns, cells } = await read("steplaw-dense.csv");
      const column = (of: string) => Float64Array.from(cells[columns.indexOf(of)]!, Number);
      const sweep = {
        ...{ N: column("N"), D: column("D"), rate: column("lr"), loss: column("smooth loss") },
        batch: column("bs").map((sequences) => 2048 * sequences),
      };
      const near = lrBatchLaws(sweep, "near");
      const bowl = lrBatchLaws(sweep, "bowl");
      const range = (
        what: string,
        expected: readonly [number, number],
        { value, stderr }: typeof near.rate.N,
        disputed?: string,
      ): Claim => ({
        ...{ what, source: "published", expected, reads: `${expected[0]} … ${expected[1]}` },
        ...{ measured: value, uncertainty: stderr },
        ...(disputed && { disputed }),
      });
      const why = (is: typeof near.rate.D, of: typeof near.rate.D) =>
        `rows within .25 % of each best give ${is.value.toFixed(3)} ± ${is.stderr.toFixed(3)}, the bottoms of bowls ${of.value.toFixed(3)} ± ${of.stderr.toFixed(3)}`;
      return {
        claims: [
          range("exponent of the rate in N", [-0.774, -0.655], near.rate.N),
          range("exponent of the rate in D", [0.271, 0.345], near.rate.D, why(near.rate.D, bowl.rate.D)),
          range("exponent of the batch in D", [0.534, 0.606], near.batch.D, why(near.batch.D, bowl.batch.D)),
        ],
        remarks: [
          `from ${bowl.optima.length} bowls: rate ∝ N^${bowl.rate.N.value.toFixed(3)} D^${bowl.rate.D.value.toFixed(3)}, batch ∝ D^${bowl.batch.D.value.toFixed(3)}, standard errors ${[bowl.rate.N, bowl.rate.D, bowl.batch.D].map(({ stderr }) => stderr.toFixed(3)).join(", ")}.`,
        ],
      };
    },
  },
  {
    name: "Routed networks",
    files: ["routed.csv"],
    from: "github.com/google-deepmind/scaling_laws_for_routing (Clark et al. 2022, arXiv 2202.01169)",
    async run(read, quick) {
      const table = await read("routed.csv");
      const load = (router: string): Runs =>
        runsFromTable(table, {
          columns: { N: "dense_parameter_count", C: "flops_per_step", loss: "loss_validation" },
          units: { N: 1, C: 1e6 },
          where: { router_type: router, k: "1", routing_frequency: "0.5" },
          more: ["num_experts"],
        });
      const [routed, dense] = [load("S-Base"), load("Dense")];
      const both = (of: (from: Runs) => Float64Array) => [...of(routed), ...of(dense)];
      const on = runs({
        N: both(({ N }) => N),
        D: both(({ D }) => D),
        loss: both(({ loss }) => loss),
        more: { num_experts: both(({ more }) => more!.num_experts!) },
      });
      const law = lawNamed("moe");
      const paper = { a: -0.082, b: -0.108, c: 0.009, d: 1.104, s: 1.847, m: 314.478 };
      const fit = fitLaw(law, on, { kind: "squares" });
      const { ci } = resampled(fit, on, { kind: "squares" }, { draws: quick ? 40 : 200, seed: 1, by: "case" });
      const at = objectiveOf(law, on, paper, { kind: "squares" });
      return {
        claims: [
          lowest("least sum of squares, half of log L", at, fit.objective),
          ...(["a", "b", "c", "d"] as const).map((name): Claim => {
            const stderr = (ci[name]![1] - ci[name]![0]) / 3.92;
            return equals(name, paper[name], Math.max(5e-4, +(3 * stderr).toPrecision(2)), {
              measured: fit.parameters[name]!,
              uncertainty: stderr,
            });
          }),
        ],
        remarks: [
          `published parameters in rounded digits: RMS ${(100 * Math.sqrt((2 * at) / on.n)).toFixed(2)} %, the minimum's ${(100 * fit.rms).toFixed(2)} %. s ${between(ci.s!)}, m ${between(ci.m!)}.`,
        ],
      };
    },
  },
  {
    name: "Broken law",
    files: [],
    from: "github.com/ethancaballero/broken_neural_scaling_laws (Caballero et al. 2023, arXiv 2210.14891)",
    async run() {
      const law = lawNamed("bnsl");
      const fit = fitLaw(law, runs({ D: X.slice(0, 14), N: X.slice(0, 14).map(() => 1), loss: Y.slice(0, 14) }), {
        kind: "squares",
      });
      const errors = X.slice(14).map((D, i) => 100 * Math.abs(log(lawAt(law, fit.parameters, { D }) / Y[14 + i]!)));
      const plain = fitLaw(lawNamed("tied"), runs({ D: X.slice(0, 14), N: X.slice(0, 14), loss: Y.slice(0, 14) }), {
        kind: "squares",
      });
      return {
        claims: [
          atMost("RMS over the fourteen points it is fitted to, in %", 1, { measured: 100 * fit.rms }),
          atLeast("RMS of a law without a break over that of the broken one", 10, { measured: plain.rms / fit.rms }),
        ],
        remarks: [
          `held out at x = ${X.slice(14).join(", ")}: off by ${errors.map((e) => `${e.toFixed(1)} %`).join(", ")}; no number is published for them.`,
        ],
      };
    },
  },
];

/** Four-digit addition: samples, and the test error (the table of Caballero et al.'s example). */
const X = [160, 192, 256, 320, 384, 448, 480, 512, 544, 576, 608, 640, 672, 736, 800, 864, 928];
const Y = [
  2.13809046, 2.11813418, 2.08955508, 2.06988398, 2.05404987, 2.03837089, 2.02814281, 2.00496872, 1.95576149,
  1.86313841, 1.70891537, 1.50637664, 1.29754721, 0.96559684, 0.75856477, 0.64768338, 0.55695445,
];
