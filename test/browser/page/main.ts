// What the browser test runs: the built library, with the worker as an application would bundle it.
import { plrf, powerLaw, simulate } from "../../../build/lib/index.js";
import worker from "../../../build/lib/simulation/worker.js?worker&url";
import { options, problem } from "./problem.ts";

Object.assign(window, {
  run: async (threads: number): Promise<string> => {
    const model = plrf({ ...problem, spectrum: powerLaw(problem) });
    const { curves, expected } = await simulate(model, { ...options, threads, worker: new URL(worker, location.href) });
    return JSON.stringify([...curves, expected!].map((curve) => [...curve]));
  },
});
