// Curves, points and bands on one or more planes: the figure for everything that has no figure of its own.

import { areaY, dot, line, ruleX, ruleY } from "@observablehq/plot";
import { type Axis, extent, linearAxis, logAxis, padded, plane } from "./axes.ts";
import type { Columns, Figure, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface Series {
  /** Named in the legend, unless `unlisted`; absent where another series of the panel names it. */
  readonly label?: string;
  readonly unlisted?: boolean;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Default "line". */
  readonly mark?: "line" | "dashed" | "dot";
  /** A band around the curve, from low to high. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  /** A category of the theme; or a place in [0, 1] on its sequential scale. Default: the series' own place in the panel. */
  readonly category?: number;
  readonly shade?: number;
  /** The axis is not stretched for it beyond a decade below the others: it leaves the picture, and stays in the table. */
  readonly unbounded?: boolean;
  /** The curve the panel is about, or a quiet one behind the others. */
  readonly role?: "accent" | "ink" | "muted";
}

export interface CurvesPanel {
  readonly title?: string;
  readonly x: { readonly label: string; readonly log?: boolean };
  readonly y: { readonly label: string; readonly log?: boolean };
  readonly series: readonly Series[];
  /** Lines at these values, dashed. */
  readonly at?: { readonly x?: readonly number[]; readonly y?: readonly number[] };
}

export interface CurvesData {
  readonly id: string;
  readonly title: string;
  readonly setting?: string;
  readonly caption: string;
  readonly panels: readonly CurvesPanel[];
  /** Panels a row. Default: all in one. */
  readonly columns?: number;
}

/** Curves, dots and bands on one or more planes. */
export function curvesFigure({ id, title, setting, caption, panels, columns = panels.length }: CurvesData): Figure {
  return {
    id,
    title,
    ...(setting ? { subtitle: setting } : {}),
    caption,
    width: columns === 1 ? 680 : Math.min(480 * columns, 1200),
    height: 56 + 370 * Math.ceil(panels.length / columns),
    columns,
    panels: panels.map(panelOf),
    table: tableOf(panels),
  };
}

function colorOf(theme: Theme, series: Series, i: number): string {
  if (series.role) return theme[series.role];
  if (series.shade !== undefined) return theme.sequential(series.shade);
  return theme.category[(series.category ?? i) % theme.category.length]!;
}

function panelOf({ title, x, y, series, at }: CurvesPanel): Panel {
  const axis = ({ label, log }: { label: string; log?: boolean }, values: ArrayLike<number>[]): Axis =>
    log ? logAxis(label, values) : linearAxis(label, values);
  return {
    ...(title ? { title } : {}),
    legend: (theme) => ({
      kind: "swatches",
      items: series.flatMap((s, i) =>
        s.label && !s.unlisted
          ? [{ label: s.label, color: colorOf(theme, s, i), mark: s.mark ?? ("line" as const) }]
          : [],
      ),
    }),
    readout: {
      x: x.label,
      y: y.label,
      series: series.map((s, i) => ({
        name: s.label ?? (series.length > 1 ? `curve ${i + 1}` : (title ?? y.label)),
        x: s.x,
        y: s.y,
        color: (theme) => colorOf(theme, s, i),
      })),
    },
    plot: (view) => {
      const { theme } = view;
      const bounded = series.filter((s) => !s.unbounded).flatMap((s) => [s.y, s.low ?? [], s.high ?? []]);
      const free = series.filter((s) => s.unbounded).map((s) => s.y);
      const all = [...bounded, ...free.map((values) => within(values, bounded, y.log === true))];
      const drawable = (values: ArrayLike<number>, log?: boolean) =>
        Array.from(values, (value) => (log && !(value > 0) ? Number.NaN : value));
      const marks = series.flatMap((s, i) => {
        const color = colorOf(theme, s, i);
        const [xs, ys] = [drawable(s.x, x.log), drawable(s.y, y.log)];
        const band =
          s.low && s.high
            ? [
                areaY(xs, {
                  x: xs,
                  y1: drawable(s.low, y.log),
                  y2: drawable(s.high, y.log),
                  fill: color,
                  fillOpacity: 0.18,
                }),
              ]
            : [];
        if (s.mark === "dot") return [...band, dot(xs, { x: xs, y: ys, r: 2.6, fill: color })];
        const dash = s.mark === "dashed" ? { strokeDasharray: "6 4" } : {};
        const strokeWidth = s.role === "accent" ? 2.6 : s.role === "muted" ? 1.2 : 1.8;
        return [...band, line(xs, { x: xs, y: ys, stroke: color, strokeWidth, ...dash })];
      });
      const rule = { stroke: theme.muted, strokeDasharray: "6 4" };
      return plane(
        view,
        axis(
          x,
          series.map((s) => s.x),
        ),
        padded(axis(y, all)),
        [...(at?.x ? [ruleX([...at.x], rule)] : []), ...(at?.y ? [ruleY([...at.y], rule)] : []), ...marks],
      );
    },
  };
}

/** A decade: what is seen of a curve that falls below all others. */
const BELOW = 10;

/** The values that the axis is stretched for: where there are bounded curves, none far below them. */
function within(values: ArrayLike<number>, bounded: readonly ArrayLike<number>[], log: boolean): number[] {
  const [low] = extent(bounded, log) ?? [-Infinity];
  return Array.from(values).filter((value) => value >= (log ? low / BELOW : low));
}

/** Every point of every series, a row each. */
function tableOf(panels: readonly CurvesPanel[]): Columns {
  const rows = panels.flatMap((panel, p) =>
    panel.series.flatMap((s, i) =>
      Array.from({ length: s.x.length }, (_, k) => ({
        panel: panel.title ?? String(p + 1),
        series: s.label ?? String(i + 1),
        x: s.x[k]!,
        y: s.y[k]!,
        low: s.low?.[k] ?? Number.NaN,
        high: s.high?.[k] ?? Number.NaN,
      })),
    ),
  );
  const banded = panels.some(({ series }) => series.some(({ low }) => low));
  return {
    panel: rows.map((row) => row.panel),
    series: rows.map((row) => row.series),
    x: rows.map((row) => row.x),
    y: rows.map((row) => row.y),
    ...(banded ? { low: rows.map((row) => row.low), high: rows.map((row) => row.high) } : {}),
  };
}
