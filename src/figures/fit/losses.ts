// Loss over model size at each budget, and over compute along a line of fixed D/N.

import { dot, line } from "@observablehq/plot";
import type { FitResult } from "../../fitting/fit.ts";
import { slicesOf } from "../../fitting/isoflop.ts";
import { lossAt } from "../../fitting/points.ts";
import { logspace } from "../../math/grid.ts";
import { powerOfTen } from "../../numbers.ts";
import { extent, linearAxis, logAxis, padded, plane } from "../axes.ts";
import type { Legend, Panel } from "../figure.ts";
import { shades, type Theme } from "../theme.ts";
import { COMPUTE, someRows } from "./drawn.ts";

/** Loss over N, a colour for each budget, with the law's curve (or the slice's parabola) at some budgets. */
export function losses({ runs, parametric, isoflop }: FitResult): Panel {
  const rows = someRows(runs.n);
  const [low, high] = extent([runs.C], true)!;
  const shade = shades([low, high]);
  const slices = isoflop ? isoflop.fit.slices : slicesOf(runs).length > 1 ? slicesOf(runs) : [];
  const flops = slices.length > 1 ? slices.map((slice) => slice.flops) : [...logspace(low, high, 7)];
  const shown = Array.from(
    new Set(
      Array.from(
        { length: Math.min(9, flops.length) },
        (_, i) => flops[Math.round((i * (flops.length - 1)) / Math.max(1, Math.min(9, flops.length) - 1))]!,
      ),
    ),
  );
  const [least, most] = extent([runs.N], true)!;
  const curves = shown.map((C) => {
    const slice = isoflop?.fit.slices.find((s) => s.flops === C);
    // the sizes actually tried near this budget, where it is a slice
    const [from, to] = slice ? extent([slice.N], true)! : [least, most];
    const N = logspace(from, Math.max(to, from * 1.01), 60);
    const loss = parametric
      ? N.map((n) => lossAt(parametric.fit, n, C / (runs.flopsPerToken * n)))
      : slice
        ? N.map((n) => Math.exp(slice.fitted(Math.log(n))))
        : N.map(() => Number.NaN);
    return { C, N, loss };
  });
  return {
    title: parametric || isoflop ? "Loss over model size, with the fit" : "Loss over model size",
    legend: (theme): Legend => ({
      kind: "ramp",
      label: "compute C",
      domain: [low, high > low ? high : low * 1.01],
      log: true,
      color: shade(theme),
      ticks: logAxis("", [runs.C], 4).ticks,
      format: powerOfTen,
    }),
    readout: {
      x: "model size N (parameters)",
      y: "loss",
      series: [
        { name: "run", x: rows.map((i) => runs.N[i]!), y: rows.map((i) => runs.loss[i]!), color: (theme) => theme.ink },
        ...curves
          .filter(({ loss }) => loss.some(Number.isFinite))
          .map(({ C, N, loss }) => ({
            name: `fit at C = ${powerOfTen(C)}`,
            x: N,
            y: loss,
            color: (theme: Theme) => shade(theme)(C),
          })),
      ],
    },
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const [best, worst] = extent([runs.loss], true)!;
      const yAxis = padded((worst > 4 * best ? logAxis : linearAxis)("loss", [runs.loss]), 0.06);
      return plane(view, padded(logAxis("model size N (parameters)", [runs.N])), yAxis, [
        ...curves.map(({ C, N, loss }) => line(N, { x: N, y: loss, stroke: color(C), strokeWidth: 1.4 })),
        dot(rows, {
          x: (i: number) => runs.N[i]!,
          y: (i: number) => runs.loss[i]!,
          r: rows.length > 500 ? 1.6 : 2.4,
          fill: (i: number) => color(runs.C[i]!),
          stroke: theme.paper,
          strokeWidth: 0.4,
        }),
      ]);
    },
  };
}

/** The loss over compute along the line of the data, which is all that a fixed D/N shows. */
export function alongLine({ runs, ray }: FitResult): Panel {
  const { E, K, eta } = ray!;
  const [low, high] = extent([runs.C], true)!;
  const flops = logspace(low, high, 80);
  return {
    title: "Loss along these runs",
    readout: {
      x: COMPUTE,
      y: "loss",
      series: [
        { name: "run", x: runs.C, y: runs.loss, color: (theme) => theme.ink },
        { name: "law", x: flops, y: flops.map((C) => E + K * C ** -eta), color: (theme) => theme.category[0]! },
      ],
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [{ label: `L = ${E.toFixed(3)} + K C^{−${eta.toFixed(3)}}`, color: theme.category[0]! }],
    }),
    plot: (view) => {
      const { theme } = view;
      return plane(view, padded(logAxis(COMPUTE, [runs.C])), padded(linearAxis("loss", [runs.loss])), [
        line(flops, { x: flops, y: flops.map((C) => E + K * C ** -eta), stroke: theme.category[0]!, strokeWidth: 2 }),
        dot(runs.C, { x: runs.C, y: runs.loss, r: 2.6, fill: theme.ink }),
      ]);
    },
  };
}
