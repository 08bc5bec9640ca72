// Calls of the figures and of measured spectra.

import * as figures from "../../../build/lib/figures/index.js";
import * as lib from "../../../build/lib/index.js";
import * as data from "../../../build/lib/measure/index.js";
import { modelOf, stepsOf } from "./values.mjs";

const matrix = (c, rows, columns) => ({
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, () => (c.random() < 0.001 ? c.real(-1, 1) : c.random() - 0.5)),
});

export const calls = {
  lossFigure: (c) => {
    const curve = lib.loss(modelOf(c), { steps: stepsOf(c) });
    return () =>
      figures.lossFigure({ setting: "", ...curve, F0: c.log(1e-6, 1), forcing: curve.loss }).caption?.length ?? 0;
  },
  measure: (c) => {
    const [rows, columns] = [4 + Math.floor(60 * c.random()), 1 + Math.floor(20 * c.random())];
    const [features, targets] = [matrix(c, rows, columns), matrix(c, rows, 1)];
    return () => {
      const found = data.measure(
        features,
        targets,
        c.some({
          kernel: () =>
            data.parseKernel(c.pick(["linear", "arccos", "arccos:2", "ntk:2", "relu:32", "x", "relu:1e99"])),
          ridge: () => c.log(1e-6, 1),
        }),
      );
      return [found.debiased.b.value, found.forecast(c.whole(1, 1e3)).loss];
    };
  },
  parseNpy: (c) => () => {
    const head = c.pick([
      "\x93NUMPY",
      "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }",
      "x",
      "",
    ]);
    const bytes = Uint8Array.from(Buffer.from(head + "0".repeat(Math.floor(64 * c.random())), "latin1"));
    return [data.parseNpy(bytes).rows];
  },
};
