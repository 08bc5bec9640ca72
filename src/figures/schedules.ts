// Schedules side by side (docs/theory.md, §9): the step over training, the loss, and what the loss at the end is made of.

import { line, rect } from "@observablehq/plot";
import { scripted } from "../numbers.ts";
import { type Axis, linearAxis, logAxis, plane } from "./axes.ts";
import { curvesFigure } from "./curves.ts";
import type { Figure, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface SchedulesData {
  readonly setting: string;
  readonly steps: Float64Array;
  readonly schedules: readonly {
    readonly name: string;
    readonly multiple: Float64Array;
    readonly curve: Float64Array;
    readonly F0: number;
    readonly bias: number;
    readonly early: number;
    readonly late: number;
    readonly loss: number;
  }[];
}

/** Bars run out of the frame at so many times the lowest loss. */
const CUT = 12;

const PARTS = [
  { key: "F0", label: "floor F_{0}" },
  { key: "bias", label: "not yet learned, F − F_{0}" },
  { key: "early", label: "noise of the first half" },
  { key: "late", label: "noise of the second half" },
] as const;

/** Schedules side by side: step, loss, and what the last loss is made of. */
export function schedulesFigure(data: SchedulesData): Figure {
  const { steps, schedules } = data;
  const base = curvesFigure({
    id: "schedules",
    title: "Schedules side by side",
    setting: data.setting,
    caption:
      "The step as a multiple of γ, the excess loss, and the parts of the loss at the end. A schedule's decay removes late noise, " +
      "its warm-up early noise; floor and bias depend on the total step alone.",
    columns: 3,
    panels: [
      {
        title: "Step, as a multiple of γ",
        x: { label: "steps r", log: true },
        y: { label: "γ_{r}/γ", log: true },
        series: schedules.map(({ name, multiple }, i) => ({
          label: name,
          x: steps,
          // a decade or two below the rest is as good as zero
          y: multiple.map((m) => (m > 1e-4 ? m : Number.NaN)),
          category: i,
        })),
      },
      {
        title: "Excess loss",
        x: { label: "steps r", log: true },
        y: { label: "excess loss P", log: true },
        series: schedules.map(({ name, curve }, i) => ({ label: name, x: steps, y: curve, category: i })),
      },
    ],
  });
  return {
    ...base,
    width: 1200,
    height: 460,
    panels: [...base.panels, parts(data)],
  };
}

/** The last panel by itself, with its numbers. */
export function schedulePartsFigure(data: SchedulesData): Figure {
  const { schedules, setting } = data;
  const column = (key: "loss" | "F0" | "bias" | "early" | "late") => Float64Array.from(schedules, (s) => s[key]);
  return {
    id: "schedule-parts",
    title: "Excess loss at the end",
    subtitle: setting,
    caption:
      "The excess loss each schedule ends at, as the sum of its parts: the model's floor, what is not yet learned, and the noise " +
      `of the first and of the second half. ${schedules.map(({ name, loss }) => `${name}: ${loss.toPrecision(3)}`).join(", ")}.`,
    width: 960,
    height: 130 + 42 * schedules.length,
    panels: [{ ...parts(data), title: "What it is made of" }],
    table: {
      schedule: schedules.map(({ name }) => name),
      loss: column("loss"),
      F0: column("F0"),
      bias: column("bias"),
      early: column("early"),
      late: column("late"),
    },
  };
}

export interface ShapesData {
  readonly setting: string;
  /** T. */
  readonly horizon: number;
  /** The step before which each multiple is taken, counted from 1. */
  readonly steps: Float64Array;
  readonly schedules: readonly { readonly name: string; readonly multiple: Float64Array; readonly category: number }[];
  /** The largest stable multiple at `steps`. */
  readonly limit: Float64Array;
  /** The schedule the figure is about; where it is drawn by the page, its name alone. */
  readonly own: { readonly name: string; readonly multiple: Float64Array };
  /** Where the multiples end. */
  readonly top: number;
  readonly log: boolean;
}

/** Steps over training, with the largest stable one. */
export function shapesFigure({ setting, horizon, steps, schedules, limit, own, top, log }: ShapesData): Figure {
  const entries = [{ ...own, category: undefined }, ...schedules];
  const color = (theme: Theme, category: number | undefined) =>
    category === undefined ? theme.accent : theme.category[category]!;
  const within = (y: ArrayLike<number>) => Array.from(y, (m) => (m <= top ? m : Number.NaN));
  const isLimited = limit.some((m) => m <= top);
  return {
    id: "schedule",
    title: "Step size over training",
    subtitle: setting,
    caption:
      "The step as a multiple of γ over the steps of the training, beside named shapes and the largest stable step.",
    width: 640,
    height: 420,
    panels: [
      {
        legend: (theme) => ({
          kind: "swatches",
          items: [
            ...entries.map(({ name, category }) => ({ label: name, color: color(theme, category) })),
            ...(isLimited ? [{ label: "largest stable step", color: theme.ink, mark: "dashed" as const }] : []),
          ],
        }),
        readout: {
          x: "step number",
          y: "multiple of γ",
          // the loss after so many steps
          linked: { x: "steps r", factor: 1 },
          series: [
            ...entries.map(({ name, multiple, category }) => ({
              name,
              x: steps,
              y: multiple,
              color: (theme: Theme) => color(theme, category),
            })),
            { name: "largest stable step", x: steps, y: limit, color: (theme: Theme) => theme.ink },
          ].filter(({ y }) => y.length > 0),
        },
        plot: (view) => {
          const { theme } = view;
          const ends = [[1, horizon]];
          const label = "step number, 1 to T";
          const x = log ? logAxis(label, ends, 5) : { ...linearAxis(label, ends, 4), format: scripted };
          const curve = (y: ArrayLike<number>, stroke: string, rest: object = {}) =>
            line(within(y), { x: steps, y: within(y), stroke, strokeWidth: 1.5, ...rest });
          return plane(view, x, linearAxis("step, multiple of γ", [[0, top]], 5), [
            ...schedules.map(({ multiple, category }) => curve(multiple, color(theme, category))),
            ...(isLimited ? [curve(limit, theme.ink, { strokeDasharray: "6 4" })] : []),
            ...(own.multiple.length > 0 ? [curve(own.multiple, theme.accent, { strokeWidth: 2.6 })] : []),
          ]);
        },
      },
    ],
    table: {
      step: steps,
      [own.name]: own.multiple,
      ...Object.fromEntries(schedules.map(({ name, multiple }) => [name, multiple])),
      "largest stable": limit,
    },
  };
}

/** The parts of each loss, one upon the other. */
function stacked(schedules: SchedulesData["schedules"]) {
  return schedules.map((schedule) => {
    let end = 0;
    const parts = PARTS.map(({ key, label }) => {
      const from = end;
      end += Math.max(0, schedule[key]);
      return { label, value: schedule[key], from, to: end };
    });
    return { name: schedule.name, parts };
  });
}

function parts({ schedules }: SchedulesData): Panel {
  const color = (theme: Theme, i: number) =>
    [theme.muted, theme.category[5]!, theme.category[1]!, theme.category[3]!][i]!;
  const losses = schedules.map(({ loss }) => loss);
  // one hopeless schedule is not to hide the others
  const reach = Math.min(1.04 * Math.max(...losses), CUT * Math.min(...losses));
  return {
    title: "What the loss at the end is made of",
    readout: {
      x: "excess loss P(T)",
      y: "of it",
      map: "bars",
      series: stacked(schedules).map(({ name, parts }, row) => ({
        name,
        x: parts.map(({ from, to }) => (Math.min(from, reach) + Math.min(to, reach)) / 2),
        y: parts.map(() => row + 0.5),
        value: parts.map(({ value }) => value),
        points: parts.map(({ label }) => label),
        color: (theme) => theme.ink,
      })),
    },
    legend: (theme) => ({
      kind: "swatches",
      items: PARTS.map(({ label }, i) => ({ label, color: color(theme, i), mark: "square" as const })),
    }),
    plot: (view) => {
      const bars = stacked(schedules).flatMap(({ parts }, row) =>
        parts.map(({ from, to }, i) => ({
          x1: from,
          x2: to,
          y1: row + 0.2,
          y2: row + 0.8,
          fill: color(view.theme, i),
        })),
      );
      const n = schedules.length;
      const rows: Axis = {
        type: "linear",
        label: "",
        domain: [n, 0],
        ticks: schedules.map((_, i) => i + 0.5),
        minor: [],
        format: (y) => schedules[Math.floor(y)]!.name,
      };
      const size = { ...linearAxis("excess loss P(T)", [[0, reach]], 4), format: scripted };
      return plane(view, size, rows, [rect(bars, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "fill" })]);
    },
  };
}
