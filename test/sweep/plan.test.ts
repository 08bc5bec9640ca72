import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { version } from "../../src/provenance.ts";
import { cellAt, repeats, spreadOrder } from "../../src/sweep/cells.ts";
import { jobs } from "../../src/sweep/jobs.ts";
import { canonical, KeySet, kernelVersion, sha256 } from "../../src/sweep/keys.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { cellSchema, planSchema, planSchemaOf } from "../../src/sweep/schema.ts";
import { STRICT } from "../../src/sweep/validator.ts";

const small = {
  job: "rehearsal",
  fixed: { beta: 0.5 },
  axes: { alpha: { list: [0.6, 0.7] }, v: { log: [10, 1000], points: 3 } },
  seeds: 2,
};

describe("a plan", () => {
  it("is the product of its axes and seeds, completed with defaults", async () => {
    const plan = await readPlan(small);
    expect(plan.size).toBe(12);
    const cells = Array.from({ length: plan.size }, (_, i) => cellAt(plan, i));
    expect(cells[0]!.parameters).toEqual({
      alpha: 0.6,
      beta: 0.5,
      v: 10,
      repeats: 1,
      megabytes: 0,
      outcome: "result",
      label: "",
    });
    expect(cells.map(({ parameters: { alpha, v }, seed }) => [alpha, v, seed])).toEqual(
      [0.6, 0.7].flatMap((alpha) => [10, 100, 1000].flatMap((v) => [0, 1].map((seed) => [alpha, v, seed]))),
    );
    expect(new Set(cells.map(({ key }) => key)).size).toBe(12);
  });

  it("spaces lin and log axes with exact ends, and rounds those of whole numbers", async () => {
    const values = async (axis: object, name = "alpha") =>
      (
        await readPlan({
          job: "rehearsal",
          fixed: { beta: 1, ...(name === "v" && { alpha: 1 }) },
          axes: { [name]: axis },
        })
      ).axes[0]!.values;
    expect(await values({ lin: [0.1, 0.3], points: 3 })).toEqual([0.1, 0.2, 0.3]);
    const log = (await values({ log: [0.1, 0.7], points: 4 })) as number[];
    expect([log[0], log[3]]).toEqual([0.1, 0.7]);
    expect(log[2]! / log[1]!).toBeCloseTo(log[1]! / log[0]!, 14);
    expect(await values({ log: [1, 10], points: 20 }, "v")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await values({ lin: [0.5, 9], points: 1 })).toEqual([0.5]);
  });

  it("shares keys with another plan where the cells are the same, and only there", async () => {
    const keys = async (change: object) => {
      const plan = await readPlan({ ...small, ...change });
      return Array.from({ length: plan.size }, (_, i) => cellAt(plan, i).key);
    };
    const first = new Set(await keys({}));
    const overlap = async (change: object) => (await keys(change)).filter((key) => first.has(key)).length;
    expect(await overlap({ name: "another", retries: 3, seeds: [1, 5] })).toBe(6);
    expect(await overlap({ fixed: { beta: 0.5, label: "" } })).toBe(12); // a default, given
    expect(await overlap({ fixed: { beta: 0.5, label: "x" } })).toBe(0);
    expect(await overlap({ save: ["D"] })).toBe(0);
  });

  it("has a key that depends on parameters, seed, job and kernels: pinned, for stores outlive versions", async () => {
    const identity = { kernels: "k", job: "loss", parameters: { b: [1, 2.5e-7], a: "é\n" }, seed: 3 };
    expect(canonical(identity)).toBe('{"job":"loss","kernels":"k","parameters":{"a":"é\\n","b":[1,2.5e-7]},"seed":3}');
    // printf '…' | sha256sum
    expect(sha256(canonical({ a: 1 }))).toBe("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  });

  it("names the kernels of every module", () => {
    const all = createHash("sha256");
    for (const name of ["isoflop", "learning", "networks", "sign", "huber", "laws"])
      all.update(readFileSync(`build/${name}.wasm`));
    expect(kernelVersion()).toBe(`${version}-wasm-${all.digest("hex").slice(0, 12)}`);
  });

  it("has the same canonical text in whatever order it was written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string())), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonical(reversed)).toBe(canonical(object));
        expect(JSON.parse(canonical(object))).toEqual(object);
      }),
    );
  });

  it("is run in an order that visits every cell once and is spread at every moment", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (size) => {
        expect(new Set(spreadOrder(size)).size).toBe(size);
      }),
    );
    const first = [...spreadOrder(10_000)].slice(0, 100).sort((a, b) => a - b);
    const gaps = first.map((index, i) => (first[i + 1] ?? 10_000) - index);
    expect(Math.max(...gaps)).toBeLessThan(300);
  });
});

describe("repeated cells", () => {
  it("are those whose key an earlier one has", async () => {
    const list = (values: number[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        list([0.5, 0.6, 0.7]),
        list([10, 20]),
        fc.uniqueArray(fc.nat(9), { minLength: 1 }),
        async (alpha, v, seeds) => {
          const plan = await readPlan({ ...small, axes: { alpha: { list: alpha }, v: { list: v } }, seeds });
          const isRepeated = repeats(plan);
          const seen = new Set<string>();
          for (let i = 0; i < plan.size; i++) {
            const { key } = cellAt(plan, i);
            expect(isRepeated(i)).toBe(seen.has(key));
            seen.add(key);
          }
        },
      ),
    );
  });
});

describe("a set of keys", () => {
  it("tells keys apart like a set of texts", () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => sha256(String(i % 15_000)));
    const [set, truth] = [new KeySet(), new Set<string>()];
    for (const key of keys) {
      expect(set.has(key)).toBe(truth.has(key));
      expect(set.add(key)).toBe(!truth.has(key));
      truth.add(key);
    }
    expect(set.size).toBe(15_000);
  });
});

describe("a mistake in a plan", () => {
  const refused = (plan: unknown) => readPlan(typeof plan === "string" ? plan : JSON.stringify(plan));
  const cases: [name: string, plan: unknown, message: RegExp][] = [
    ["no JSON", "{job: 1}", /^the plan is not JSON: .*position 1/],
    ["no object", "[]", /^the plan must be object/],
    ["null", "null", /^the plan must be object/],
    ["no job", {}, /^the plan must have required property 'job'/],
    ["unknown job", { job: "lose" }, /^\/job must be one of phase, loss, .*rehearsal/],
    ["unknown field", { job: "phase", axis: {} }, /^\/axis is not known here/],
    [
      "unknown axis",
      { ...small, axes: { gama: { list: [1] } } },
      /^\/axes\/gama is not a parameter of job rehearsal, which has alpha, /,
    ],
    ["hostile axis", { ...small, axes: { "a/\n~": { list: [1] } } }, /^\/axes\/a~1\\n~0 is not a parameter/],
    ["prototype", `{"job":"phase","axes":{"__proto__":{"list":[1]}}}`, /^\/axes\/__proto__ is not a parameter/],
    ["empty axis", { ...small, axes: { alpha: { list: [] } } }, /^\/axes\/alpha\/list must have at least 1 entry/],
    ["no kind of axis", { ...small, axes: { alpha: {} } }, /^\/axes\/alpha must have exactly one of list, lin and log/],
    [
      "two kinds",
      { ...small, axes: { alpha: { list: [1], log: [1, 2], points: 2 } } },
      /^\/axes\/alpha must have exactly one/,
    ],
    ["no points", { ...small, axes: { alpha: { lin: [1, 2] } } }, /^\/axes\/alpha has lin but no points/],
    [
      "no range",
      { ...small, axes: { alpha: { lin: [1], points: 2 } } },
      /^\/axes\/alpha\/lin must have at least 2 entries/,
    ],
    ["log from 0", { ...small, axes: { alpha: { log: [0, 1], points: 2 } } }, /^\/axes\/alpha\/log\/0 must be > 0/],
    ["value", { ...small, axes: { alpha: { list: [0.5, -1] } } }, /^\/axes\/alpha\/list\/1 must be > 0/],
    ["type", { ...small, axes: { alpha: { list: ["0.5"] } } }, /^\/axes\/alpha\/list\/0 must be number/],
    ["whole", { ...small, fixed: { beta: 1, v: 1.5 } }, /^\/fixed\/v must be integer/],
    [
      "choice",
      { ...small, fixed: { beta: 1, outcome: "ok" } },
      /^\/fixed\/outcome must be one of result, error, crash/,
    ],
    ["twice", { ...small, fixed: { beta: 1, alpha: 1 } }, /^\/axes\/alpha is also in fixed/],
    ["missing", { ...small, fixed: {} }, /^\/fixed lacks beta \(target complexity/],
    [
      "seeds of theory",
      { job: "phase", fixed: { alpha: 1, beta: 1 }, seeds: 3 },
      /^\/seeds has no meaning: job phase draws no random/,
    ],
    ["no seeds", { ...small, seeds: [] }, /^\/seeds must have at least 1 entry/],
    ["seed", { ...small, seeds: [1, -1] }, /^\/seeds\/1 must be >= 0/],
    ["curve", { ...small, save: ["loss"] }, /^\/save\/0 must be one of kappa, D/],
    [
      "steps",
      { job: "loss", fixed: { alpha: 1, beta: 1, d: 10, steps: { log: [1, 1e6] } } },
      /^\/fixed\/steps has log but no points/,
    ],
    [
      "1e12 cells",
      { job: "phase", axes: { alpha: { lin: [0.1, 1], points: 1e6 }, beta: { lin: [0.1, 1], points: 1e6 } } },
      /^\/axes make 1e12 cells, at most 10,000,000 are allowed/,
    ],
    ["a NUL", { ...small, fixed: { beta: 1, label: "\0" } }, /^\/fixed\/label must not contain NUL/],
    [
      "half a pair",
      { ...small, fixed: { beta: 1, label: "\ud800" } },
      /^\/fixed\/label must not contain NUL or half a/,
    ],
  ];
  it.each(cases)("%s: is told by its JSON pointer, in one line", async (_, plan, message) => {
    const error = await refused(plan).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(error!.message).toMatch(message);
    expect(error!.message).not.toContain("\n");
  });

  it("is the same to the schema of its job as to the whole one, which are valid", () => {
    // it refuses a schema that is none
    const whole = new Ajv(STRICT).compile(planSchema);
    const compiled = new Map(["", ...jobs.keys()].map((job) => [job, new Ajv(STRICT).compile(planSchemaOf(job))]));
    const found = ({ errors }: ValidateFunction) =>
      errors?.map(({ instancePath, keyword, params }) => ({ instancePath, keyword, params }));
    let wrong = 0;
    for (const [name, given] of [["small", small], ["null", null], ["text", "x"], ...cases]) {
      const plan = typeof given === "string" && /^[[{].*[\]}]$/.test(given) ? tried(given) : given;
      const check = compiled.get(String((plan as { job?: unknown } | null)?.job)) ?? compiled.get("")!;
      expect(check(plan), String(name)).toBe(whole(plan));
      if (found(whole)) wrong++;
      expect(found(check), String(name)).toEqual(found(whole));
    }
    expect(wrong).toBeGreaterThan(20);
    for (const kind of jobs.values()) new Ajv(STRICT).compile(cellSchema(kind));
  });
});

function tried(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe("the schema and the jobs", () => {
  it("is shipped as it is", () => {
    const file = JSON.parse(readFileSync("build/lib/sweep/sweep-plan.schema.json", "utf8")) as object;
    expect(file).toEqual(JSON.parse(JSON.stringify(planSchema)));
    const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, string> };
    expect(exports["./sweep-plan.schema.json"]).toBe("./build/lib/sweep/sweep-plan.schema.json");
  });

  it("gives every column of an export a name of its own, as DuckDB compares names", () => {
    for (const { parameters, results, stats, curves } of jobs.values()) {
      const own = ["key", "kernels", "seed", "status", "error", "attempts", "seconds", "started", "host", "point"];
      const distinct = (names: string[]) => {
        const lower = names.map((name) => name.toLowerCase());
        expect(lower).toEqual([...new Set(lower)]);
      };
      distinct([...own, ...Object.keys(parameters), ...Object.keys(results), ...Object.keys(stats)]);
      const repeated = Object.entries(parameters).filter(([, { type }]) => type !== "numbers");
      distinct([...own, ...repeated.map(([name]) => name), ...curves]);
    }
  });
});
