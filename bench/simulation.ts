// Random numbers, SGD steps and eigenvalues beside plain JavaScript and NumPy. Run: npx tsx bench/simulation.ts
// Best of several rounds of each, one core, one process; NumPy (if python3 has it) in a process of its own, on one thread.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { plrf, powerLaw, simulate, wasmKernels } from "../src/index.ts";
import type { Distribution } from "../src/kernels/simulation.ts";

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

// one step at d = 800, v = 8000
const [d, v] = [800, 8000];
const roots = { root: kernels.indexPowers(v, -0.7), target: kernels.indexPowers(v, -1.4) };
const eigenvalues = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -1.4);
const y = new Float64Array(d + 1).fill(0.01);
const common = { seed: 1, first: 0, batch: 1, gamma: 0.1, limit: 1e9, member: 0 };
const spectral = best(() => kernels.spectralSteps(y, { ...common, count: 20_000, eigenvalues }), 5) / 20_000;
print(
  "spectral step, d = 800",
  spectral,
  numpy.dense ? `NumPy's dense step: ${(numpy.dense / spectral).toPrecision(3)}×` : "",
);

const strips = kernels.embedding(v, { seed: 1, draw: 0, d });
const denseStep = (members: number): number => {
  const theta = new Float64Array(members * d);
  const run = (count: number) => () =>
    kernels.denseSteps(theta, strips, roots, {
      ...common,
      count,
      members,
      apart: 1,
      distribution: "normal",
      noise: 0,
    })[0]!;
  // the difference leaves out handing W over
  return (best(run(41), 5) - best(run(1), 5)) / 40 / members;
};
const dense = denseStep(1);
{
  const W = Float64Array.from({ length: v * d }, (_, i) => out[i % n]! / Math.sqrt(d));
  const theta = new Float64Array(d);
  const phi = new Float64Array(d);
  const z = new Float64Array(v);
  const plain = best(() => {
    phi.fill(0);
    let label = 0;
    for (let j = 0; j < v; j++) {
      if (j % 2 === 0) {
        const r = Math.sqrt(-2 * Math.log(1 - Math.random()));
        const t = 2 * Math.PI * Math.random();
        z[j] = r * Math.cos(t);
        z[j + 1] = r * Math.sin(t);
      }
      const x = z[j]! * roots.root[j]!;
      label += z[j]! * roots.target[j]!;
      for (let i = 0, at = j * d; i < d; i++) phi[i]! += x * W[at + i]!;
    }
    let e = -label;
    for (let i = 0; i < d; i++) e += phi[i]! * theta[i]!;
    for (let i = 0; i < d; i++) theta[i]! -= 0.1 * e * phi[i]!;
    return theta[0]!;
  }, 20);
  print("dense step, d = 800, v = 8000, plain JavaScript", plain);
  print("dense step, one member", dense, `JavaScript ${(plain / dense).toPrecision(3)}×, ${beside("dense", dense)}`);
  const four = denseStep(4);
  print(
    "dense step, each of four members on one W",
    four,
    `JavaScript ${(plain / four).toPrecision(3)}×, ${beside("dense", four)}`,
  );
}

// eigenvalues and weights of one W
for (const size of [400, 800, 2000]) {
  const some = { root: kernels.indexPowers(4 * size, -0.7), target: kernels.indexPowers(4 * size, -1.4) };
  let gram = kernels.gram(some, { seed: 1, draw: 0, d: size });
  const first = best(() => {
    gram = kernels.gram(some, { seed: 1, draw: 0, d: size });
    return gram.overlap[0]!;
  }, 3);
  const second = best(() => kernels.measure(gram).eigenvalues[0]!, 3);
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
