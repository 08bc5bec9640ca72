// The spectral density of K̂ and the target's energy in it (docs/theory.md, eqs. 3.9, 3.10), against a sampled W where given.

import { areaY, line, rectY } from "@observablehq/plot";
import { scripted } from "../numbers.ts";
import { logAxis, padded, plane } from "./axes.ts";
import type { Figure, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface SpectrumData {
  readonly setting: string;
  readonly lambda: Float64Array;
  /** Eigenvalues per unit of λ. */
  readonly density: Float64Array;
  /** The target's energy per unit of λ. */
  readonly weighted: Float64Array;
  /** Below this λ the density is an average over the bands of neighbouring modes. Default 0: nowhere. */
  readonly averagedBelow?: number;
  /** Sampled eigenvalues, counted between edges; `energy` is the target's energy found there. */
  readonly histogram?:
    | { readonly edges: Float64Array; readonly count: Float64Array; readonly energy?: Float64Array }
    | undefined;
}

/** The density of eigenvalues and of the target’s energy among them, beside sampled ones where they are given. */
export function spectrumFigure(data: SpectrumData): Figure {
  const { averagedBelow = 0 } = data;
  return {
    id: "spectrum",
    title: "Spectrum of K̂ = D^{1/2}WW^{T}D^{1/2}",
    subtitle: data.setting,
    caption:
      "The density of eigenvalues of K̂ and the density of the target's energy among them, on logarithmic axes." +
      (averagedBelow > 0
        ? ` Below λ = ${scripted(averagedBelow)} the bands of single modes are shown as their average.`
        : ""),
    width: 960,
    height: 440,
    panels: [
      panel(data, "Eigenvalues per e-fold", "λ ρ(λ)", data.density, data.histogram?.count),
      panel(data, "Target's energy per e-fold", "λ ρ_{t}(λ)", data.weighted, data.histogram?.energy),
    ],
    table: { lambda: data.lambda, density: data.density, weighted: data.weighted },
  };
}

function panel(
  { lambda, histogram }: SpectrumData,
  title: string,
  label: string,
  density: Float64Array,
  count: Float64Array | undefined,
): Panel {
  // per e-fold: areas on a logarithmic axis then are what they look like
  const y = density.map((value, i) => value * lambda[i]!);
  const bars = histogram && count ? bins(histogram.edges, count) : [];
  return {
    title,
    readout: {
      x: "eigenvalue λ",
      y: label,
      series: [
        { name: bars.length > 0 ? "theory" : label, x: lambda, y, color: (theme) => theme.accent },
        ...(bars.length > 0
          ? [
              {
                name: "sampled W",
                x: bars.map(({ x1, x2 }) => Math.sqrt(x1 * x2)),
                y: bars.map((bar) => bar.y),
                color: (theme: Theme) => theme.category[0]!,
              },
            ]
          : []),
      ],
    },
    ...(bars.length > 0
      ? {
          legend: (theme) => ({
            kind: "swatches",
            items: [
              { label: "theory", color: theme.accent },
              { label: "sampled W", color: theme.category[0]!, mark: "square" },
            ],
          }),
        }
      : {}),
    plot: (view) => {
      const { theme } = view;
      const yAxis = padded(logAxis(label, [y, bars.map((bar) => bar.y)]));
      const floor = yAxis.domain?.[0] ?? 1;
      // between the bands the density is 0: the curve goes down to the axis
      const drawn = y.map((value) => Math.max(value, floor));
      return plane(view, logAxis("eigenvalue λ", [lambda, histogram?.edges ?? []]), yAxis, [
        rectY(bars, { x1: "x1", x2: "x2", y1: floor, y2: "y", fill: theme.category[0]!, fillOpacity: 0.35 }),
        areaY(lambda, { x: lambda, y1: floor, y2: drawn, fill: theme.accent, fillOpacity: bars.length > 0 ? 0 : 0.15 }),
        line(lambda, { x: lambda, y: drawn, stroke: theme.accent, strokeWidth: 1.4 }),
      ]);
    },
  };
}

/** Counts per e-fold between edges; empty bins are left out. */
function bins(edges: Float64Array, count: Float64Array): { x1: number; x2: number; y: number }[] {
  return Array.from(count, (n, i) => {
    const [x1, x2] = [edges[i]!, edges[i + 1]!];
    return { x1, x2, y: n / Math.log(x2 / x1) };
  }).filter(({ y }) => y > 0);
}
