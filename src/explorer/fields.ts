// What each view's address may say.

import { choiceField, numberField } from "./state.ts";

const phases = {
  alpha: numberField(0.7, { least: 0.05, most: 3 }),
  beta: numberField(0.9, { least: -1, most: 3 }),
  d: numberField(1000, { least: 10, most: 1e9, whole: true }),
  /** γ·Tr D. */
  step: numberField(0.5, { least: 1e-6, most: 2 }),
  batch: numberField(1, { least: 1, most: 1e6, whole: true }),
  /** v/d. */
  ratio: numberField(4, { least: 1, most: 1e4, infinite: true }),
  /** The window of compute, in flops. */
  from: numberField(1e6, { least: 1e3, most: 1e28 }),
  to: numberField(1e14, { least: 1e4, most: 1e30 }),
  /** What colours the plane. */
  color: choiceField(["xi", "eta", "measured-xi", "measured-eta"]),
};

export const FIELDS = { phases };
