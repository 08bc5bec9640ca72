// A loss curve P(r), alone or beside the parts it is made of: F₀, F_pp, F_ac, K_pp (docs/theory.md, §6).

import { line, ruleY } from "@observablehq/plot";
import { COMPUTE, logAxis, padded, plane } from "./axes.ts";
import type { Figure, Panel, Swatch } from "./figure.ts";
import { light, type Theme } from "./theme.ts";

export interface LossData {
  readonly setting: string;
  readonly steps: Float64Array;
  readonly flops: Float64Array;
  readonly loss: Float64Array;
  readonly F0: number;
  readonly forcing?: Float64Array | undefined;
  /** The asymptotic parts at each step, K_pp already divided by γB. */
  readonly components?:
    | {
        readonly Fpp: Float64Array;
        readonly Fac: Float64Array;
        readonly Kpp: Float64Array;
        readonly sum: Float64Array;
      }
    | undefined;
}

interface DrawnCurve extends Swatch {
  readonly values: Float64Array;
  readonly width: number;
}

/** A loss curve, with the parts it is made of where they are given. */
export function lossFigure(data: LossData): Figure {
  const { components } = data;
  return {
    id: components ? "components" : "loss",
    title: components ? "The loss and the parts it is made of" : "Expected loss under one-pass SGD",
    subtitle: data.setting,
    caption: components
      ? "The exact loss against F_{0}, F_{pp}, F_{ac}, K_{pp}/γB and their sum, over steps."
      : "The exact expected loss over steps, with the floor F_{0} that no training passes.",
    width: components ? 960 : 680,
    height: 460,
    panels: components ? [curves(data), ratio(data, components.sum)] : [curves(data)],
    table: {
      steps: data.steps,
      flops: data.flops,
      loss: data.loss,
      ...(data.forcing ? { forcing: data.forcing } : {}),
      ...(components ? { Fpp: components.Fpp, Fac: components.Fac, Kpp: components.Kpp, sum: components.sum } : {}),
    },
  };
}

const STEPS = "steps r";

/** f = B·d·r. */
const linkedTo = ({ flops, steps }: LossData) => ({ x: COMPUTE, factor: flops.at(-1)! / steps.at(-1)! });

/** Steps that a log axis can show. */
const shown = ({ steps }: LossData) => Array.from(steps.keys()).filter((i) => steps[i]! > 0);

function list(data: LossData, theme: Theme): DrawnCurve[] {
  const [blue, orange, green, pink] = theme.category as [string, string, string, string];
  const { components } = data;
  const parts: DrawnCurve[] = components
    ? [
        { label: "F_{0}", color: theme.muted, values: data.steps.map(() => data.F0), width: 1.6 },
        { label: "F_{pp}", color: blue, values: components.Fpp, width: 1.6 },
        { label: "F_{ac}", color: orange, values: components.Fac, width: 1.6 },
        { label: "K_{pp}/γB", color: green, values: components.Kpp, width: 1.6 },
        { label: "sum", color: theme.ink, mark: "dashed", values: components.sum, width: 1.6 },
      ]
    : data.forcing
      ? [{ label: "forcing F", color: pink, values: data.forcing, width: 1.8 }]
      : [];
  return [
    { label: "exact loss P", color: theme.accent, values: data.loss, width: 2.6 },
    ...parts.filter(({ values }) => values.some((value) => value > 0)),
  ];
}

function curves(data: LossData): Panel {
  const { components, F0 } = data;
  const indices = shown(data);
  const x = indices.map((i) => data.steps[i]!);
  return {
    legend: (theme) => ({
      kind: "swatches",
      items: [
        ...list(data, theme),
        ...(components || !(F0 > 0) ? [] : [{ label: "floor F_{0}", color: theme.muted, mark: "dashed" as const }]),
      ],
    }),
    readout: {
      x: STEPS,
      y: "loss",
      linked: linkedTo(data),
      series: list(data, light).map(({ label, values }, k) => ({
        name: label,
        x,
        y: indices.map((i) => values[i]!),
        color: (theme) => list(data, theme)[k]!.color,
      })),
    },
    plot: (view) => {
      const { theme } = view;
      const drawn = list(data, theme).map((curve) => ({ ...curve, y: indices.map((i) => curve.values[i]!) }));
      // parts far from the loss, as at the first steps, would squeeze it: so much room is enough for them
      const shownLoss = indices.map((i) => data.loss[i]!);
      const [least, most] = [Math.min(...shownLoss) / 1e3, Math.max(...shownLoss) * 10];
      const within = (value: number) => value >= least && value <= most;
      const range = [...drawn.map(({ y }) => y.filter(within)), [F0].filter(within)];
      return plane(view, logAxis(STEPS, [x]), padded(logAxis("loss", range)), [
        components ? null : ruleY([F0], { stroke: theme.muted, strokeDasharray: "6 4" }),
        // the loss last, above its parts
        ...drawn.reverse().map(({ y, color, width, mark }) =>
          line(x, {
            x,
            y: y.map((value) => (value > 0 ? value : Number.NaN)),
            stroke: color,
            strokeWidth: width,
            ...(mark === "dashed" ? { strokeDasharray: "6 4" } : {}),
          }),
        ),
      ]);
    },
  };
}

function ratio(data: LossData, sum: Float64Array): Panel {
  const indices = shown(data);
  const x = indices.map((i) => data.steps[i]!);
  const y = indices.map((i) => data.loss[i]! / sum[i]!);
  return {
    title: "Exact loss over the sum of its parts",
    readout: {
      x: STEPS,
      y: "ratio",
      linked: linkedTo(data),
      series: [{ name: "P over the sum", x, y, color: (theme) => theme.accent }],
    },
    plot: (view) =>
      plane(
        view,
        logAxis(STEPS, [x]),
        logAxis("P / (F_{0} + F_{pp} + F_{ac} + K_{pp}/γB)", [
          y.filter((value) => value > 0.1 && value < 10),
          [0.5, 2],
        ]),
        [
          ruleY([1], { stroke: view.theme.ink, strokeDasharray: "6 4" }),
          line(x, { x, y, stroke: view.theme.accent, strokeWidth: 2.4 }),
        ],
      ),
  };
}
