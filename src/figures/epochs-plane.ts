// The plane of compute and distinct samples: what helps most, with the boundary where samples begin to count, and the epochs that the
// best size takes (docs/theory.md, eq. 11.12).

import { line, rect } from "@observablehq/plot";
import { scripted } from "../numbers.ts";
import { extent, logAxis, plane, roundTicks } from "./axes.ts";
import { pathAColor } from "./cells.ts";
import type { Figure, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface EpochsPlaneData {
  readonly setting: string;
  /** U, increasing, evenly spaced in the logarithm. */
  readonly unique: ArrayLike<number>;
  /** C, the same. */
  readonly compute: ArrayLike<number>;
  /** [U][C]. */
  readonly helps: readonly (readonly ("samples" | "parameters" | "epochs")[])[];
  readonly epochs: readonly ArrayLike<number>[];
  readonly loss: readonly ArrayLike<number>[];
  readonly N: readonly ArrayLike<number>[];
  /** C at which samples begin to help more than compute, of each U; NaN where that is out of view. */
  readonly boundary: ArrayLike<number>;
}

const WORDS = { samples: "more samples", parameters: "more parameters", epochs: "more epochs" } as const;
const KINDS = ["epochs", "parameters", "samples"] as const;

const fill = (theme: Theme, kind: keyof typeof WORDS) => theme.category[KINDS.indexOf(kind)]!;

/** The plane of compute and distinct samples at the best size of each: what helps most, and how many epochs it takes. */
export function epochsPlaneFigure(data: EpochsPlaneData): Figure {
  const { helps, epochs, unique, compute } = data;
  const logs = epochs.map((row) => Array.from(row, Math.log10));
  const range = extent(logs) ?? [0, 1];
  const shade = (theme: Theme) => (x: number) => theme.sequential((x - range[0]) / (range[1] - range[0] || 1));
  const cells = Array.from(unique).flatMap((_, i) => Array.from(compute, (_, j) => [i, j] as const));
  const present = KINDS.filter((kind) => helps.some((row) => row.includes(kind)));
  return {
    id: "epochs-plane",
    title: "What helps more: samples, parameters or epochs",
    subtitle: data.setting,
    caption:
      "Compute against distinct samples at the best size of each: left, what more of lowers the loss most, with the boundary where samples begin to count; right, the epochs.",
    width: 1080,
    height: 520,
    panels: [
      {
        ...panel(data, (theme, i, j) => fill(theme, helps[i]![j]!)),
        legend: (theme) => ({
          kind: "swatches",
          items: present.map((kind) => ({ label: WORDS[kind], color: fill(theme, kind), mark: "square" })),
        }),
        readout: {
          ...{ x: "compute C = N·B·t", y: "what helps most", map: "cells" },
          series: rows(data, (i) => ({ value: data.loss[i]!, points: helps[i]!.map((kind) => WORDS[kind]) })),
        },
      },
      {
        ...panel(data, (theme, i, j) => shade(theme)(logs[i]![j]!)),
        legend: (theme) => ({
          kind: "ramp",
          label: "epochs e = B·t/U",
          domain: range,
          color: shade(theme),
          ticks: roundTicks(range[0], range[1], 4).filter(Number.isInteger),
          format: (x) => `10^{${String(x).replace("-", "−")}}`,
        }),
        readout: {
          ...{ x: "compute C = N·B·t", y: "epochs", map: "cells" },
          series: rows(data, (i) => ({ value: epochs[i]! })),
        },
      },
    ],
    table: {
      unique: cells.map(([i]) => unique[i]!),
      compute: cells.map(([, j]) => compute[j]!),
      N: cells.map(([i, j]) => data.N[i]![j]!),
      epochs: cells.map(([i, j]) => epochs[i]![j]!),
      loss: cells.map(([i, j]) => data.loss[i]![j]!),
      helps: cells.map(([i, j]) => helps[i]![j]!),
    },
  };
}

/** One series a U, the uppermost first. */
function rows(
  { unique, compute }: EpochsPlaneData,
  more: (i: number) => { value: ArrayLike<number>; points?: string[] },
) {
  return Array.from(unique, (U, i) => ({
    name: `U = ${scripted(U)}`,
    x: compute,
    y: Array.from(compute, () => U),
    ...more(i),
    color: (theme: Theme) => theme.ink,
  })).reverse();
}

function panel(data: EpochsPlaneData, color: (theme: Theme, i: number, j: number) => string): Pick<Panel, "plot"> {
  const { unique, compute, boundary } = data;
  // half a cell beyond both ends
  const edges = (values: ArrayLike<number>) => {
    const half = values.length > 1 ? Math.sqrt(values[1]! / values[0]!) : 2;
    return { half, ends: [values[0]! / half, values[values.length - 1]! * half] };
  };
  const [x, y] = [edges(compute), edges(unique)];
  const cells = Array.from(unique, (_, i) => Array.from(compute, (_, j) => ({ i, j }))).flat();
  const drawn = Array.from(unique, (U, i) => ({ U, C: boundary[i]! })).filter(({ C }) => Number.isFinite(C));
  return {
    plot: (view) =>
      plane(
        view,
        logAxis("compute C = N·B·t", [x.ends]),
        logAxis("distinct samples U", [y.ends]),
        [
          rect(cells, {
            x1: ({ j }) => compute[j]! / x.half,
            x2: ({ j }) => compute[j]! * x.half,
            y1: ({ i }) => unique[i]! / y.half,
            y2: ({ i }) => unique[i]! * y.half,
            fill: ({ i, j }) => color(view.theme, i, j),
            render: pathAColor,
          }),
          line(drawn, { x: "C", y: "U", stroke: view.theme.paper, strokeWidth: 2 }),
        ],
        { grid: false },
      ),
  };
}
