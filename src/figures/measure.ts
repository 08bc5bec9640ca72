// A measured spectrum: what the sample shows, what was made of it, and what follows, beside what was then trained.

import { type CurvesPanel, curvesFigure } from "./curves.ts";
import type { Figure } from "./figure.ts";

export interface MeasureData {
  readonly setting: string;
  /** Of the sample: eigenvalues and energies, as they are. */
  readonly sample: { readonly eigenvalues: Float64Array; readonly energies: Float64Array };
  readonly debiased: { readonly eigenvalues: Float64Array; readonly energies: Float64Array };
  /** First and last mode that the law was fitted to. */
  readonly window: readonly [number, number];
  readonly exponents: string;
  readonly samples: number;
  readonly forecast: {
    readonly P: Float64Array;
    readonly loss: Float64Array;
    readonly low: Float64Array;
    readonly high: Float64Array;
  };
  readonly checked?: {
    readonly samples: { readonly at: Float64Array; readonly measured: Float64Array };
    readonly steps: { readonly at: Float64Array; readonly measured: Float64Array; readonly forecast: Float64Array };
  };
}

/** Energies are means over tenths of a decade: those of single modes scatter. */
function smooth(energies: Float64Array): { x: number[]; y: number[] } {
  const [x, y]: [number[], number[]] = [[], []];
  for (let from = 1; from <= energies.length; ) {
    const to = Math.min(energies.length, Math.max(from, Math.round(from * 1.25) - 1));
    let sum = 0;
    for (let k = from; k <= to; k++) sum += energies[k - 1]!;
    if (sum > 0) {
      x.push(Math.sqrt(from * to));
      y.push(sum / (to - from + 1));
    }
    from = to + 1;
  }
  return { x, y };
}

/** A measured spectrum, its debiased form, and the losses foretold from it. */
export function measureFigure(data: MeasureData): Figure {
  const ranks = (values: Float64Array) => Float64Array.from(values.keys(), (k) => k + 1);
  const thin = (values: Float64Array) => {
    const keep = Array.from(values.keys()).filter(
      (i) => i < 100 || Math.floor(40 * Math.log10(i)) !== Math.floor(40 * Math.log10(i + 1)),
    );
    return { x: Float64Array.from(keep, (i) => ranks(values)[i]!), y: Float64Array.from(keep, (i) => values[i]!) };
  };
  const positive = ({ x, y }: { x: Float64Array; y: Float64Array }) => {
    const top = y.reduce((most, v) => Math.max(most, v), 0);
    const keep = Array.from(y.keys()).filter((i) => y[i]! > 1e-12 * top);
    return { x: Float64Array.from(keep, (i) => x[i]!), y: Float64Array.from(keep, (i) => y[i]!) };
  };
  const { forecast, checked } = data;
  const panels: CurvesPanel[] = [
    {
      title: "Eigenvalues",
      x: { label: "mode k", log: true },
      y: { label: "eigenvalue λ_{k}", log: true },
      at: { x: data.window },
      series: [
        { label: "of the sample", ...positive(thin(data.sample.eigenvalues)), mark: "dot", role: "muted" },
        { label: "debiased", ...positive(thin(data.debiased.eigenvalues)), category: 0 },
      ],
    },
    {
      title: "Energies",
      x: { label: "mode k", log: true },
      y: { label: "target's energy c_{k}, mean of modes near k", log: true },
      at: { x: data.window },
      series: [
        { label: "of the sample", ...smooth(data.sample.energies), mark: "dot", role: "muted" },
        { label: "debiased", ...smooth(data.debiased.energies), category: 0 },
      ],
    },
    {
      title: "Loss over samples",
      x: { label: "samples P", log: true },
      y: { label: "test loss", log: true },
      at: { x: [data.samples] },
      series: [
        {
          label: "forecast, 95 %",
          x: forecast.P,
          y: forecast.loss,
          low: forecast.low,
          high: forecast.high,
          category: 0,
        },
        ...(checked
          ? [
              {
                label: "trained",
                x: checked.samples.at,
                y: checked.samples.measured,
                mark: "dot" as const,
                role: "ink" as const,
              },
            ]
          : []),
      ],
    },
  ];
  if (checked)
    panels.push({
      title: "Loss over steps of one-pass SGD",
      x: { label: "steps t", log: true },
      y: { label: "test loss", log: true },
      series: [
        { label: "forecast", x: checked.steps.at, y: checked.steps.forecast, category: 0 },
        { label: "trained", x: checked.steps.at, y: checked.steps.measured, mark: "dot", role: "ink" },
      ],
    });
  return curvesFigure({
    id: "measure",
    title: "A measured spectrum and what follows",
    setting: data.setting,
    caption: `Eigenvalues and energies of the sample and debiased; ${data.exponents}, fitted between the dashed lines. Loss of kernel regression over samples; dashed: the sample.`,
    columns: 2,
    panels,
  });
}
