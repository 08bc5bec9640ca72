// Axes: what an axis shows, where its ticks are and how they are written; and the plane every panel is drawn on.

import * as Plot from "@observablehq/plot";
import { fixed, powerOfTen, scripted } from "../numbers.ts";
import type { View } from "./figure.ts";
import { widthOf } from "./typeset.ts";

/** The axis of every figure over the model's compute: panels with it are read at one f. */
export const COMPUTE = "compute f = B·d·r (flops)";

export interface Axis {
  readonly type: "log" | "linear";
  /** Quantity and unit: "compute f = B·d·r (flops)". */
  readonly label: string;
  /** Undefined where there is nothing to show. */
  readonly domain: readonly [number, number] | undefined;
  readonly ticks: readonly number[];
  /** Ticks without a number. */
  readonly minor: readonly number[];
  readonly format: (value: number) => string;
}

/** The smallest and largest finite values of some lists; positive ones only where `positive`. */
export function extent(lists: Iterable<ArrayLike<number>>, positive = false): readonly [number, number] | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const x = list[i]!;
      if (!Number.isFinite(x) || (positive && x <= 0)) continue;
      least = Math.min(least, x);
      most = Math.max(most, x);
    }
  return least <= most ? [least, most] : undefined;
}

/** A logarithmic axis over the lists' positive values: whole decades where there are several, 1-2-5 where there are few, round numbers within one. */
export function logAxis(label: string, values: Iterable<ArrayLike<number>>, most = 7): Axis {
  const found = extent(values, true);
  if (!found) return { type: "log", label, domain: undefined, ticks: [], minor: [], format: powerOfTen };
  const [lo, hi] = found[0] < found[1] ? found : [found[0] / 2, found[0] * 2];
  const domain = [lo, hi] as const;
  const format = lo >= 1e-3 && hi <= 2e4 ? scripted : powerOfTen;
  const [first, last] = [Math.ceil(Math.log10(lo) - 1e-9), Math.floor(Math.log10(hi) + 1e-9)];
  const inside = (x: number) => x >= lo * (1 - 1e-9) && x <= hi * (1 + 1e-9);
  const all: number[] = [];
  for (let e = first - 1; e <= last; e++) for (let m = 1; m < 10; m++) all.push(m * 10 ** e);
  const decades = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  if (decades.length >= 3) {
    const every = Math.ceil(decades.length / most);
    const ticks = decades.filter((e) => e % every === 0).map((e) => 10 ** e);
    const minor = decades.length <= 4 ? all.filter(inside) : decades.map((e) => 10 ** e);
    return { type: "log", label, domain, ticks, minor: minor.filter((x) => !ticks.includes(x)), format };
  }
  const ticks = all.filter((x) => inside(x) && /^[125]/.test(x.toExponential()));
  const enough = [ticks, all.filter(inside), roundTicks(lo, hi, 4)].find(({ length }) => length >= 2) ?? ticks;
  return {
    type: "log",
    label,
    domain,
    ticks: enough,
    minor: all.filter((x) => inside(x) && !enough.includes(x)),
    format,
  };
}

/** A linear axis over the lists' values, about `count` round ticks. */
export function linearAxis(label: string, values: Iterable<ArrayLike<number>>, count = 6): Axis {
  const found = extent(values);
  if (!found) return { type: "linear", label, domain: undefined, ticks: [], minor: [], format: scripted };
  const [lo, hi] = found[0] < found[1] ? found : [found[0] - 0.5, found[0] + 0.5];
  const ticks = roundTicks(lo, hi, count);
  const finest = ticks.reduce((least, x) => Math.min(least, x === 0 ? least : Math.abs(x)), Infinity);
  // all with the decimal places that the finest needs, or all by powers of ten
  const places = Math.max(...ticks.map((x) => String(x).split(".")[1]?.length ?? 0));
  const format =
    finest < 1e-4 || Math.max(Math.abs(lo), Math.abs(hi)) >= 1e6 ? scripted : (x: number) => fixed(x, places);
  return { type: "linear", label, domain: [lo, hi], ticks, minor: [], format };
}

/** The axis with room at both ends, for curves that would otherwise run along the frame. */
export function padded(axis: Axis, part = 0.04): Axis {
  if (!axis.domain) return axis;
  const [lo, hi] = axis.domain;
  const factor = (hi / lo) ** part;
  const domain =
    axis.type === "log"
      ? ([lo / factor, hi * factor] as const)
      : ([lo - part * (hi - lo), hi + part * (hi - lo)] as const);
  return { ...axis, domain };
}

/** Round numbers in [lo, hi], about `count` of them. */
export function roundTicks(lo: number, hi: number, count: number): number[] {
  const rough = (hi - lo) / count;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const off = (m: number) => Math.abs(Math.log((m * ten) / rough));
  const step = ten * [1, 2, 5, 10].reduce((best, m) => (off(m) < off(best) ? m : best));
  const ticks: number[] = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * step; i++) ticks.push(+(i * step).toPrecision(12));
  return ticks;
}

/**
 * Marks on a plane with two axes, grid lines behind them. Marks are clipped to the frame; `over` are not.
 * Where an axis has no domain the plane says that there is nothing to show.
 */
export function plane(
  { width, height, theme }: View,
  x: Axis,
  y: Axis,
  marks: readonly Plot.Markish[],
  options: { over?: readonly Plot.Markish[]; marginRight?: number; grid?: boolean } = {},
): Plot.PlotOptions {
  const labels = Math.max(...y.ticks.map((tick) => widthOf(y.format(tick), 10)));
  const marginLeft = Math.max(62, labels + 36);
  const margins = { marginLeft, marginBottom: 44, marginTop: 8, marginRight: options.marginRight ?? 16 };
  const frame = Plot.frame({ stroke: theme.muted, strokeOpacity: 0.5 });
  if (!x.domain || !y.domain)
    return {
      width,
      height,
      ...margins,
      x: { axis: null },
      y: { axis: null },
      marks: [frame, Plot.text(["nothing to show"], { frameAnchor: "middle", fill: theme.muted })],
    };
  const [gridX, gridY] = options.grid === false ? [[], []] : [x.ticks, y.ticks];
  const minor = { text: () => "", label: null, color: theme.muted };
  const label = { labelAnchor: "center", labelArrow: "none", color: theme.ink } as const;
  return {
    width,
    height,
    ...margins,
    clip: true,
    x: { type: x.type, domain: [...x.domain] },
    y: { type: y.type, domain: [...y.domain] },
    color: { type: "identity" },
    marks: [
      Plot.gridX([...gridX], { stroke: theme.grid, strokeOpacity: 1 }),
      Plot.gridY([...gridY], { stroke: theme.grid, strokeOpacity: 1 }),
      ...marks,
      frame,
      Plot.axisX([...x.minor], { ...minor, tickSize: 3 }),
      Plot.axisY([...y.minor], { ...minor, tickSize: 3 }),
      // as `text`: Plot drops some of a log axis's labels where it is given them as `tickFormat`
      Plot.axisX([...x.ticks], { ...label, label: x.label, labelOffset: 40, text: (tick: number) => x.format(tick) }),
      Plot.axisY([...y.ticks], {
        ...label,
        label: y.label,
        labelOffset: marginLeft - 6,
        text: (tick: number) => y.format(tick),
      }),
      ...(options.over ?? []),
    ],
  };
}
