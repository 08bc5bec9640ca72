// Time-stepping: whole steps against plain JavaScript and C, growing steps under schedules, a budget. Time beside error.
// Run: npx tsx bench/schedules.ts (the C twin needs gcc; it is left out where there is none)
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bench } from "tinybench";
import {
  bestAtBudget,
  cosine,
  type Kernels,
  linear,
  optimal,
  plrf,
  power,
  powerLaw,
  type Schedule,
  sgd,
  warmupStableDecay,
  wasmKernels,
} from "../src/index.ts";
import { training } from "../src/theory/training/training.ts";

const kernels = wasmKernels();
const median = (bench: Bench, name: string) => bench.getTask(name)!.result;
const ms = (bench: Bench, name: string): number => {
  const result = median(bench, name);
  return result && "latency" in result ? result.latency.p50 : Number.NaN;
};

// whole steps on 160 real nodes
const N = 160;
const lambda = Float64Array.from({ length: N }, (_, i) => 10 ** ((-6 * i) / N));
const zeros = new Float64Array(N);
const nodes = {
  z: { re: lambda, im: zeros },
  forcing: { re: lambda.map((l) => 0.03 * l ** 0.5), im: zeros },
  source: { re: lambda.map((l) => 0.02 * l ** 1.3), im: zeros },
  rest: 1e-6,
};
const STEPS = 1e6;
const gamma = new Float64Array(STEPS).fill(0.3);
const falling = gamma.map((g, r) => g * (1 - r / STEPS));
const ones = gamma.map(() => 1);
const step = (k: Kernels, g: Float64Array) => {
  const state = { re: nodes.forcing.re.slice(), im: zeros.slice() };
  return k.stepModes(nodes, state, { gamma: g, batch: ones, noise: 0 });
};

function plainJs(g: number): number {
  const [rho, growth, source] = [
    nodes.forcing.re.slice(),
    lambda.map((l) => 1 - 2 * g * l + 2 * g * g * l * l),
    nodes.source.re.map((s) => g * g * s),
  ];
  let P = 0;
  for (let r = 0; r < STEPS; r++) {
    P = nodes.rest;
    for (let i = 0; i < N; i++) P += rho[i]!;
    for (let i = 0; i < N; i++) rho[i] = growth[i]! * rho[i]! + source[i]! * P;
  }
  return P;
}

const C = `#include <math.h>
#include <stdio.h>
#include <time.h>
int main(void){enum{N=${N}};static double rho[N],g[N],s[N];double best=1e9,P=0;
for(int k=0;k<5;k++){for(int i=0;i<N;i++){double l=pow(10,-6.0*i/N);rho[i]=.03*sqrt(l);g[i]=1-.6*l+.18*l*l;s[i]=.09*.02*pow(l,1.3);}
struct timespec a,b;clock_gettime(CLOCK_MONOTONIC,&a);
for(int r=0;r<${STEPS};r++){P=1e-6;for(int i=0;i<N;i++)P+=rho[i];for(int i=0;i<N;i++)rho[i]=g[i]*rho[i]+s[i]*P;}
clock_gettime(CLOCK_MONOTONIC,&b);double t=(b.tv_sec-a.tv_sec)*1e3+(b.tv_nsec-a.tv_nsec)/1e6;if(t<best)best=t;}
printf("%.17g %.3f",P,best);}`;

function inC(flags: string[]): [P: number, ms: number] | undefined {
  try {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    writeFileSync(join(folder, "steps.c"), C);
    execFileSync("gcc", [...flags, "-o", join(folder, "steps"), join(folder, "steps.c"), "-lm"], { stdio: "ignore" });
    return execFileSync(join(folder, "steps"), { encoding: "utf8" }).split(" ").map(Number) as [number, number];
  } catch {
    return undefined;
  }
}

const whole = new Bench({ time: 500, iterations: 5, warmupIterations: 1 });
whole.add("wasm, constant γ", () => void step(kernels, gamma));
whole.add("wasm, γ changing at every step", () => void step(kernels, falling));
whole.add("plain JavaScript", () => void plainJs(0.3));
await whole.run();
const exact = step(kernels, gamma)[STEPS - 1]!;
console.log(`1e6 whole steps on ${N} real nodes, ms (relative difference of the last loss)`);
for (const { name } of whole.tasks) console.log(`  ${name.padEnd(34)} ${ms(whole, name).toFixed(1).padStart(8)}`);
console.log(
  `  (plain JavaScript differs by ${Math.abs(plainJs(0.3) / exact - 1).toExponential(1)} after one step more)`,
);
for (const flags of [["-O3"], ["-O3", "-ffast-math", "-march=native"]]) {
  const twin = inC(flags);
  if (twin) console.log(`  ${`C, gcc ${flags.join(" ")}`.padEnd(34)} ${twin[1].toFixed(1).padStart(8)}`);
}

// growing steps to 1e9 under any schedule, warm: nodes made
const T = 1e9;
const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1e6 });
const shapes: Record<string, Schedule> = {
  cosine: cosine(),
  linear: linear(),
  power: power(0.3),
  wsd: warmupStableDecay({ warmup: 1000, decay: 0.2 }),
  optimal: optimal(),
};
console.log(`\nP(1e9) at d = 1e6 under schedules: ms, estimated relative error, whole and growing steps`);
for (const tolerance of [1e-6, 1e-9])
  for (const [name, schedule] of Object.entries(shapes)) {
    const trained = training(kernels, model, {
      optimizer: sgd({ schedule }),
      horizon: T,
      tolerance,
      exact: tolerance > 1e-8 ? 512 : 2048,
    });
    const end = Float64Array.of(T);
    const bench = new Bench({ time: 200, iterations: 5, warmupIterations: 2 });
    bench.add(name, () => void trained.run(end));
    await bench.run();
    const { error, wholeSteps, growingSteps } = trained.run(end);
    console.log(
      `  ${name.padEnd(10)} to ${tolerance.toExponential(0)} ${ms(bench, name).toFixed(1).padStart(8)}   ${error[0]!.toExponential(1)}   ${wholeSteps} + ${growingSteps}`,
    );
  }

console.log("\nThe best d, step, warm-up and decay at f = 1e12: ms, losses evaluated");
for (const family of ["cosine", "wsd", "optimal"] as const) {
  const options = { spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), flops: 1e12, family };
  bestAtBudget(options);
  const before = performance.now();
  const { stats, loss } = bestAtBudget(options);
  console.log(
    `  ${family.padEnd(10)} ${(performance.now() - before).toFixed(0).padStart(8)}   ${stats.evaluations}   P = ${loss.toExponential(3)}`,
  );
}
