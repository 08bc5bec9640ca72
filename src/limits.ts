// The supported range of every argument, in one table. `within` and `counted` of check.ts read it, docs/limits.md prints it, and
// inside it no function returns NaN or ∞ as a success.
//
// Ranges end where double precision does: eigenvalues are squared, so 10^±140 is as far apart as they may be; a curve's length and
// a run's work end where memory (500 MB) and patience (a processor's half year) do.

export interface Limit {
  readonly least: number;
  readonly most: number;
  readonly what: string;
  /** What to do about a value outside. */
  readonly remedy: string;
}

export const LIMITS = {
  alpha: { least: 1e-3, most: 10, what: "α, data complexity", remedy: "such spectra are flat, or a single mode" },
  beta: {
    least: -2,
    most: 20,
    what: "β, target complexity",
    remedy: "such targets lie in the last modes, or the first alone",
  },
  d: { least: 1, most: 1e30, what: "model size", remedy: "the exponents of `phase` hold beyond" },
  v: { least: 1, most: 1e36, what: "data modes, where finite", remedy: "lower v, or give Infinity where alpha > 1/2" },
  dataRatio: { least: 1, most: 1e6, what: "v/d", remedy: "more modes change nothing where alpha > 1/2" },
  spread: {
    least: 1,
    most: 1e140,
    what: "largest over smallest eigenvalue, v^(2α) of a power law (v = 1e18 for Infinity)",
    remedy: "lower v (and d), or alpha",
  },
  "d at v = Infinity": { least: 1, most: 1e15, what: "model size where v = Infinity", remedy: "give a finite v" },
  eigenvalues: {
    least: 1e-100,
    most: 1e100,
    what: "each eigenvalue of a measured spectrum",
    remedy: "scale the spectrum",
  },
  energies: { least: 0, most: 1e100, what: "each energy of a measured spectrum", remedy: "scale the energies" },
  modes: { least: 1, most: 2 ** 21, what: "eigenvalues of a measured spectrum", remedy: "leave out the smallest" },
  stepFraction: {
    least: 1e-30,
    most: 1e6,
    what: "γ·Tr D, whichever of γ and it is given",
    remedy: "no loss moves below, none is stable above",
  },
  batch: { least: 1, most: 1e12, what: "samples a step", remedy: "a larger batch changes gamma·batch alone" },
  noise: { least: 0, most: 1e60, what: "σ², variance of the label noise", remedy: "lower noise" },
  steps: { least: 0, most: 1e60, what: "r, steps at which a loss is wanted", remedy: "ask for fewer steps" },
  horizon: {
    least: 1,
    most: 1e15,
    what: "T, steps of a training by a schedule, momentum or with noise",
    remedy: "use fewer steps, or more samples in each",
  },
  flops: { least: 1e-300, most: 1e45, what: "f = B·d·r", remedy: "the exponents of `phase` hold beyond" },
  N: { least: 1, most: 1e30, what: "features of the dynamical model, where finite", remedy: "give Infinity" },
  P: { least: 1, most: 1e30, what: "its samples, where finite", remedy: "give Infinity" },
  M: { least: 1, most: 1e36, what: "features of its data, where finite", remedy: "give Infinity where b > 1" },
  eta: {
    least: 1e-8,
    most: 10,
    what: "η, step on the mean gradient, times the largest eigenvalue",
    remedy: "smaller ones are gradient flow of time η·t, none is stable above",
  },
  time: { least: 0, most: 1e30, what: "t, training time of the dynamical model", remedy: "ask for shorter times" },
  times: { least: 1, most: 5000, what: "times of one of its curves", remedy: "ask for fewer" },
  compute: { least: 1, most: 1e30, what: "C = E·N·t of its best use of compute", remedy: "its exponents hold beyond" },
  points: { least: 1, most: 1e5, what: "points of a curve", remedy: "ask for fewer points" },
  "trained points": {
    least: 1,
    most: 1e4,
    what: "points of a curve by a schedule, momentum or with noise",
    remedy: "ask for fewer points",
  },
  budgets: { least: 3, most: 1e4, what: "budgets of a frontier", remedy: "ask for fewer points" },
  sizes: { least: 1, most: 1e4, what: "model sizes of a frontier", remedy: "give fewer sizes" },
  cells: { least: 1, most: 2 ** 20, what: "cells of a diagram", remedy: "take a coarser grid" },
  numbers: { least: 1, most: 1e7, what: "numbers of any other list", remedy: "give fewer" },
  knots: { least: 1, most: 1e4, what: "knots of a schedule, or steps of a ramp", remedy: "give fewer" },
  coefficients: {
    least: 1e-60,
    most: 1e60,
    what: "A and B of a law E + A N^−α + B D^−β",
    remedy: "count N and D in other units",
  },
  exponents: { least: 1e-6, most: 20, what: "its α and β", remedy: "such a law is flat, or a step" },
  "simulated steps": { least: 1, most: 1e12, what: "steps of a simulation", remedy: "take fewer steps" },
  "simulated d": {
    least: 1,
    most: 2 ** 14,
    what: "model size of a simulation (a d × d matrix of 2 GB)",
    remedy: "take a smaller d",
  },
  "simulated v": { least: 1, most: 2 ** 24, what: "data modes of a simulation", remedy: "take a smaller v" },
  resamples: {
    least: 2,
    most: 1e6,
    what: "resamples of a fit, or draws of a bridge",
    remedy: "take fewer: an interval's ends hardly move",
  },
  "cells a side": { least: 20, most: 1000, what: "cells a side of a bridge's plane", remedy: "take fewer" },
  members: {
    least: 1,
    most: 1e5,
    what: "runs of an ensemble",
    remedy: "take fewer: the standard error falls like the root of their number",
  },
  draws: { least: 1, most: 1e6, what: "draws of W", remedy: "take fewer" },
  kept: {
    least: 1,
    most: 3e7,
    what: "numbers an ensemble keeps: members × recorded steps, draws × d",
    remedy: "record fewer steps, or take fewer members or draws",
  },
  work: {
    least: 0,
    most: 1e7,
    what: "seconds of one processor that a simulation would take, as estimated before",
    remedy: "take fewer steps, members or draws, or a smaller d",
  },
} as const satisfies Record<string, Limit>;

export type Limited = keyof typeof LIMITS;
