// From import to the first number, as a user's script does it: run by startup.ts in a process of its own.

const start = performance.now();
const { loss, plrf, powerLaw, wasmKernels } = await import("../build/lib/index.js");
const loaded = performance.now();
const kernels = wasmKernels();
const compiled = performance.now();
const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 1e6 });
const P = loss(model, { steps: [1e9], kernels }).loss[0];
const end = performance.now();
if (!(P > 0)) throw new Error(`no loss, but ${P}`);
console.log(JSON.stringify({ first: end - start, compile: compiled - loaded }));
