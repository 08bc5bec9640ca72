// The compute-optimal frontier (docs/theory.md, §6): loss curves of a fan of d with P*(f) as their lower edge, d*(f) beside
// it, and under each the local slope on its way to the predicted exponent.

import { areaY, dot, line, ruleX, ruleY } from "@observablehq/plot";
import { scripted } from "../numbers.ts";
import { COMPUTE, extent, linearAxis, logAxis, plane } from "./axes.ts";
import type { Figure, Legend, Panel } from "./figure.ts";
import { shades, type Theme } from "./theme.ts";

interface Estimate {
  readonly value: number;
  readonly stderr: number;
}

export interface FrontierData {
  /** What was asked, in one line: "α = β = 0.7, v = 4d, …". */
  readonly setting: string;
  readonly flops: Float64Array;
  readonly d: Float64Array;
  readonly loss: Float64Array;
  readonly fit: { readonly xi: Estimate; readonly eta: Estimate };
  /** The budgets the power laws are fitted over: no line goes across a jump of d*. Default: all. */
  readonly fitRange?: readonly [first: number, last: number];
  /** i where d* jumps between flops[i−1] and flops[i]. Default: none. */
  readonly jumps?: readonly number[];
  /** ∂ log d* ∕ ∂ log f and −∂ log P* ∕ ∂ log f at each f. */
  readonly slopes: { readonly xi: Float64Array; readonly eta: Float64Array };
  readonly predicted: { readonly phase: string | null; readonly xi: number; readonly eta: number } | null;
  /** Loss against compute at some d. */
  readonly curves: readonly { readonly d: number; readonly flops: Float64Array; readonly loss: Float64Array }[];
}

/** The compute-optimal frontier: losses with their lower edge, best sizes, and the slopes of both. */
export function frontierFigure(data: FrontierData): Figure {
  const { fit, predicted, jumps = [] } = data;
  const fitted = Number.isFinite(fit.xi.value);
  const known = (["xi", "eta"] as const).filter((name) => expected(data, name) !== undefined);
  const phase = predicted?.phase ? `phase ${predicted.phase}, ` : "";
  return {
    id: "frontier",
    title: "Compute-optimal frontier",
    subtitle: `${phase}${data.setting}`,
    caption:
      `Loss curves of models of several sizes over compute, with the optimal loss as their lower edge, and the optimal size. ` +
      (fitted
        ? `Fitted: d^{*} ∝ f^{${fit.xi.value.toFixed(3)}}, P^{*} ∝ f^{−${fit.eta.value.toFixed(3)}}`
        : "Not fitted") +
      `${known.map((name) => `; predicted ${name === "xi" ? "ξ" : "η"} = ${expected(data, name)!.toFixed(3)}`).join("")}.` +
      (jumps.length > 0 ? " Dotted: d^{*} jumps to another minimum; nothing is fitted across." : ""),
    width: 960,
    height: 760,
    columns: 2,
    panels: [losses(data), sizes(data), slope(data, "eta"), slope(data, "xi")],
    table: { flops: data.flops, d: data.d, loss: data.loss, xi: data.slopes.xi, eta: data.slopes.eta },
  };
}

function losses(data: FrontierData): Panel {
  const [lo, hi] = extent([data.flops], true)!;
  const fan = data.curves.map(({ d, flops, loss }) => {
    return { d, flops, loss, shown: loss.filter((_, i) => flops[i]! >= lo && flops[i]! <= hi) };
  });
  const sizes = data.curves.map(({ d }) => d);
  const axis = logAxis("", [sizes], 5);
  const range = axis.domain ?? [1, 10];
  const shade = shades(range);
  return {
    title: "Loss P, and its lower edge P^{*}(f)",
    legend: (theme): Legend => ({
      kind: "ramp",
      label: "model size d",
      domain: range,
      log: true,
      color: shade(theme),
      ticks: axis.ticks,
      format: axis.format,
    }),
    readout: {
      x: COMPUTE,
      y: "loss P",
      series: [
        { name: "P^{*}(f)", x: data.flops, y: data.loss, color: (theme) => theme.accent },
        ...data.curves.map(({ d, flops, loss }) => ({
          name: `d = ${scripted(Math.round(d))}`,
          x: flops,
          y: loss,
          color: (theme: Theme) => shade(theme)(d),
        })),
      ],
    },
    plot: (view) => {
      const { theme } = view;
      return plane(view, logAxis(COMPUTE, [data.flops]), logAxis("loss P", [data.loss, ...fan.map((c) => c.shown)]), [
        ...fan.map(({ d, flops, loss }) =>
          line(flops, { x: flops, y: loss, stroke: shade(theme)(d), strokeWidth: 1.4 }),
        ),
        line(data.flops, { x: data.flops, y: data.loss, stroke: theme.accent, strokeWidth: 2.6 }),
        jumpsOf(data, theme),
      ]);
    },
  };
}

/** Dotted lines where another minimum becomes the deepest. */
function jumpsOf({ flops, jumps = [] }: FrontierData, theme: Theme) {
  const at = jumps.map((i) => Math.sqrt(flops[i - 1]! * flops[i]!));
  return ruleX(at, { stroke: theme.ink, strokeWidth: 1.2, strokeDasharray: "2 3" });
}

/** The predicted exponent, where there is one: on a boundary ξ may have two. */
function expected({ predicted }: FrontierData, which: "xi" | "eta"): number | undefined {
  const value = predicted?.[which];
  return Number.isFinite(value) ? value : undefined;
}

function sizes(data: FrontierData): Panel {
  const { flops, d, fit, fitRange: [first, last] = [flops[0]!, flops.at(-1)!] } = data;
  const within = d.filter((_, i) => flops[i]! >= first && flops[i]! <= last);
  const range = flops.filter((f) => f >= first && f <= last);
  const xi = expected(data, "xi");
  return {
    title: "Optimal size d^{*}(f)",
    readout: {
      x: COMPUTE,
      y: "optimal size",
      series: [{ name: "d^{*}(f)", x: flops, y: d, color: (theme) => theme.accent }],
    },
    legend: (theme) => ({
      kind: "swatches",
      items: [
        { label: "d^{*}(f)", color: theme.accent, mark: "dot" },
        ...(Number.isFinite(fit.xi.value) ? [{ label: `fit f^{${fit.xi.value.toFixed(3)}}`, color: theme.ink }] : []),
        ...(xi === undefined
          ? []
          : [{ label: `predicted f^{${xi.toFixed(3)}}`, color: theme.category[0]!, mark: "dashed" as const }]),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      return plane(view, logAxis(COMPUTE, [flops]), logAxis("optimal size d^{*}", [d]), [
        jumpsOf(data, theme),
        Number.isFinite(fit.xi.value)
          ? line(range, { x: range, y: through(range, within, fit.xi.value), stroke: theme.ink, strokeWidth: 1.4 })
          : null,
        xi === undefined
          ? null
          : line(range, {
              x: range,
              y: through(range, within, xi),
              stroke: theme.category[0]!,
              strokeWidth: 1.8,
              strokeDasharray: "6 4",
            }),
        dot(flops, { x: flops, y: d, r: 2.6, fill: theme.accent, clip: false }),
      ]);
    },
  };
}

function slope(data: FrontierData, which: "xi" | "eta"): Panel {
  const { flops, fit } = data;
  const values = data.slopes[which];
  const { value, stderr } = fit[which];
  const [symbol, label] = which === "xi" ? ["ξ", "∂ log d^{*} / ∂ log f"] : ["η", "−∂ log P^{*} / ∂ log f"];
  const target = expected(data, which);
  const stretches = Array.from(flops, (_, i) => (data.jumps ?? []).filter((jump) => jump <= i).length);
  return {
    title: `Its local slope ${symbol}(f)`,
    readout: {
      x: COMPUTE,
      y: label,
      series: [{ name: `${symbol}(f)`, x: flops.slice(1, -1), y: values.slice(1, -1), color: (theme) => theme.accent }],
    },
    legend: (theme) => ({
      kind: "swatches",
      items: [
        { label: `${symbol}(f)`, color: theme.accent },
        ...(Number.isFinite(value) ? [{ label: `fit ${value.toFixed(4)}`, color: theme.ink }] : []),
        ...(target === undefined
          ? []
          : [{ label: `predicted ${target.toFixed(4)}`, color: theme.category[0]!, mark: "dashed" as const }]),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const known = Number.isFinite(value);
      const spread = extent([
        values.filter(Number.isFinite),
        known ? [value] : [],
        target === undefined ? [] : [target],
      ]);
      // a flat slope is not to be blown up into noise
      const half = spread ? Math.max((spread[1] - spread[0]) * 0.58, 0.01) : 0.01;
      const middle = spread ? (spread[0] + spread[1]) / 2 : 0;
      const domain = spread ? [middle - half, middle + half] : [];
      const band = data.fitRange ?? [flops[0]!, flops.at(-1)!];
      return plane(view, logAxis(COMPUTE, [flops]), linearAxis(label, [domain]), [
        jumpsOf(data, theme),
        known
          ? areaY(band, { x: band, y1: value - 2 * stderr, y2: value + 2 * stderr, fill: theme.ink, fillOpacity: 0.12 })
          : null,
        known ? line(band, { x: band, y: [value, value], stroke: theme.ink, strokeWidth: 1.4 }) : null,
        target === undefined
          ? null
          : ruleY([target], { stroke: theme.category[0]!, strokeWidth: 1.8, strokeDasharray: "6 4" }),
        // the ends are one-sided
        line(flops.slice(1, -1), {
          x: flops.slice(1, -1),
          y: values.slice(1, -1),
          // one line a stretch
          z: stretches.slice(1, -1),
          stroke: theme.accent,
          strokeWidth: 2.4,
        }),
      ]);
    },
  };
}

/** The power law of this exponent through the points' centre, where a least-squares line goes. */
function through(x: Float64Array, y: Float64Array, exponent: number): Float64Array {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + Math.log(value), 0) / values.length;
  const [cx, cy] = [mean(x), mean(y)];
  return x.map((value) => Math.exp(cy + exponent * (Math.log(value) - cx)));
}
