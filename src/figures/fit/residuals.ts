// What the law of approach 3 leaves: residuals over compute, and profiles of its exponents.

import { areaY, dot, line, rect, ruleY } from "@observablehq/plot";
import type { FitResult } from "../../fitting/fit.ts";
import { powerOfTen } from "../../numbers.ts";
import { extent, linearAxis, logAxis, padded, plane } from "../axes.ts";
import type { Legend, Panel } from "../figure.ts";
import { shades } from "../theme.ts";
import { COMPUTE, someRows } from "./drawn.ts";

export function residuals({ runs, parametric }: FitResult): Panel {
  const { residuals: r, delta } = parametric!.fit;
  const rows = someRows(runs.n);
  const percent = Float64Array.from(rows, (i) => 100 * r[i]!);
  const most = percent.reduce((m, x) => Math.max(m, Math.abs(x)), (200 * delta) as number);
  const range = extent([runs.N], true)!;
  const shade = shades(range);
  return {
    title: "Residuals of approach 3",
    readout: {
      x: COMPUTE,
      y: "fit over run, %",
      series: [{ name: "residual", x: rows.map((i) => runs.C[i]!), y: percent, color: (theme) => theme.ink }],
    },
    legend: (theme): Legend => ({
      kind: "ramp",
      label: "model size N",
      domain: [range[0], range[1] > range[0] ? range[1] : range[0] * 1.01],
      log: true,
      color: shade(theme),
      ticks: logAxis("", [runs.N], 4).ticks,
      format: powerOfTen,
    }),
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const axis = padded(linearAxis("fit over run, in loss (%)", [[-most, most]]));
      const x = padded(logAxis(COMPUTE, [runs.C]));
      return plane(view, x, axis, [
        areaY(x.domain!, {
          x: [...x.domain!],
          y1: -100 * delta,
          y2: 100 * delta,
          fill: theme.muted,
          fillOpacity: 0.25,
        }),
        ruleY([0], { stroke: theme.ink, strokeWidth: 1 }),
        dot(rows, {
          x: (i: number) => runs.C[i]!,
          y: (i: number) => 100 * r[i]!,
          r: 2.2,
          fill: (i: number) => color(runs.N[i]!),
        }),
      ]);
    },
  };
}

/** Where the objective, minimised over all else, has risen to the edge of the intervals; 1 is the edge. */
export function profiles({ parametric }: FitResult): Panel {
  const all = parametric!.profiles;
  const objective = parametric!.fit.objective;
  const curves = all.map((p) => ({
    ...p,
    rise: p.objective.map((value) => (value - objective) / (p.threshold - objective)),
  }));
  const names = { alpha: "α", beta: "β" };
  return {
    title: "Profiles of the exponents",
    readout: {
      x: "exponent",
      y: "objective's rise, over its limit",
      series: curves.map(({ parameter, value, rise }, k) => ({
        name: names[parameter],
        x: value,
        y: rise,
        color: (theme) => theme.category[k]!,
      })),
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        ...curves.map(({ parameter }, k) => ({ label: names[parameter], color: theme.category[k]! })),
        { label: "95 %, drop test", color: theme.ink, mark: "dashed" },
        ...(parametric!.ci ? [{ label: "95 %, bootstrap", color: theme.muted, mark: "square" as const }] : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const ci = parametric!.ci;
      const inside = curves.map((c) => c.value.filter((_, i) => c.rise[i]! <= 4));
      const bands = ci ? all.map(({ parameter }) => [...ci[parameter]!]) : [];
      return plane(
        view,
        padded(linearAxis("exponent", [...inside, ...bands])),
        linearAxis("objective's rise, over its limit", [[0, 4]]),
        [
          ...bands.map((band, k) =>
            rect([band], {
              x1: (b: number[]) => b[0]!,
              x2: (b: number[]) => b[1]!,
              y1: 0,
              y2: 4,
              fill: theme.category[k]!,
              fillOpacity: 0.14,
            }),
          ),
          ruleY([1], { stroke: theme.ink, strokeDasharray: "5 3" }),
          ...curves.map(({ value, rise }, k) =>
            line(value, { x: value, y: rise, stroke: theme.category[k]!, strokeWidth: 2 }),
          ),
        ],
      );
    },
  };
}
