// A result of a sweep over one of its parameters: a dot for each cell, a line through their mean at each value, one colour
// for each value of a second parameter.

import { dot, line } from "@observablehq/plot";
import { powerOfTen, scripted } from "../numbers.ts";
import { type Axis, extent, linearAxis, logAxis, padded, plane } from "./axes.ts";
import type { Figure, Legend } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface SweepData {
  /** What the sweep was, in one line. */
  readonly setting: string;
  readonly x: Quantity;
  readonly y: Quantity;
  readonly by?: Quantity | undefined;
}

/** One number a cell. */
export interface Quantity {
  readonly name: string;
  readonly values: Float64Array;
}

/** Beyond this many values of the second parameter a ramp replaces the list of colours. */
const MOST_LISTED = 7;

/** One result of a sweep over one parameter, by another where it is given. */
export function sweepFigure({ setting, x, y, by }: SweepData): Figure {
  const groups = grouped(x.values, y.values, by?.values ?? new Float64Array(x.values.length));
  const levels = groups.map(({ level }) => level);
  const [least, most] = extent([levels]) ?? [0, 1];
  const log = isWide(levels);
  const part = (level: number) =>
    log ? Math.log(level / least) / Math.log(most / least) : (level - least) / (most - least);
  const listed = levels.length <= MOST_LISTED;
  const color = (theme: Theme) => (level: number) =>
    levels.length === 1
      ? theme.accent
      : listed
        ? theme.category[levels.indexOf(level)]!
        : theme.sequential(part(level));
  const written = (level: number) => (log ? powerOfTen(level) : scripted(level));
  const legend = (theme: Theme): Legend =>
    listed
      ? {
          kind: "swatches",
          items: levels.map((level) => ({
            label: `${by!.name} = ${scripted(level)}`,
            color: color(theme)(level),
            mark: "dot",
          })),
        }
      : {
          kind: "ramp",
          label: by!.name,
          domain: [least, most],
          log,
          color: color(theme),
          ticks: axisOf("", levels).ticks,
          format: written,
        };
  return {
    id: "sweep",
    title: `${y.name} over ${x.name}`,
    subtitle: setting,
    caption: `${y.name} of every cell over ${x.name}${by ? `, by ${by.name}` : ""}; the lines go through the mean at each ${x.name}.`,
    width: 720,
    height: 480,
    panels: [
      {
        ...(levels.length > 1 && { legend }),
        readout: {
          x: x.name,
          y: y.name,
          series: groups.map(({ level, means }) => ({
            name: by ? `${by.name} = ${scripted(level)}` : `mean ${y.name}`,
            x: means.map(([at]) => at),
            y: means.map(([, mean]) => mean),
            color: (theme) => color(theme)(level),
          })),
        },
        plot: (view) => {
          const ink = color(view.theme);
          return plane(view, padded(axisOf(x.name, x.values)), padded(axisOf(y.name, y.values)), [
            ...groups.map(({ level, means }) =>
              line(means, { x: (m) => m[0], y: (m) => m[1], stroke: ink(level), strokeWidth: 1.6, strokeOpacity: 0.8 }),
            ),
            ...groups.map(({ level, points }) =>
              dot(points, { x: (p) => p[0], y: (p) => p[1], r: 2, fill: ink(level) }),
            ),
          ]);
        },
      },
    ],
    table: { [x.name]: x.values, [y.name]: y.values, ...(by && { [by.name]: by.values }) },
  };
}

type Pair = readonly [x: number, y: number];

function grouped(
  x: Float64Array,
  y: Float64Array,
  by: Float64Array,
): { level: number; points: Pair[]; means: Pair[] }[] {
  const levels = [...new Set(by)].sort((a, b) => a - b);
  return levels.map((level) => {
    const points: Pair[] = [];
    const at = new Map<number, number[]>();
    for (let i = 0; i < x.length; i++) {
      if (by[i] !== level || !Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
      points.push([x[i]!, y[i]!]);
      at.set(x[i]!, [...(at.get(x[i]!) ?? []), y[i]!]);
    }
    const means = [...at].map(([value, list]): Pair => [value, list.reduce((sum, one) => sum + one, 0) / list.length]);
    return { level, points, means: means.sort((a, b) => a[0] - b[0]) };
  });
}

/** Logarithmic where everything is positive and spans more than a factor of 20. */
function axisOf(name: string, values: ArrayLike<number>): Axis {
  return isWide(values) ? logAxis(name, [values]) : linearAxis(name, [values]);
}

function isWide(values: ArrayLike<number>): boolean {
  const range = extent([values]);
  return range !== undefined && range[0] > 0 && range[1] > 20 * range[0];
}
