// Sign SGD: one run, warm and cold, and tuned frontiers. Time beside error. Run: npx tsx bench/sign.ts
import { frontier, linear, plrf, powerLaw, signSgd, warmupStableDecay, wasmKernels } from "../src/index.ts";
import { training } from "../src/theory/training/training.ts";

const kernels = wasmKernels();
const timed = <T>(run: () => T): [milliseconds: number, result: T] => {
  const start = performance.now();
  const result = run();
  return [performance.now() - start, result];
};

console.log("P(1e6) at d = 1e6, η decaying linearly: ms cold (rows, nodes and run), ms warm, estimated relative error");
for (const tolerance of [1e-4, 1e-6, 1e-9]) {
  const end = Float64Array.of(1e6);
  const made = () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1e6, stepFraction: 0.1 });
    return training(kernels, model, { optimizer: signSgd({ schedule: linear() }), horizon: 1e6, tolerance });
  };
  made().run(end);
  const cold = Math.min(...Array.from({ length: 3 }, () => timed(() => made().run(end))[0]));
  const trained = made();
  const { error } = trained.run(end);
  const warm = Math.min(...Array.from({ length: 5 }, () => timed(() => trained.run(end))[0]));
  console.log(
    `  to ${tolerance.toExponential(0)} ${cold.toFixed(1).padStart(8)} ${warm.toFixed(1).padStart(8)}   ${error[0]!.toExponential(1)}`,
  );
}

console.log("\nFrontiers of 25 budgets, η tuned, decay over the last fifth, f = 1e8 … 1e14: s, losses evaluated");
for (const [alpha, beta] of [
  [0.7, 0.3],
  [0.8, 0.6],
  [0.7, 1.2],
  [0.4, 0.9],
] as const) {
  const options = { spectrum: powerLaw({ alpha, beta }), flops: [1e8, 1e14], points: 25, tuned: true };
  const [time, { stats }] = timed(() =>
    frontier({ ...options, optimizer: signSgd({ schedule: warmupStableDecay({ decay: 0.2 }) }) }),
  );
  console.log(`  (${alpha}, ${beta}) ${(time / 1e3).toFixed(2).padStart(6)}   ${stats.evaluations}`);
}
