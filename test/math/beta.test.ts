// Against scipy 1.10.1: scipy.stats.f.sf and scipy.special.betainc.

import { expect, it } from "vitest";
import { fisherTail, incompleteBeta, studentPoint } from "../../src/math/beta.ts";

it.each([
  [1, 1, 1, 0.5],
  [2.5, 3, 10, 0.11903956265827814],
  [4.2, 1, 200, 0.041729360764823406],
  [30, 2, 5, 0.001641124840903045],
  [1.01, 40, 300, 0.4591673715937566],
  [8, 3, 236, 4.227671321289984e-5],
  [0.3, 5, 2, 0.8797574890536368],
])("F above %d with %d and %d degrees of freedom", (f, d1, d2, p) => {
  expect(Math.abs(fisherTail(f, d1, d2) / p - 1)).toBeLessThan(1e-12);
});

it("the incomplete beta function, its reflection and its ends", () => {
  expect(Math.abs(incompleteBeta(0.97, 20, 0.5) / 0.27266835259889977 - 1)).toBeLessThan(1e-12);
  expect(Math.abs(incompleteBeta(1e-5, 0.3, 0.7) / 0.027144810729971516 - 1)).toBeLessThan(1e-12);
  expect(incompleteBeta(0.3, 2, 5) + incompleteBeta(0.7, 5, 2)).toBeCloseTo(1, 14);
  expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
});

it.each([
  // in closed form for one and two
  [1, Math.tan(0.475 * Math.PI)],
  [2, 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2))],
  [10, 2.2281388519649385],
  [300, 1.9679030112607843],
])("the 97.5 %% point of Student's t with %i degrees", (degrees, point) => {
  expect(Math.abs(studentPoint(degrees) / point - 1)).toBeLessThan(1e-11);
});
