// The phase plane (docs/theory.md, §6): regions named, boundaries drawn, an exponent as colour; where it was measured, how far
// it lies from the prediction too.

import { areaY, contour, line, rect, text } from "@observablehq/plot";
import { scripted } from "../numbers.ts";
import { extent, linearAxis, plane, roundTicks } from "./axes.ts";
import { pathAColor } from "./cells.ts";
import type { Figure, Legend, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

type Grid = readonly ArrayLike<number>[];

export interface DiagramData {
  readonly setting: string;
  /** Evenly spaced centres of the cells. */
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  /** [β][α]: names of phases, null where there is no power law. */
  readonly phase: readonly (readonly (string | null)[])[];
  readonly exponent: "xi" | "eta";
  /** [β][α]: predicted, NaN where there is none. */
  readonly predicted: Grid;
  /** [β][α]: measured, NaN where no power law could be fitted; rows that are not measured yet are empty. */
  readonly measured?: Grid | undefined;
  /** [β][α]: what exponents measured about a budget differ by from the predicted ones, instead of those of `measured`. */
  readonly corrections?: readonly { readonly flops: number; readonly difference: Grid }[];
}

/** As many as are told apart: neighbours of one shade are drawn as one. */
const SHADES = 256;
/** Within its contour the predicted exponents are as good as measured ones. */
const CLOSE = 0.02;
/** Why a cell that was measured has no exponent. */
const UNFITTED = "no power law fitted: jump or edge";
/** The colour of such cells, apart from that of the region without power laws. */
const unfitted = (theme: Theme): string => theme.muted;

/** The plane of phases, coloured by an exponent; where it was measured, with its difference from the prediction. */
export function diagramFigure(data: DiagramData): Figure {
  const symbol = data.exponent === "xi" ? "ξ" : "η";
  const law = data.exponent === "xi" ? "d^{*} ∝ f^{ξ}" : "P^{*} ∝ f^{−η}";
  const { measured, predicted } = data;
  // a few cells where the measurement fails would take up the colours
  const range = extent([...predicted, bulk(measured ?? [])]) ?? [0, 1];
  const value = (theme: Theme) => (x: number) => theme.sequential((x - range[0]) / (range[1] - range[0] || 1));
  const { corrections = [] } = data;
  const own = measured?.map((row, i) => Array.from(row, (x, j) => x - predicted[i]![j]!)) ?? [];
  const differences =
    corrections.length > 0
      ? corrections.map(({ flops, difference }) => ({ where: ` at f = ${scripted(flops, 3)}`, difference }))
      : [{ where: "", difference: own }];
  const most = Math.max(0.01, ...differences.flatMap(({ difference }) => bulk(difference).map(Math.abs)));
  const paper = (theme: Theme) => theme.paper;
  const panels = measured
    ? [
        panel(data, measured, value, range, `measured ${symbol}`, paper),
        ...differences.map(({ where, difference }) =>
          panel(
            data,
            difference,
            (theme) => (x) => theme.diverging(x / most),
            [-most, most],
            `measured − predicted ${symbol}${where}`,
            (theme) => theme.muted,
            corrections.length > 0,
          ),
        ),
      ]
    : [panel(data, predicted, value, range, `predicted ${symbol}`, paper)];
  const cells = data.beta.flatMap((_, i) => data.alpha.map((_, j) => [i, j] as const));
  return {
    id: "diagram",
    title: `Phases of compute-optimal scaling, ${law}`,
    subtitle: corrections.length > 0 ? `${data.setting}; lines: off by ${CLOSE}` : data.setting,
    caption: "The plane of data complexity α and target complexity β with its phases, and an exponent as colour.",
    width: measured ? 540 * (1 + differences.length) : 640,
    height: 620,
    panels,
    table: {
      alpha: cells.map(([, j]) => data.alpha[j]!),
      beta: cells.map(([i]) => data.beta[i]!),
      phase: cells.map(([i, j]) => data.phase[i]![j] ?? ""),
      predicted: cells.map(([i, j]) => predicted[i]![j]!),
      ...(measured ? { measured: cells.map(([i, j]) => measured[i]![j] ?? Number.NaN) } : {}),
      ...Object.fromEntries(
        corrections.map(({ flops, difference }) => [`off_at_${flops}`, cells.map(([i, j]) => difference[i]![j]!)]),
      ),
    },
  };
}

/** The values without the lowest and the highest twentieth. */
function bulk(grid: Grid): number[] {
  const values = grid.flatMap((row) => Array.from(row).filter(Number.isFinite)).sort((a, b) => a - b);
  return values.slice(Math.floor(values.length / 20), Math.ceil((values.length * 19) / 20));
}

function panel(
  data: DiagramData,
  grid: Grid,
  shade: (theme: Theme) => (x: number) => string,
  range: readonly [number, number],
  label: string,
  edge: (theme: Theme) => string,
  close = false,
): Panel {
  const { alpha, beta } = data;
  const edges = (centres: readonly number[]): [number, number, number] => {
    const step = centres.length > 1 ? (centres.at(-1)! - centres[0]!) / (centres.length - 1) : 0.1;
    return [centres[0]! - step / 2, centres.at(-1)! + step / 2, step];
  };
  const [a0, a1, da] = edges(alpha);
  const [b0, b1, db] = edges(beta);
  const empty = data.phase.some((row, i) => row.some((name, j) => name !== null && Number.isNaN(grid[i]?.[j])));
  const shadeStep = (range[1] - range[0]) / SHADES || 1;
  const cells = merged(alpha, beta, (i, j) => {
    const value = (k: number, l: number) => {
      const x = grid[k]?.[l];
      return x === undefined ? undefined : Math.round(x / shadeStep) * shadeStep;
    };
    // a cell on the edge of no power law takes its neighbour's colour; the triangle drawn over it makes the edge sharp
    return data.phase[i]![j] === null
      ? [value(i, j), value(i, j + 1), value(i + 1, j)].find(Number.isFinite)
      : value(i, j);
  });
  return {
    readout: {
      x: "data complexity α",
      y: label,
      map: "cells",
      series: beta
        .map((b, i) => ({
          name: `β = ${scripted(b, 3)}`,
          x: alpha,
          y: alpha.map(() => b),
          value: alpha.map((_, j) => grid[i]?.[j] ?? Number.NaN),
          points: alpha.map((_, j) => {
            const name = data.phase[i]![j]!;
            return name !== null && Number.isNaN(grid[i]?.[j]) ? `${phaseOf(name)}, ${UNFITTED}` : phaseOf(name);
          }),
          color: (theme: Theme) => theme.ink,
        }))
        .reverse(),
    },
    legend: (theme): Legend => ({
      kind: "ramp",
      label,
      domain: range,
      color: shade(theme),
      ticks: roundTicks(range[0], range[1], 4),
      format: (x) => String(x).replace("-", "−"),
      ...(empty ? { beside: [{ label: UNFITTED, color: unfitted(theme), mark: "square" }] } : {}),
    }),
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const far = Math.max(a1, b1) + 1;
      const names = labels(data, view.width / alpha.length);
      return plane(
        view,
        linearAxis("data complexity α", [[a0, a1]]),
        linearAxis("target complexity β", [[b0, b1]]),
        [
          rect(cells, {
            x1: ({ from }) => alpha[from]! - da / 2,
            x2: ({ to }) => alpha[to]! + da / 2,
            y1: ({ row }) => beta[row]! - db / 2,
            y2: ({ row }) => beta[row]! + db / 2,
            fill: ({ value }) =>
              value === undefined ? theme.grid : Number.isNaN(value) ? unfitted(theme) : color(value),
            render: pathAColor,
          }),
          ...(close
            ? [
                contour(
                  grid.flatMap((row) => Array.from(row, (x) => Math.abs(x))),
                  {
                    ...{ width: alpha.length, height: beta.length, x1: a0, x2: a1, y1: b0, y2: b1 },
                    ...{ thresholds: [CLOSE], stroke: theme.ink, strokeWidth: 1.2 },
                  },
                ),
              ]
            : []),
          areaY([a0, a1], { x: [a0, a1], y1: b0, y2: (a: number) => 0.5 - a, fill: theme.grid }),
          ...BOUNDARIES.map((boundary) => line(boundary(far), { stroke: edge(theme), strokeWidth: 1.6 })),
          ...[true, false].map((upright) =>
            text(
              names.filter((name) => name.upright === upright),
              {
                x: "x",
                y: "y",
                text: "name",
                fill: theme.ink,
                stroke: theme.paper,
                strokeWidth: 4,
                fontSize: view.width < 460 ? 11 : 13,
                fontWeight: "bold",
                rotate: upright ? 0 : -90,
              },
            ),
          ),
        ],
        { grid: false },
      );
    },
  };
}

const phaseOf = (name: string | null): string => (name === null ? "no power law" : `phase ${name}`);

interface Cells {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly value: number | undefined;
}

/** Rows of cells, neighbours of one value made one. */
function merged(
  alpha: readonly number[],
  beta: readonly number[],
  valueAt: (i: number, j: number) => number | undefined,
): Cells[] {
  const out: Cells[] = [];
  for (let row = 0; row < beta.length; row++)
    for (let from = 0, to: number; from < alpha.length; from = to + 1) {
      const value = valueAt(row, from);
      for (to = from; to + 1 < alpha.length && Object.is(valueAt(row, to + 1), value); ) to++;
      out.push({ row, from, to, value });
    }
  return out;
}

/** The boundaries as far as they bound something, up to `far`. */
export const BOUNDARIES: readonly ((far: number) => [number, number][])[] = [
  (far) => [
    [0, 0.5],
    [0.5 + far, -far],
  ], // α + β = ½
  (far) => [
    [0, 0.5],
    [far, 0.5],
  ], // 2β = 1
  (far) => [
    [0.5, 0],
    [0.5, far],
  ], // 2α = 1
  (far) => [
    [0.5, 0.5],
    [far, far],
  ], // α = β
  (far) => [
    [0.25, 0.5],
    [0.25, far],
  ], // 4α = 1
  (far) => [
    [1 - Math.SQRT1_2, 0.5],
    [1 - Math.SQRT1_2, far],
  ], // α = 1 − 1/√2
];

interface Label {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly upright: boolean;
}

/** Each phase's name at the cell of it that has most room around it; turned where the phase is too narrow (px a cell). */
function labels({ alpha, beta, phase }: DiagramData, pixels: number): Label[] {
  const best = new Map<string | null, { x: number; y: number; score: number; wide: number; high: number }>();
  phase.forEach((row, i) => {
    row.forEach((name, j) => {
      // a boundary's two names are no region's
      if (name?.includes("–")) return;
      const run = (di: number, dj: number) => {
        let n = 0;
        while (phase[i + (n + 1) * di]?.[j + (n + 1) * dj] === name) n++;
        return n;
      };
      const [right, left, up, down] = [run(0, 1), run(0, -1), run(1, 0), run(-1, 0)];
      const [wide, high] = [Math.min(right, left), Math.min(up, down)];
      const score = Math.min(wide, high) + (wide + high) / 100;
      if (score <= (best.get(name)?.score ?? -1)) return;
      // half a cell aside where the middle falls between two
      const between = (a: number, b: number) => (Math.abs(a - b) === 1 ? (a - b) / 2 : 0);
      best.set(name, {
        x: j + between(right, left),
        y: i + between(up, down),
        score,
        wide: right + left + 1,
        high: up + down + 1,
      });
    });
  });
  const at = (centres: readonly number[], index: number) => {
    const i = Math.floor(index);
    return i === index ? centres[i]! : (centres[i]! + centres[i + 1]!) / 2;
  };
  return [...best].map(([name, { x, y, wide, high }]) => ({
    x: at(alpha, x),
    y: at(beta, y),
    name: name ?? "no\npower law",
    upright: high <= wide || wide * pixels > 13 * (name?.length ?? 0),
  }));
}
