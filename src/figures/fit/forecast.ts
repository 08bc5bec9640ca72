// Loss over compute, with the forecast of all laws and its band.

import { areaY, dot, line, ruleX } from "@observablehq/plot";
import type { FitResult } from "../../fitting/fit.ts";
import type { Forecaster, PointForecast } from "../../fitting/laws/predict.ts";
import { plan } from "../../fitting/plan.ts";
import { logspace } from "../../math/grid.ts";
import { extent, linearAxis, logAxis, padded, plane } from "../axes.ts";
import type { Legend, Panel } from "../figure.ts";
import { shades, type Theme } from "../theme.ts";
import { COMPUTE, someRows } from "./drawn.ts";

/** D/N among which the best is sought where no law says it. */
const RATIOS = 41;

/** Forecasts of the best run at each compute: of the law's size, or else of the size of least forecast loss. */
function bestForecasts({ runs, parametric }: FitResult, flops: Float64Array, { all }: Forecaster): PointForecast[] {
  const k = runs.flopsPerToken;
  if (parametric) {
    const N = flops.map((C) => plan(parametric.fit, { flops: C }, { flopsPerToken: k }).N);
    return all({ N, D: flops.map((C, i) => C / (k * N[i]!)) });
  }
  const ratio = logspace(0.3, 3000, RATIOS);
  const N = Float64Array.from({ length: flops.length * RATIOS }, (_, i) =>
    Math.sqrt(flops[Math.floor(i / RATIOS)]! / (k * ratio[i % RATIOS]!)),
  );
  const points = all({ N, D: N.map((n, i) => flops[Math.floor(i / RATIOS)]! / (k * n)) });
  return Array.from(flops, (_, i) =>
    points.slice(i * RATIOS, (i + 1) * RATIOS).reduce((best, p) => (p.loss < best.loss ? p : best)),
  );
}

/** Loss over compute: the runs, the lowest loss by the law, and the forecast of a run there with its band. */
export function overCompute(result: FitResult, budgets: Float64Array, forecaster: Forecaster | null): Panel {
  const { runs, parametric } = result;
  const rows = someRows(runs.n);
  const [low, top] = extent([runs.C], true)!;
  const flops = logspace(low, Math.max(10 * top, ...budgets), 32);
  const foretold = forecaster && bestForecasts(result, flops, forecaster);
  const lowest =
    parametric && flops.map((C) => plan(parametric.fit, { flops: C }, { flopsPerToken: runs.flopsPerToken }).loss);
  const shade = shades(extent([runs.N], true)!);
  return {
    title: "Loss over compute, and its forecast",
    readout: {
      x: COMPUTE,
      y: "loss",
      series: [
        ...(lowest
          ? [{ name: "lowest by the law", x: flops, y: lowest, color: (theme: Theme) => theme.category[0]! }]
          : []),
        ...(foretold
          ? (["loss", "low", "high"] as const).map((key) => ({
              name: { loss: "forecast", low: "95 % from", high: "95 % to" }[key],
              x: flops,
              y: foretold.map((p) => p[key]),
              color: (theme: Theme) => theme.category[1]!,
            }))
          : []),
        { name: "run", x: rows.map((i) => runs.C[i]!), y: rows.map((i) => runs.loss[i]!), color: (theme) => theme.ink },
      ],
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        { label: "runs, by N", color: theme.sequential(0.6), mark: "dot" },
        ...(lowest ? [{ label: "lowest by the law", color: theme.category[0]! }] : []),
        ...(foretold
          ? [
              { label: "forecast, all laws", color: theme.category[1]!, mark: "dashed" as const },
              { label: "95 % of runs", color: theme.category[1]!, mark: "square" as const },
            ]
          : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const ends = [...(foretold?.flatMap((p) => [p.low, p.high]) ?? []), ...(lowest ?? [])];
      const [best, worst] = extent([runs.loss, ends], true)!;
      const yAxis = padded((worst > 4 * best ? logAxis : linearAxis)("loss", [runs.loss, ends]), 0.04);
      return plane(view, padded(logAxis(COMPUTE, [flops])), yAxis, [
        foretold
          ? areaY(foretold, { x: "C", y1: "low", y2: "high", fill: theme.category[1]!, fillOpacity: 0.24 })
          : null,
        dot(rows, {
          x: (i: number) => runs.C[i]!,
          y: (i: number) => runs.loss[i]!,
          r: rows.length > 500 ? 1.6 : 2.4,
          fill: (i: number) => color(runs.N[i]!),
        }),
        lowest ? line(flops, { x: flops, y: lowest, stroke: theme.category[0]!, strokeWidth: 2 }) : null,
        foretold
          ? line(foretold, { x: "C", y: "loss", stroke: theme.category[1]!, strokeWidth: 2, strokeDasharray: "5 3" })
          : null,
        ruleX([top], { stroke: theme.muted, strokeDasharray: "2 3", strokeWidth: 1 }),
        ruleX(budgets, { stroke: theme.accent, strokeDasharray: "5 3", strokeWidth: 1.4 }),
      ]);
    },
  };
}
