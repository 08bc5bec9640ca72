// Random numbers, SGD steps and eigenvalues beside plain JavaScript and NumPy. Run: npx tsx bench/simulation.ts
// Best of several rounds of each, one core, one process; NumPy (if python3 has it) in a process of its own, on one thread.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { plrf, powerLaw, simulate, wasmKernels } from "../src/index.ts";
import { type Distribution, type Precision, padded } from "../src/kernels/simulation.ts";
import { scalarCore } from "./cores.ts";
import { processorTime } from "./harness.ts";
import * as plainRandom from "./plain-random.ts";

const kernels = wasmKernels();
let sink = 0;

/** Best nanoseconds of a run of f. */
function best(f: () => number, rounds = 7): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    sink += f();
    least = Math.min(least, 1e6 * (performance.now() - start));
  }
  return least;
}

const ns = (x: number): string =>
  x < 1e3 ? `${x.toPrecision(3)} ns` : x < 1e6 ? `${(x / 1e3).toPrecision(3)} µs` : `${(x / 1e6).toPrecision(3)} ms`;
const print = (name: string, time: number, note = ""): void =>
  console.log(`${name.padEnd(52)} ${ns(time).padStart(9)}   ${note}`);

const numpy = ((): Record<string, number> => {
  try {
    const script = fileURLToPath(new URL("./peers/simulation.py", import.meta.url));
    const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    return JSON.parse(
      execFileSync("python3", [script], { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    console.log("NumPy is not here: its rows are left out");
    return {};
  }
})();
const beside = (name: string, time: number): string =>
  numpy[name] === undefined ? "" : `NumPy ${ns(numpy[name])}: ${(numpy[name] / time).toPrecision(3)}×`;

// normals, ns each
const n = 1 << 20;
const out = new Float64Array(n);
const boxMuller = best(() => {
  for (let i = 0; i < n; i += 2) {
    const r = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const t = 2 * Math.PI * Math.random();
    out[i] = r * Math.cos(t);
    out[i + 1] = r * Math.sin(t);
  }
  return out[7]!;
});
print("normal, Math.random Box–Muller", boxMuller / n);
for (const law of ["normal", "rademacher", "uniform", { student: 5 }] as Distribution[]) {
  // short enough to stay in the cache, as a step's numbers do
  const some = 1 << 13;
  const draw = (step: number) => kernels.random({ seed: 1, stream: "data", member: 0, step }, law, some)[7]!;
  const time = best(() => Array.from({ length: 100 }, (_, step) => draw(step)).at(-1)!) / (100 * some);
  const ratio =
    law === "normal" ? `Math.random ${(boxMuller / n / time).toPrecision(3)}×, ${beside("normal", time)}` : "";
  print(`${JSON.stringify(law)} number`, time, ratio);
}

// one step at d = 800
const d = 800;
const eigenvalues = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -1.4);
const y = new Float64Array(d + 1).fill(0.01);
const common = { seed: 1, first: 0, batch: 1, gamma: 0.1, limit: 1e9, member: 0 };
const spectral = best(() => kernels.spectralSteps(y, { ...common, count: 20_000, eigenvalues }), 5) / 20_000;
print(
  "spectral step, d = 800",
  spectral,
  numpy.dense ? `NumPy's dense step: ${(numpy.dense / spectral).toPrecision(3)}×` : "",
);

// dense steps, alone or with others that share W, by everything in turns; the difference of two counts leaves out handing W over
const scalar = wasmKernels(await scalarCore());
for (const [d, v, count] of [
  [100, 400, 2000],
  [200, 800, 600],
  [400, 1600, 200],
  [800, 8000, 40],
] as const) {
  const roots = { root: kernels.indexPowers(v, -0.7), target: kernels.indexPowers(v, -1.4) };
  const strips = {
    f64: kernels.embedding(v, { seed: 1, draw: 0, d }),
    f32: kernels.embedding(v, { seed: 1, draw: 0, d }, "f32"),
  };
  const members = 4;
  const run = (core: typeof kernels, precision: Precision, together: number, steps: number) => {
    const theta = new Float64Array(together * padded(d));
    const law = { members: together, apart: 1, distribution: "normal", noise: 0 } as const;
    core.denseSteps(theta, strips[precision], roots, { ...common, ...law, count: steps });
    return theta;
  };
  const losses = (core: typeof kernels, precision: Precision, together: number) =>
    core.denseLoss(run(core, precision, together, count), strips[precision], roots, together);
  const W = Float64Array.from({ length: v * d }, (_, k) => {
    const [j, i] = [Math.floor(k / d), k % d];
    return strips.f64[((i >> 2) * v + j) * 4 + (i & 3)]!;
  });
  const once = (work: (steps: number) => unknown): number => {
    const times = [1, count + 1].map((steps) => {
      const start = processorTime();
      work(steps);
      return processorTime() - start;
    });
    return (1e6 * (times[1]! - times[0]!)) / count;
  };
  const variants: [name: string, error: string, step: () => number][] = [
    ["plain JavaScript", "", () => once((steps) => plainRandom.denseSteps(W, roots, 1, common.gamma, steps))],
  ];
  const truth = losses(kernels, "f64", members);
  for (const together of [1, members])
    for (const [name, core, precision] of [
      ["scalar WASM", scalar, "f64"],
      ["scalar WASM", scalar, "f32"],
      ["SIMD", kernels, "f64"],
      ["SIMD", kernels, "f32"],
    ] as const) {
      const off = losses(core, precision, together).reduce(
        (most, P, q) => Math.max(most, Math.abs(P / truth[q]! - 1)),
        0,
      );
      variants.push([
        `${name}, ${precision}, ${together === 1 ? "alone" : `each of ${together}`}`,
        `loss off by ${off.toExponential(0)}`,
        () => once((steps) => run(core, precision, together, steps)) / together,
      ]);
    }
  const times = variants.map((): number[] => []);
  for (let round = 0; round < 7; round++)
    variants.forEach(([, , step], i) => {
      times[i]!.push(step());
    });
  const medians = times.map((list) => list.sort((a, b) => a - b)[3]!);
  const of = (name: string) => medians[variants.findIndex(([other]) => other === name)]!;
  variants.forEach(([name, error], i) => {
    const time = medians[i]!;
    const over = (other: string) => `${(of(other) / time).toPrecision(3)}×`;
    const company = name.slice(name.lastIndexOf(", "));
    const ratios =
      i === 0
        ? ""
        : `JavaScript ${over("plain JavaScript")}, scalar f64 ${over(`scalar WASM, f64${company}`)}, SIMD f64 ${over(`SIMD, f64${company}`)}`;
    const there = d === 800 && name.startsWith("SIMD") ? beside("dense", time) : "";
    print(`dense step ${d} × ${v}, ${name}`, time, [error, ratios, there].filter(Boolean).join(", "));
  });
}

// eigenvalues and weights of one W
for (const size of [400, 800, 2000]) {
  const some = { root: kernels.indexPowers(4 * size, -0.7), target: kernels.indexPowers(4 * size, -1.4) };
  let gram = kernels.gram(some, { seed: 1, draw: 0, d: size });
  const first = best(() => {
    gram = kernels.gram(some, { seed: 1, draw: 0, d: size });
    return gram.overlap[0]!;
  }, 3);
  const second = best(() => kernels.measure(kernels.tridiagonalize(gram)).eigenvalues[0]!, 3);
  const note = size === 2000 ? beside("eigenvalues", first + second) : "";
  print(
    `eigenvalues of one W, d = ${size}, v = 4d`,
    first + second,
    `Gram ${ns(first)}, tridiagonal and QL ${ns(second)}   ${note}`,
  );
}

// threads: the built worker, whose start is part of the time, as it is of a user's; one and more in turns
const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 400 });
const worker = new URL("../build/lib/simulation/worker.js", import.meta.url);
const counts = [1, 2, 4].filter((t) => t <= availableParallelism());
for (const steps of [40_000, 160_000]) {
  const least = new Map(counts.map((threads) => [threads, Infinity]));
  for (let round = 0; round < 5; round++)
    for (const threads of counts) {
      const start = performance.now();
      await simulate(model, { steps, members: 16, record: 10, threads, worker });
      least.set(threads, Math.min(least.get(threads)!, 1e6 * (performance.now() - start)));
    }
  for (const [threads, time] of least)
    print(
      `16 × ${steps.toLocaleString("en")} steps, d = 400, ${threads} thread${threads > 1 ? "s" : ""}`,
      time,
      `${(least.get(1)! / time).toPrecision(3)}×`,
    );
}
if (sink === 0.123) console.log(sink);
