// A fit written to a file can always be read back.

import { expect, it } from "vitest";
import { forecaster, lawNamed, readSavedLaw, saved } from "../../src/fitting/laws/index.ts";
import { runs } from "../../src/index.ts";

const law = { E: 1.7, A: 400, B: 2000, alpha: 0.34, beta: 0.37 };

it("resamples that leave a parameter beyond all numbers are not written", () => {
  const table = runs({ N: [1e7, 1e8, 1e9], D: [1e9, 1e10, 1e11], loss: [3, 2.6, 2.3] });
  const draws = [law, { ...law, A: Infinity }, { ...law, beta: Number.NaN }, { ...law, B: 1900 }];
  const file = JSON.parse(
    JSON.stringify(saved(table, { ...law, residuals: new Float64Array(3) }, draws, null), (_, value) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
  ) as unknown;
  expect(readSavedLaw(file).draws).toEqual([law, { ...law, B: 1900 }]);
});

it("what a forecast is told with comes back with it; what would steer a terminal does not", () => {
  const [sizes, tokens] = [
    [1e7, 3e7, 1e8, 3e8],
    [1e9, 1e10, 1e11],
  ];
  const N = sizes.flatMap((size) => tokens.map(() => size));
  const D = sizes.flatMap(() => tokens);
  // twelve rows of a law and a wave of a thousandth
  const loss = N.map((n, i) => (1.7 + 400 * n ** -0.34 + 2000 * D[i]! ** -0.37) * (1 + 1e-3 * Math.sin(7 * i)));
  const table = runs({ N, D, loss });
  const made = forecaster(table, [lawNamed("chinchilla")], { draws: 100, seed: 1 });
  const written = (warnings: unknown) => {
    const file = saved(table, null, [], made);
    return JSON.parse(
      JSON.stringify({ ...file, stack: { ...file.stack, warnings } }, (_, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
      ),
    ) as unknown;
  };
  const told = ["N varies little: the interval is widened"];
  expect(readSavedLaw(written(told)).forecaster!.warnings).toEqual(told);
  expect(readSavedLaw(written(undefined)).forecaster!.warnings).toEqual([]);
  expect(saved(table, null, [], { ...made, warnings: told }).stack!.warnings).toEqual(told);
  for (const bad of ["\u001b[2J", 7, null])
    expect(() => readSavedLaw(written([bad]))).toThrow(/stack\.warnings\[0\] must be text in one line/);
});
