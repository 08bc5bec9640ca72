// What each view's address may say.

import { parseColumns, parseUnits, RULES } from "../index.ts";
// the page names optimisers, its workers solve them
import { OPTIMIZER_CHOICES } from "../theory/training/optimizer.ts";
import { knotsField } from "./knots.ts";
import { choiceField, numberField, textField } from "./state.ts";
import { TASKS } from "./task.ts";

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
  /** Runs of SGD over the theory: whether, how many, and their first seed. */
  sgd: choiceField(["off", "on"]),
  runs: numberField(16, { least: 1, most: 256, whole: true }),
  seed: numberField(1, { least: 0, most: 1e9, whole: true }),
  /** Draws of W under the spectrum. */
  draws: numberField(0, { least: 0, most: 400, whole: true }),
  /** What colours the plane. */
  color: choiceField(["xi", "eta", "measured-xi", "measured-eta"]),
};

const dynamics = {
  /** A power law, or the spectrum measured of a real task. */
  task: choiceField(TASKS),
  /** Exponents of the target and of the spectrum. */
  a: numberField(1.5, { least: 1.01, most: 8 }),
  b: numberField(1.25, { least: 1.01, most: 8 }),
  /** Features and samples. */
  N: numberField(256, { least: 1, most: 1e9, infinite: true }),
  P: numberField(1000, { least: 1, most: 1e9, infinite: true }),
  /** σ²; addresses had σ once. */
  noise: {
    ...numberField(0, { least: 0, most: 100 }),
    earlier: { name: "sigma", parse: (text: string) => numberField(0, { least: 0, most: 10 }).parse(text) ** 2 },
  },
  rule: choiceField(RULES),
  /** Where the samples of SGD come from: new ones at each step, or P of them again and again. */
  reuse: choiceField(["fresh", "replacement", "batch"]),
  eta: numberField(0.2, { least: 1e-6, most: 10 }),
  mu: numberField(0.9, { least: 0.001, most: 0.9999 }),
  batch: numberField(32, { least: 1, most: 1e6, whole: true }),
  students: numberField(4, { least: 1, most: 1e6, whole: true }),
  /** The window of time. */
  start: numberField(0.1, { least: 1e-3, most: 1e9 }),
  end: numberField(1e6, { least: 1e-2, most: 1e12 }),
  /** What the curves differ in. */
  fan: choiceField(["N", "P"]),
};

const runs = {
  /** The example's table; a reader's own never leaves the page, and is in no link. */
  data: choiceField(["none", "example"]),
  /** The budget to recommend N and D for, in flops. */
  budget: numberField(1e22, { least: 1e6, most: 1e35 }),
  /** What may be spent on runs to be made next, in flops. */
  spend: numberField(1e21, { least: 1e6, most: 1e35 }),
  method: choiceField(["3", "all", "1", "2"]),
  /** Which column holds what, and its unit, as on the command line: N=params,D=tokens; N=M,D=1e9. */
  columns: textField(parseColumns),
  units: textField(parseUnits),
  /** What it is trained on: how many devices, and what each really does, in flop/s. */
  devices: numberField(64, { least: 1, most: 1e7, whole: true }),
  rate: numberField(4e14, { least: 1e9, most: 1e18 }),
  seed: numberField(1, { least: 0, most: 1e9, whole: true }),
};

const schedules = {
  alpha: numberField(0.7, { least: 0.05, most: 3 }),
  beta: numberField(1.2, { least: -1, most: 3 }),
  d: numberField(1e4, { least: 10, most: 1e7, whole: true }),
  /** v/d. */
  ratio: numberField(4, { least: 1, most: 1e4, infinite: true }),
  /** γ·Tr D, the step that the knots are multiples of. */
  step: numberField(0.75, { least: 1e-6, most: 2 }),
  batch: numberField(1, { least: 1, most: 1e6, whole: true }),
  /** σ², variance of the label noise. */
  noise: numberField(0, { least: 0, most: 1e3 }),
  /** T. */
  steps: numberField(1e5, { least: 10, most: 1e8, whole: true }),
  optimizer: choiceField(OPTIMIZER_CHOICES.map(({ name }) => name)),
  mu: numberField(0.9, { least: 0, most: 0.999 }),
  delta: numberField(8, { least: 0.1, most: 1e3 }),
  /** c of γ3 = c γ/d, or c γ (1+r)^{−1/2α}. */
  strength: numberField(0.2, { least: 0, most: 10 }),
  knots: knotsField([
    [0, 1],
    [0.7, 1],
    [1, 0],
  ]),
  /** How the editor's time is drawn. */
  time: choiceField(["linear", "log"]),
};

const speed = {
  /** Rounds in which all builds of a kernel take turns, and milliseconds of each. */
  rounds: numberField(7, { least: 1, most: 99, whole: true }),
  slice: numberField(30, { least: 1, most: 1000 }),
};

export const FIELDS = { phases, dynamics, runs, schedules, speed };
