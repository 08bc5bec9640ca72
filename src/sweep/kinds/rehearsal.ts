// A cell of known cost, size and outcome: what it takes to try a plan, a machine, a cluster or a retry before the real thing.

import { defaultKernels } from "../../kernels/default.ts";
import { complexArray } from "../../kernels/resolvent.ts";
import { pow } from "../../math/elementary.ts";
import { modesOf } from "../../theory/measure/modes.ts";
import type { JobKind } from "./kind.ts";
import { number, spectrumOf, spectrumParameters } from "./parameters.ts";

/** Sums D(κ) over the modes of a power law at 16 κ, `repeats` times. */
export const rehearsal: JobKind = {
  name: "rehearsal",
  about: "cells of known cost, memory and outcome, to try out a machine or a cluster",
  revision: 1,
  seeded: true,
  parameters: {
    ...spectrumParameters,
    v: { type: "integer", about: "data modes", default: 1000, least: 1 },
    repeats: { type: "integer", about: "how often the curve is computed", default: 1, least: 1 },
    megabytes: { type: "number", about: "memory held meanwhile", default: 0, least: 0 },
    outcome: { type: "text", about: "how it ends", default: "result", choices: ["result", "error", "crash"] },
    label: { type: "text", about: "any text", default: "" },
  },
  results: { sum: "number", last: "number", echo: "text" },
  stats: { heldMegabytes: "number" },
  curves: ["kappa", "D"],
  memory: (p) => 1e6 * number(p, "megabytes"),
  run(p, seed) {
    const held = new Uint8Array(1e6 * number(p, "megabytes")).fill(1);
    if (p.outcome === "error")
      throw new RangeError(`this rehearsal was told to fail (label ${JSON.stringify(p.label)})`);
    if (p.outcome === "crash") process.exit(70);
    const modes = modesOf(spectrumOf(p), number(p, "v"));
    const kappa = complexArray(16);
    kappa.re.forEach((_, i) => {
      kappa.re[i] = pow(10, -i / 4) * (1 + seed / 1024);
    });
    let D = kappa.re;
    for (let i = 0; i < number(p, "repeats"); i++) D = defaultKernels().modeSums(modes, kappa).D.re;
    return {
      results: { sum: D.reduce((sum, x) => sum + x, 0), last: D.at(-1)!, echo: p.label as string },
      stats: { heldMegabytes: held.byteLength / 1e6 },
      curves: { kappa: kappa.re, D },
    };
  },
};
