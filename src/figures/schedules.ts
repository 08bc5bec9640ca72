// Schedules side by side (docs/theory.md, §9): the step over training, the loss, and what the loss at the end is made of.

import { rect } from "@observablehq/plot";
import { type Axis, linearAxis, plane, powerOfTen, short } from "./axes.ts";
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

function parts({ schedules }: SchedulesData): Panel {
  const color = (theme: Theme, i: number) =>
    [theme.muted, theme.category[5]!, theme.category[1]!, theme.category[3]!][i]!;
  const losses = schedules.map(({ loss }) => loss);
  // one hopeless schedule is not to hide the others
  const reach = Math.min(1.04 * Math.max(...losses), CUT * Math.min(...losses));
  return {
    title: "What the loss at the end is made of",
    legend: (theme) => ({
      kind: "swatches",
      items: PARTS.map(({ label }, i) => ({ label, color: color(theme, i), mark: "square" as const })),
    }),
    plot: (view) => {
      const bars = schedules.flatMap((schedule, row) => {
        let end = 0;
        return PARTS.map(({ key }, i) => {
          const start = end;
          end += Math.max(0, schedule[key]);
          return { x1: start, x2: end, y1: row + 0.2, y2: row + 0.8, fill: color(view.theme, i) };
        });
      });
      const n = schedules.length;
      const rows: Axis = {
        type: "linear",
        label: "",
        domain: [n, 0],
        ticks: schedules.map((_, i) => i + 0.5),
        minor: [],
        format: (y) => schedules[Math.floor(y)]!.name,
      };
      const size = { ...linearAxis("excess loss P(T)", [[0, reach]], 4), format: scientific };
      return plane(view, size, rows, [rect(bars, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "fill" })]);
    },
  };
}

const scientific = (x: number): string => (x === 0 || x >= 1e-3 ? short(x) : powerOfTen(x));
