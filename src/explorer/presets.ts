// The settings of the papers' figures, as addresses.

export interface Preset {
  readonly title: string;
  readonly search: string;
}

const point = (alpha: number, beta: number, rest = "") => `?alpha=${alpha}&beta=${beta}${rest}`;

/** The settings of the notebooks behind Paquette et al. (2024): v = 10d, d up to 3200, runs to 1e9 flops. */
const NOTEBOOK = "&ratio=10&d=3200&from=1e4&to=1e9";
const DRAWS = "&d=256&draws=100#spectrum";

export const PRESETS: readonly { readonly group: string; readonly items: readonly Preset[] }[] = [
  {
    group: "4+3 phases (Paquette et al. 2024)",
    items: [
      { title: "Loss over compute, best size, α = β = 0.7", search: point(0.7, 0.7, "&from=1e6&to=1e12") },
      { title: "Phase Ia: no noise, limited by size", search: point(0.75, 0.25, NOTEBOOK) },
      { title: "Phase Ib: slow spectrum", search: point(0.45, 0.33, NOTEBOOK) },
      { title: "Phase Ic: very slow spectrum", search: point(0.2, 1.2, NOTEBOOK) },
      { title: "Phase II: distorted features", search: point(1.25, 0.75, NOTEBOOK) },
      { title: "Phase III: noise against distortion", search: point(1, 2, NOTEBOOK) },
      { title: "Phase IVa: noise against size", search: point(0.4, 1.2, NOTEBOOK) },
      { title: "Phase IVb: target against noise", search: point(0.27, 1.2, NOTEBOOK) },
      { title: "SGD against the theory, d = 400", search: point(0.7, 0.7, "&d=400&from=1e4&to=1e8&sgd=on#sgd") },
      { title: "Spectrum over 100 draws of W: (0.75, 0.25)", search: point(0.75, 0.25, DRAWS) },
      { title: "Spectrum over 100 draws of W: (1.25, 0.75)", search: point(1.25, 0.75, DRAWS) },
      { title: "Spectrum over 100 draws of W: (0.45, 0.33)", search: point(0.45, 0.33, DRAWS) },
      { title: "Exponent ξ over the plane", search: "?color=xi" },
      { title: "Exponent η over the plane", search: "?color=eta" },
      { title: "Exponent ξ measured over the plane", search: "?color=measured-xi&from=1e12&to=1e16" },
      { title: "Exponent η measured over the plane", search: "?color=measured-eta&from=1e12&to=1e16" },
      { title: "Exponents along α = 0.7: β = 0.3 in Ia", search: point(0.7, 0.3) },
      { title: "Exponents along α = 0.7: β = 0.6 in II", search: point(0.7, 0.6) },
      { title: "Exponents along α = 0.7: β = 1.1 in III", search: point(0.7, 1.1) },
      { title: "Finite size: the loss over its parts, d = 10⁷", search: point(0.7, 0.51, "&d=1e7&to=1e18#components") },
      { title: "Negative β: α = 0.7, β = −0.1", search: point(0.7, -0.1, "&d=300&to=1e8&from=1e4&sgd=on#sgd") },
      { title: "A window of compute: 1e6 to 1e8 flops", search: point(0.7, 0.7, "&from=1e6&to=1e8") },
      { title: "A narrower window: 2e6 to 5e7 flops", search: point(0.7, 0.7, "&from=2e6&to=5e7") },
    ],
  },
  {
    group: "Schedules, noise and momentum",
    items: [
      { title: "Draw a schedule: decay at the end", search: "?view=schedules" },
      { title: "Phase III: constant against optimal", search: "?view=schedules&knots=0*1_1*1&time=log" },
      {
        title: "Phase IVa: noise against size, α = 0.4, β = 0.9",
        search: "?view=schedules&alpha=0.4&beta=0.9&knots=0*1_1*1&time=log",
      },
      {
        title: "Label noise in phase II: decay, or small steps",
        search: "?view=schedules&alpha=0.8&beta=0.6&noise=1&knots=0*0.05_0.5*0.05_1*0",
      },
      {
        title: "DANA-decaying, α = 1, β = 0.7",
        search: "?view=schedules&alpha=1&beta=0.7&step=0.5&optimizer=dana-decaying&knots=0*1_1*1",
      },
      {
        title: "SGD, momentum and sign SGD on one axis",
        search: "?view=schedules&step=0.5&mu=0.8#optimizers",
      },
      { title: "Too large a step, half-way", search: "?view=schedules&knots=0*1_0.5*2.4_1*0" },
    ],
  },
  {
    group: "Width, data and time (Bordelon et al. 2024)",
    items: [
      { title: "Test loss over time for several N, P = 1000", search: "?view=dynamics" },
      { title: "The same with few samples, P = 128", search: "?view=dynamics&P=128" },
      { title: "The gap for several P at N = 512", search: "?view=dynamics&N=512&fan=P" },
      { title: "An easy target: a = 2, b = 1.25", search: "?view=dynamics&a=2" },
      { title: "Width or data alone: early 1/N, late N^−c", search: "?view=dynamics#approach" },
      { title: "Compute-optimal: a = 2, b = 1.01", search: "?view=dynamics&a=2&b=1.01&P=inf#optimal" },
      { title: "Compute-optimal: a = 1.5, b = 1.25", search: "?view=dynamics&P=inf#optimal" },
      { title: "Compute-optimal: a = 1.5, b = 2", search: "?view=dynamics&b=2&P=inf#optimal" },
      { title: "Compute-optimal: a = 3, b = 1.5", search: "?view=dynamics&a=3&b=1.5&P=inf#optimal" },
      { title: "Compute-optimal where data are short, P = 1000", search: "?view=dynamics#optimal" },
      { title: "Transfer functions of modes 1 and 10, N = 128", search: "?view=dynamics&N=128&P=64#transfer" },
      { title: "Ensembles of 4, over time", search: "?view=dynamics&N=128&students=4#decomposition" },
      { title: "Ensembles of 4 or width, at equal compute", search: "?view=dynamics&students=4&P=inf#optimal" },
      { title: "Label noise and early stopping", search: "?view=dynamics&N=512&P=500&noise=0.09" },
      {
        title: "Epochs against one pass, P = 1000, B = 32",
        search: "?view=dynamics&rule=sgd&reuse=replacement&end=1e5&start=1",
      },
      { title: "What samples seen again are worth", search: "?view=dynamics&a=1.8&b=1.4&N=inf#epochs" },
      { title: "One-pass SGD, B = 32", search: "?view=dynamics&rule=sgd&end=1e5&start=1" },
      { title: "Discrete steps", search: "?view=dynamics&rule=gradient-descent&start=1" },
      { title: "Momentum", search: "?view=dynamics&rule=heavy-ball&start=1" },
    ],
  },
  {
    group: "Real tasks, by their measured spectra",
    items: [
      { title: "MNIST, even or odd: several N, P = 1000", search: "?view=dynamics&task=mnist" },
      { title: "MNIST: the best use of compute", search: "?view=dynamics&task=mnist&P=inf#optimal" },
      { title: "A vowel next? Speeches, several P", search: "?view=dynamics&task=sotu&fan=P&N=inf" },
      { title: "Speeches: what samples seen again are worth", search: "?view=dynamics&task=sotu&N=inf&P=500#epochs" },
    ],
  },
  {
    group: "Training runs",
    items: [
      { title: "Fit a table of runs", search: "?view=runs&data=example" },
      { title: "All three approaches, side by side", search: "?view=runs&data=example&method=all" },
    ],
  },
  {
    group: "Your machine",
    items: [
      { title: "WebAssembly against JavaScript", search: "?view=speed" },
      { title: "The same in a third of the time", search: "?view=speed&rounds=5&slice=12" },
    ],
  },
];
