// A fit written to a file can always be read back.

import { expect, it } from "vitest";
import { readSavedLaw, saved } from "../../src/fitting/laws/index.ts";
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
