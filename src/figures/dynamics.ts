// The dynamical model (docs/theory.md, §8): test and train loss over time, their gap, what width and data do at late times, the
// way to infinite width, the best use of compute, and ensembles. One panel for each that is asked for.

import { dot, line } from "@observablehq/plot";
import { fixed } from "../numbers.ts";
import { linearAxis, logAxis, padded, plane } from "./axes.ts";
import type { Columns, Figure, Panel } from "./figure.ts";
import { fan, light, type Theme } from "./theme.ts";

export interface DynamicsFigureData {
  readonly setting: string;
  /** What time counts: "training time t" or "steps t". */
  readonly time: string;
  /** Losses over time, and the law of infinite width and data. */
  readonly loss?: {
    readonly times: Float64Array;
    readonly curves: readonly { readonly label: string; readonly test: Float64Array; readonly train: Float64Array }[];
    readonly infinite?: Float64Array | undefined;
    /** Mean losses of finite networks, one entry for each curve. */
    readonly simulated?:
      | readonly {
          readonly times: Float64Array;
          readonly draws: number;
          readonly test: { readonly mean: Float64Array };
          readonly train: { readonly mean: Float64Array };
        }[]
      | undefined;
  };
  /** L − L̂ over time, with the predicted power of t. */
  readonly gap?: {
    readonly times: Float64Array;
    readonly curves: readonly { readonly label: string; readonly gap: Float64Array }[];
    readonly exponent?: number | undefined;
  };
  /** The loss at t = ∞ over N (P = ∞) and over P (N = ∞), less σ². */
  readonly sizes?: {
    readonly sizes: Float64Array;
    readonly features: Float64Array;
    /** Fitted exponent over N. */
    readonly fit: number;
    readonly data?: { readonly loss: Float64Array; readonly fit: number };
    /** The exponent usually quoted for N, where it is another. */
    readonly published?: number | undefined;
  };
  /** L(N) − L(N = ∞) over N at several times, late at t = ∞. */
  readonly width?: {
    readonly sizes: Float64Array;
    readonly curves: readonly { readonly label: string; readonly difference: Float64Array }[];
    readonly late: Float64Array;
    readonly lateExponent: number;
  };
  /** The best loss at each budget over the curves of some sizes. */
  readonly optimal?: {
    readonly compute: Float64Array;
    /** P, where it is finite. */
    readonly samples?: string;
    readonly loss: Float64Array;
    readonly curves: readonly { readonly label: string; readonly compute: Float64Array; readonly loss: Float64Array }[];
    readonly fit: number | undefined;
    readonly predicted?: number | undefined;
    readonly published?: number | undefined;
  };
  /** The best loss at each budget of E students, over that of one. */
  readonly ensembles?: {
    readonly compute: Float64Array;
    readonly curves: readonly { readonly students: number; readonly ratio: Float64Array }[];
  };
  readonly table: Columns;
}

interface Series {
  readonly label?: string;
  /** What it is called where the legend does not. */
  readonly name?: string;
  readonly color: string;
  readonly mark?: "line" | "dashed" | "dot";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width?: number;
}

const COMPUTE = "compute C = E·N·t";

/** What the dynamical model says, a panel for each part of the data. */
export function dynamicsFigure(data: DynamicsFigureData): Figure {
  const panels = [
    data.loss && losses(data, data.loss),
    data.gap && gaps(data, data.gap),
    data.sizes && floors(data.sizes),
    data.width && convergence(data.width),
    data.optimal && optimum(data.optimal),
    data.ensembles && ensembles(data.ensembles),
  ].filter((panel) => panel !== undefined);
  const columns = Math.min(panels.length, 2);
  return {
    id: "dynamics",
    title: "Random features trained on finite data",
    subtitle: data.setting,
    caption: "Test and train loss of the dynamical model: features N, samples P and time t, each a bottleneck in turn.",
    width: columns > 1 ? 960 : 720,
    height: 460 * Math.ceil(panels.length / columns),
    columns,
    panels,
    table: data.table,
  };
}

/** Lines and dots on two log axes; the legend has every labelled series. */
function logPanel(title: string, x: string, y: string, list: (theme: Theme) => Series[], least = 0): Panel {
  return {
    title,
    readout: {
      x,
      y,
      series: list(light).flatMap(({ label, name = "", x, y }, k) =>
        x.length > 0 ? [{ name: label ?? name, x, y, color: (theme: Theme) => list(theme)[k]!.color }] : [],
      ),
    },
    legend: (theme) => ({
      kind: "swatches",
      items: list(theme).flatMap(({ label, color, mark = "line" }) => (label ? [{ label, color, mark }] : [])),
    }),
    plot: (view) => {
      const series = list(view.theme).map((one) => ({
        ...one,
        y: one.y.map((value, i) => (value > least && one.x[i]! > 0 ? value : Number.NaN)),
      }));
      const xs = series.map((one) => one.x.filter((_, i) => !Number.isNaN(one.y[i]!)));
      return plane(
        view,
        logAxis(x, xs),
        padded(
          logAxis(
            y,
            series.map((one) => one.y),
          ),
        ),
        [
          ...series.map(({ x, y, color, mark, width = 2 }) =>
            mark === "dot"
              ? dot(x, { x, y, r: 3, fill: color })
              : line(x, {
                  x,
                  y,
                  stroke: color,
                  strokeWidth: width,
                  ...(mark === "dashed" && { strokeDasharray: "6 4" }),
                }),
          ),
        ],
      );
    },
  };
}

/** c x^{exponent} through the middle point of a curve. */
function guide(x: Float64Array, y: Float64Array, exponent: number, at = Math.floor(x.length / 2)): Float64Array {
  return x.map((value) => y[at]! * (value / x[at]!) ** exponent);
}

const power = (name: string, exponent: number): string => `${name}^{${fixed(exponent, 3)}}`;

function losses(
  { time }: DynamicsFigureData,
  { times, curves, infinite, simulated = [] }: NonNullable<DynamicsFigureData["loss"]>,
): Panel {
  const all = curves.flatMap(({ test, train }) => [...test, ...train]).filter((value) => value > 0);
  // a train loss that falls exponentially is not followed further than this below the test loss
  const least = Math.min(...curves.flatMap(({ test }) => [...test]), Math.max(...all)) / 30;
  return logPanel(
    "Loss over training",
    time,
    "loss",
    (theme) => {
      const colors = fan(theme, curves.length);
      return [
        ...(infinite
          ? [{ label: "N = P = ∞", color: theme.muted, x: times, y: infinite, mark: "dashed" as const, width: 1.4 }]
          : []),
        ...curves.flatMap(({ label, test, train }, i) => [
          { name: `train, ${label}`, color: colors[i]!, x: times, y: train, mark: "dashed" as const, width: 1.8 },
          { label: `test, ${label}`, color: colors[i]!, x: times, y: test, width: 2.2 },
        ]),
        ...simulated.flatMap(({ times, draws, test, train }, i) => [
          {
            color: colors[i]!,
            mark: "dot" as const,
            name: `test, networks of ${curves[i]!.label}`,
            x: times,
            y: test.mean,
            ...(i === 0 ? { label: `mean of ${draws} networks` } : {}),
          },
          {
            name: `train, networks of ${curves[i]!.label}`,
            color: colors[i]!,
            mark: "dot" as const,
            x: times,
            y: train.mean,
          },
        ]),
        { label: "train", color: theme.ink, mark: "dashed" as const, x: times.slice(0, 0), y: times.slice(0, 0) },
      ];
    },
    least,
  );
}

function gaps(
  { time }: DynamicsFigureData,
  { times, curves, exponent }: NonNullable<DynamicsFigureData["gap"]>,
): Panel {
  return logPanel("Gap between test and train", time, "L − L̂", (theme) => {
    const colors = fan(theme, curves.length);
    // where a few modes are learned and P still has room for more
    const early = times.findIndex((t) => t >= 3);
    const [from, to] = [times.findIndex((t) => t >= 1), times.findLastIndex((t) => t <= 300) + 1];
    return [
      ...curves.map(({ label, gap }, i) => ({ label, color: colors[i]!, x: times, y: gap })),
      ...(exponent !== undefined && curves[0] && early >= 0
        ? [
            {
              label: `early, ∝ ${power("t", -exponent)}/P`,
              color: theme.ink,
              mark: "dashed" as const,
              x: times.slice(from, to),
              y: guide(times, curves[0].gap, -exponent, early).slice(from, to),
              width: 1.4,
            },
          ]
        : []),
    ];
  });
}

function floors({ sizes, features, fit, data, published }: NonNullable<DynamicsFigureData["sizes"]>): Panel {
  return logPanel(
    "Loss when training ends, t = ∞",
    data ? "features N, or samples P" : "features N",
    "loss less σ^{2}",
    (theme) => {
      const [blue, orange] = theme.category as [string, string];
      return [
        { label: "over N, P = ∞", color: blue, mark: "dot", x: sizes, y: features },
        { label: power("N", fit), color: blue, x: sizes, y: guide(sizes, features, fit), width: 1.4 },
        ...(published === undefined
          ? []
          : [
              {
                label: `often quoted: ${power("N", -published)}`,
                color: theme.muted,
                mark: "dashed" as const,
                x: sizes,
                y: guide(sizes, features, -published, 0),
                width: 1.4,
              },
            ]),
        ...(data
          ? [
              { label: "over P, N = ∞", color: orange, mark: "dot" as const, x: sizes, y: data.loss },
              {
                label: power("P", data.fit),
                color: orange,
                x: sizes,
                y: guide(sizes, data.loss, data.fit),
                width: 1.4,
              },
            ]
          : []),
      ];
    },
  );
}

function convergence({ sizes, curves, late, lateExponent }: NonNullable<DynamicsFigureData["width"]>): Panel {
  return logPanel("Distance to infinite width", "features N", "L(N) − L(∞)", (theme) => {
    const colors = fan(theme, curves.length);
    return [
      ...curves.map(({ label, difference }, i) => ({ label, color: colors[i]!, x: sizes, y: difference })),
      {
        label: "∝ 1/N",
        color: theme.ink,
        mark: "dashed",
        x: sizes,
        y: guide(sizes, curves[0]!.difference, -1, sizes.length - 1).map((y) => y * 0.5),
        width: 1.4,
      },
      { label: `t = ∞, ${power("N", lateExponent)}`, color: theme.accent, x: sizes, y: late, width: 2.4 },
    ];
  });
}

function optimum(data: NonNullable<DynamicsFigureData["optimal"]>): Panel {
  const { compute, loss, curves, fit, predicted, published } = data;
  const least = (loss.at(-1) ?? 0) / 3;
  return logPanel(
    data.samples ? `Best loss at a budget, P = ${data.samples}` : "Best loss at a budget",
    COMPUTE,
    "loss less σ^{2}",
    (theme) => {
      const colors = fan(theme, curves.length);
      const law = (label: string, exponent: number, color: string) => ({
        label: `${label} ${power("C", -exponent)}`,
        color,
        mark: "dashed" as const,
        x: compute,
        y: guide(compute, loss, -exponent, 0),
        width: 1.4,
      });
      return [
        ...curves.map(({ label, compute, loss }, i) => ({
          name: label,
          color: colors[i]!,
          x: compute,
          y: loss,
          width: 1.2,
          ...(i === 0 || i === curves.length - 1 ? { label } : {}),
        })),
        {
          label: fit === undefined ? "L^{*}(C)" : `L^{*}(C), fit ${power("C", fit)}`,
          color: theme.accent,
          x: compute,
          y: loss,
          width: 2.6,
        },
        ...(predicted === undefined ? [] : [law("predicted", predicted, theme.ink)]),
        ...(published === undefined ? [] : [law("often quoted", published, theme.muted)]),
      ];
    },
    least,
  );
}

function ensembles({ compute, curves }: NonNullable<DynamicsFigureData["ensembles"]>): Panel {
  return {
    title: "E students at equal compute",
    readout: {
      x: COMPUTE,
      y: "best loss over that of one student",
      series: curves.map(({ students, ratio }, i) => ({
        name: `E = ${students}`,
        x: compute,
        y: ratio,
        color: (theme) => fan(theme, curves.length)[i]!,
      })),
    },
    legend: (theme) => ({
      kind: "swatches",
      items: fan(theme, curves.length).map((color, i) => ({ label: `E = ${curves[i]!.students}`, color })),
    }),
    plot: (view) => {
      const colors = fan(view.theme, curves.length);
      const y = linearAxis("best loss over that of one student", [...curves.map(({ ratio }) => ratio), [0.95, 1.05]]);
      return plane(
        view,
        logAxis(COMPUTE, [compute]),
        padded(y),
        curves.map(({ ratio }, i) => line(compute, { x: compute, y: ratio, stroke: colors[i]!, strokeWidth: 2 })),
      );
    },
  };
}
