// A check on ratios that do not depend on how fast the machine is: SIMD over scalar, WebAssembly over JavaScript, algorithm
// over algorithm. Processor time, the best of rounds in which all take turns, and bounds well below what is usual.

import { logspace, loss, plrf, powerLaw, wasmKernels } from "../src/index.ts";
import { scalarCore } from "./cores.ts";
import { compare } from "./harness.ts";
import { kernelBenchmarks } from "./kernels.ts";

/** The least that scalar WebAssembly and plain JavaScript may take over SIMD WebAssembly; usual are 1.4 to 2 and 3.5 to 12. */
const [SCALAR, PLAIN] = [1.15, 1.5];
/** The least where no lane can help: as fast. */
const SERIAL = 0.85;
/** What the contour saves over 30,000 single steps; usual is 13 and more. */
const CONTOUR = 4;

const failures: string[] = [];
function hold(what: string, ratio: number, least: number): void {
  console.log(`${what.padEnd(44)} ${ratio.toFixed(2).padStart(8)}   at least ${least}`);
  if (!(ratio >= least)) failures.push(what);
}

const scalar = await scalarCore();
for (const { name, single, serial, timings } of kernelBenchmarks({ scalar, rounds: 5, slice: 3, brief: true })) {
  const [simd, ...others] = timings;
  for (const { name: by, best, error } of others) {
    hold(`${name}: ${by} over ${simd!.name}`, best, by === "WASM scalar" ? (serial ? SERIAL : SCALAR) : PLAIN);
    if (!(error < (single ? 1e-5 : 1e-11))) failures.push(`${name}: ${by} is off by ${error}`);
  }
}

const kernels = wasmKernels();
const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 1600 });
const steps = logspace(64, 30000, 50);
const [, stepping] = compare(
  (["contour", "modes"] as const).map((method) => ({
    name: method,
    run: () => loss(model, { steps, method, kernels }).loss,
  })),
  { rounds: 3, slice: 6 },
);
hold("a curve: stepping over the contour", stepping!.best, CONTOUR);

if (failures.length > 0) {
  console.error(`too slow or wrong: ${failures.join("; ")}`);
  process.exitCode = 1;
}
