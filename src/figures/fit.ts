// Runs and what was made of them (docs/theory.md, §10): loss over model size at each budget with the fit, the best N and D over
// compute with their intervals, residuals, and where the measured exponents lie among the phases of the solvable model.

import { areaY, dot, line, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { type Bridge, densest } from "../fitting/bridge.ts";
import type { FitResult } from "../fitting/fit.ts";
import { slicesOf } from "../fitting/isoflop.ts";
import type { Forecaster, PointForecast } from "../fitting/laws/predict.ts";
import { isLaw, type Model, type Plan, plan } from "../fitting/plan.ts";
import { type Law, lossAt } from "../fitting/points.ts";
import { logspace } from "../math/grid.ts";
import { interval } from "../math/quantiles.ts";
import { powerOfTen, scripted } from "../numbers.ts";
import { extent, linearAxis, logAxis, padded, plane } from "./axes.ts";
import { BOUNDARIES } from "./diagram.ts";
import type { Figure, Legend, Panel } from "./figure.ts";
import type { Theme } from "./theme.ts";

export interface FitFigureData {
  readonly result: FitResult;
  /** Budgets to mark, in flops. */
  readonly budgets: ArrayLike<number>;
  /** Laws stacked on the same runs, for bands of forecasts. */
  readonly forecaster?: Forecaster | null;
  /** Published laws to compare with: their best sizes and tokens. Default: none. */
  readonly references?: readonly { readonly name: string; readonly law: Law }[];
}

/** Runs drawn at most: a million dots show no more than these. */
const MOST_DRAWN = 4000;
/** Draws of the bootstrap that bands are made from: enough for a line's width. */
const DRAWS = 400;
const COMPUTE = "compute C (flops)";

interface Approach {
  readonly name: string;
  readonly model: Model;
  readonly draws: readonly Model[];
  readonly color: (theme: Theme) => string;
}

/** Runs with the laws fitted to them, a panel for each thing they tell. */
export function fitFigure({ result, budgets, forecaster = null, references = [] }: FitFigureData): Figure {
  const { runs, parametric, ray } = result;
  const marked = Float64Array.from(budgets);
  const panels = [losses(result), ...frontiers(result, marked, forecaster, references)];
  if (parametric || forecaster) panels.splice(1, 0, overCompute(result, marked, forecaster));
  if (parametric) panels.push(residuals(result));
  if (parametric && parametric.profiles.length > 0) panels.push(profiles(result));
  const bridge = (parametric ?? result.isoflop ?? result.envelope)?.bridge;
  if (bridge) panels.push(phasePlane(bridge));
  if (ray) panels.push(alongLine(result));
  const exponent = approaches(result)
    .map(
      ({ name, model }) =>
        `${name}: N^{*} ∝ C^{${(isLaw(model) ? model.beta / (model.alpha + model.beta) : model.size.exponent).toFixed(3)}}`,
    )
    .join("; ");
  return {
    id: "fit",
    title: "Training runs and their scaling law",
    subtitle:
      exponent || (ray ? `along the line of these runs L = ${ray.E.toFixed(3)} + K C^{−${ray.eta.toFixed(3)}}` : ""),
    caption: `${runs.n} rows of training runs with the fitted law, the best model size and tokens at each budget, and residuals. ${exponent}`,
    width: panels.length > 4 ? 1320 : 960,
    height: panels.length > 6 ? 1180 : panels.length > 2 ? 800 : 460,
    columns: Math.min(panels.length, panels.length > 4 ? 3 : 2),
    panels,
    table: {
      N: runs.N,
      D: runs.D,
      flops: runs.C,
      loss: runs.loss,
      ...(parametric && { residual: parametric.fit.residuals }),
    },
  };
}

/** One plan or several, with the runs they rest on. */
export function planFigure({
  result,
  plans,
  forecaster = null,
}: {
  readonly result: FitResult;
  readonly plans: readonly Plan[];
  /** Laws stacked on the same runs. */
  readonly forecaster?: Forecaster | null;
}): Figure {
  const budgets = Float64Array.from(plans, (p) => p.flops);
  const panels = [overCompute(result, budgets, forecaster), ...frontiers(result, budgets, forecaster)];
  const cost = missed(result, plans[0]!);
  if (cost) panels.push(cost);
  return {
    id: "plan",
    title: "What to train",
    subtitle: plans
      .slice(0, 3)
      .map(
        (p) =>
          `C = ${powerOfTen(p.flops, 2)}: N = ${powerOfTen(p.N)}, D = ${powerOfTen(p.D)}, loss ${p.loss.toFixed(3)}`,
      )
      .join("; "),
    caption:
      "The best model size and number of tokens over compute, with intervals, and the loss of models off the best size.",
    width: 960,
    height: panels.length > 2 ? 800 : 460,
    columns: 2,
    panels,
    table: {
      flops: plans.map((p) => p.flops),
      N: plans.map((p) => p.N),
      D: plans.map((p) => p.D),
      loss: plans.map((p) => p.loss),
    },
  };
}

function approaches({ parametric, isoflop, envelope }: FitResult): Approach[] {
  return [
    { name: "approach 3", fitted: parametric, index: 0 },
    { name: "approach 2", fitted: isoflop, index: 1 },
    { name: "approach 1", fitted: envelope, index: 2 },
  ].flatMap(({ name, fitted, index }) =>
    fitted
      ? [
          {
            name,
            model: fitted.fit,
            draws: (fitted.bootstrap?.draws ?? []).slice(0, DRAWS),
            color: (theme: Theme) => theme.category[index]!,
          },
        ]
      : [],
  );
}

/** Loss over N, a colour for each budget, with the law's curve (or the slice's parabola) at some budgets. */
function losses({ runs, parametric, isoflop }: FitResult): Panel {
  const rows = someRows(runs.n);
  const [low, high] = extent([runs.C], true)!;
  const shade = (theme: Theme) => (C: number) =>
    theme.sequential(high > low ? Math.log(C / low) / Math.log(high / low) : 0.4);
  const slices = isoflop ? isoflop.fit.slices : slicesOf(runs).length > 1 ? slicesOf(runs) : [];
  const flops = slices.length > 1 ? slices.map((slice) => slice.flops) : [...logspace(low, high, 7)];
  const shown = Array.from(
    new Set(
      Array.from(
        { length: Math.min(9, flops.length) },
        (_, i) => flops[Math.round((i * (flops.length - 1)) / Math.max(1, Math.min(9, flops.length) - 1))]!,
      ),
    ),
  );
  const [least, most] = extent([runs.N], true)!;
  const curves = shown.map((C) => {
    const slice = isoflop?.fit.slices.find((s) => s.flops === C);
    // the sizes actually tried near this budget, where it is a slice
    const [from, to] = slice ? extent([slice.N], true)! : [least, most];
    const N = logspace(from, Math.max(to, from * 1.01), 60);
    const loss = parametric
      ? N.map((n) => lossAt(parametric.fit, n, C / (runs.flopsPerToken * n)))
      : slice
        ? N.map((n) => Math.exp(slice.fitted(Math.log(n))))
        : N.map(() => Number.NaN);
    return { C, N, loss };
  });
  return {
    title: parametric || isoflop ? "Loss over model size, with the fit" : "Loss over model size",
    legend: (theme): Legend => ({
      kind: "ramp",
      label: "compute C",
      domain: [low, high > low ? high : low * 1.01],
      log: true,
      color: shade(theme),
      ticks: logAxis("", [runs.C], 4).ticks,
      format: powerOfTen,
    }),
    readout: {
      x: "model size N (parameters)",
      y: "loss",
      series: [
        { name: "run", x: rows.map((i) => runs.N[i]!), y: rows.map((i) => runs.loss[i]!), color: (theme) => theme.ink },
        ...curves
          .filter(({ loss }) => loss.some(Number.isFinite))
          .map(({ C, N, loss }) => ({
            name: `fit at C = ${powerOfTen(C)}`,
            x: N,
            y: loss,
            color: (theme: Theme) => shade(theme)(C),
          })),
      ],
    },
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const [best, worst] = extent([runs.loss], true)!;
      const yAxis = padded((worst > 4 * best ? logAxis : linearAxis)("loss", [runs.loss]), 0.06);
      return plane(view, padded(logAxis("model size N (parameters)", [runs.N])), yAxis, [
        ...curves.map(({ C, N, loss }) => line(N, { x: N, y: loss, stroke: color(C), strokeWidth: 1.4 })),
        dot(rows, {
          x: (i: number) => runs.N[i]!,
          y: (i: number) => runs.loss[i]!,
          r: rows.length > 500 ? 1.6 : 2.4,
          fill: (i: number) => color(runs.C[i]!),
          stroke: theme.paper,
          strokeWidth: 0.4,
        }),
      ]);
    },
  };
}

/** D/N among which the best is sought where no law says it. */
const RATIOS = 41;

/** Forecasts of the best run at each compute: of the law's size, or else of the size of least forecast loss. */
function bestForecasts({ runs, parametric }: FitResult, flops: Float64Array, { all }: Forecaster): PointForecast[] {
  const k = runs.flopsPerToken;
  if (parametric) {
    const N = flops.map((C) => plan(parametric.fit, { flops: C }, { flopsPerToken: k }).N);
    return all({ N, D: flops.map((C, i) => C / (k * N[i]!)) });
  }
  const ratio = logspace(0.3, 3000, RATIOS);
  const N = Float64Array.from({ length: flops.length * RATIOS }, (_, i) =>
    Math.sqrt(flops[Math.floor(i / RATIOS)]! / (k * ratio[i % RATIOS]!)),
  );
  const points = all({ N, D: N.map((n, i) => flops[Math.floor(i / RATIOS)]! / (k * n)) });
  return Array.from(flops, (_, i) =>
    points.slice(i * RATIOS, (i + 1) * RATIOS).reduce((best, p) => (p.loss < best.loss ? p : best)),
  );
}

/** Loss over compute: the runs, the lowest loss by the law, and the forecast of a run there with its band. */
function overCompute(result: FitResult, budgets: Float64Array, forecaster: Forecaster | null): Panel {
  const { runs, parametric } = result;
  const rows = someRows(runs.n);
  const [low, top] = extent([runs.C], true)!;
  const flops = logspace(low, Math.max(10 * top, ...budgets), 32);
  const foretold = forecaster && bestForecasts(result, flops, forecaster);
  const lowest =
    parametric && flops.map((C) => plan(parametric.fit, { flops: C }, { flopsPerToken: runs.flopsPerToken }).loss);
  const sizes = extent([runs.N], true)!;
  const shade = (theme: Theme) => (N: number) =>
    theme.sequential(sizes[1] > sizes[0] ? Math.log(N / sizes[0]) / Math.log(sizes[1] / sizes[0]) : 0.4);
  return {
    title: "Loss over compute, and its forecast",
    readout: {
      x: COMPUTE,
      y: "loss",
      series: [
        ...(lowest
          ? [{ name: "lowest by the law", x: flops, y: lowest, color: (theme: Theme) => theme.category[0]! }]
          : []),
        ...(foretold
          ? (["loss", "low", "high"] as const).map((key) => ({
              name: { loss: "forecast", low: "95 % from", high: "95 % to" }[key],
              x: flops,
              y: foretold.map((p) => p[key]),
              color: (theme: Theme) => theme.category[1]!,
            }))
          : []),
        { name: "run", x: rows.map((i) => runs.C[i]!), y: rows.map((i) => runs.loss[i]!), color: (theme) => theme.ink },
      ],
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        { label: "runs, by N", color: theme.sequential(0.6), mark: "dot" },
        ...(lowest ? [{ label: "lowest by the law", color: theme.category[0]! }] : []),
        ...(foretold
          ? [
              { label: "forecast, all laws", color: theme.category[1]!, mark: "dashed" as const },
              { label: "95 % of runs", color: theme.category[1]!, mark: "square" as const },
            ]
          : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const ends = [...(foretold?.flatMap((p) => [p.low, p.high]) ?? []), ...(lowest ?? [])];
      const [best, worst] = extent([runs.loss, ends], true)!;
      const yAxis = padded((worst > 4 * best ? logAxis : linearAxis)("loss", [runs.loss, ends]), 0.04);
      return plane(view, padded(logAxis(COMPUTE, [flops])), yAxis, [
        foretold
          ? areaY(foretold, { x: "C", y1: "low", y2: "high", fill: theme.category[1]!, fillOpacity: 0.24 })
          : null,
        dot(rows, {
          x: (i: number) => runs.C[i]!,
          y: (i: number) => runs.loss[i]!,
          r: rows.length > 500 ? 1.6 : 2.4,
          fill: (i: number) => color(runs.N[i]!),
        }),
        lowest ? line(flops, { x: flops, y: lowest, stroke: theme.category[0]!, strokeWidth: 2 }) : null,
        foretold
          ? line(foretold, { x: "C", y: "loss", stroke: theme.category[1]!, strokeWidth: 2, strokeDasharray: "5 3" })
          : null,
        ruleX([top], { stroke: theme.muted, strokeDasharray: "2 3", strokeWidth: 1 }),
        ruleX(budgets, { stroke: theme.accent, strokeDasharray: "5 3", strokeWidth: 1.4 }),
      ]);
    },
  };
}

/** Rows that are drawn. */
function someRows(n: number): number[] {
  const every = Math.max(1, Math.ceil(n / MOST_DRAWN));
  return Array.from({ length: Math.floor((n - 1) / every) + 1 }, (_, i) => i * every);
}

/** 95 % of the best size over the draws of all laws that know theirs; null where these are few. */
function stackedSizes({ stack }: Forecaster, flops: Float64Array, k: number): (readonly [number, number])[] | null {
  const every = Math.max(1, Math.ceil(stack.draws.length / DRAWS));
  const drawn = stack.draws.filter((_, i) => i % every === 0);
  const sizes = drawn.flatMap(({ member, p }) => {
    const { law } = stack.members[member]!;
    if (!law.optimum) return [];
    const parameters = Object.fromEntries(law.parameters.map((name, i) => [name, p[i]!]));
    return [flops.map((C) => law.optimum!(parameters, C / k))];
  });
  if (sizes.length < 0.9 * drawn.length) return null;
  return Array.from(flops, (_, i) => interval(sizes.map((of) => of[i]!)));
}

/** N*(C) and D*(C): lines with bands, and the optima that approaches 1 and 2 read off. */
function frontiers(
  result: FitResult,
  budgets: Float64Array,
  forecaster: Forecaster | null,
  references: NonNullable<FitFigureData["references"]> = [],
): Panel[] {
  const found = approaches(result);
  if (found.length === 0) return [];
  const { runs } = result;
  const [low, high] = extent([runs.C, budgets], true)!;
  const flops = logspace(low, Math.max(high, low * 10), 40);
  const curves = found.map(({ model, draws }) =>
    Array.from(flops, (C) => plan(model, { flops: C }, { flopsPerToken: runs.flopsPerToken, draws })),
  );
  const stacked = forecaster && result.parametric && stackedSizes(forecaster, flops, runs.flopsPerToken);
  const wide = stacked?.map(([least, most], i) => {
    const product = flops[i]! / runs.flopsPerToken;
    return { flops: flops[i]!, N: [least, most] as const, D: [product / most, product / least] as const };
  });
  const published = references.map(({ name, law }) => ({
    name,
    plans: Array.from(flops, (C) => plan(law, { flops: C }, { flopsPerToken: runs.flopsPerToken })),
  }));
  return (["N", "D"] as const).map((key) => ({
    title: key === "N" ? "Best model size N^{*}(C)" : "Best number of tokens D^{*}(C)",
    readout: {
      x: COMPUTE,
      y: key === "N" ? "parameters" : "tokens",
      series: found
        .flatMap(({ name, color }, k) => [
          { name, x: flops, y: curves[k]!.map((p) => p[key]), color },
          ...(curves[k]![0]!.ci
            ? ([0, 1] as const).map((end) => ({
                name: `${name}, 95 % ${end === 0 ? "from" : "to"}`,
                x: flops,
                y: curves[k]!.map((p) => p.ci![key][end]),
                color,
              }))
            : []),
        ])
        .concat(
          published.map(({ name, plans }) => ({
            name,
            x: flops,
            y: plans.map((p) => p[key]),
            color: (theme: Theme) => theme.ink,
          })),
        ),
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        ...found.map(({ name, color }) => ({ label: name, color: color(theme) })),
        { label: "95 %", color: found[0]!.color(theme), mark: "square" as const },
        ...(wide ? [{ label: "95 %, all laws", color: theme.muted, mark: "square" as const }] : []),
        ...(result.isoflop || result.envelope
          ? [{ label: "optima read off", color: theme.ink, mark: "dot" as const }]
          : []),
        ...published.map(({ name }) => ({ label: name, color: theme.ink, mark: "dashed" as const })),
        ...(budgets.length > 0 ? [{ label: "budgets", color: theme.accent, mark: "dashed" as const }] : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const shown = [
        ...curves.flat().flatMap((p) => [p[key], ...(p.ci?.[key] ?? [])]),
        ...(wide ?? []).flatMap((band) => [...band[key]]),
      ];
      const label = key === "N" ? "N^{*} (parameters)" : "D^{*} (tokens)";
      return plane(view, padded(logAxis(COMPUTE, [flops])), padded(logAxis(label, [shown])), [
        wide
          ? areaY(wide, {
              x: "flops",
              y1: (band: (typeof wide)[number]) => band[key][0],
              y2: (band: (typeof wide)[number]) => band[key][1],
              fill: theme.muted,
              fillOpacity: 0.2,
            })
          : null,
        ...found.flatMap(({ color }, k) => {
          const curve = curves[k]!;
          return [
            curve[0]!.ci
              ? areaY(curve, {
                  x: "flops",
                  y1: (p: Plan) => p.ci![key][0],
                  y2: (p: Plan) => p.ci![key][1],
                  fill: color(theme),
                  fillOpacity: 0.22,
                })
              : null,
            line(curve, { x: "flops", y: key, stroke: color(theme), strokeWidth: 2 }),
          ];
        }),
        ...[result.envelope, result.isoflop].map((fitted, k) => {
          if (!fitted) return null;
          const { optima } = fitted.fit;
          // the envelope has hundreds
          const every = Math.ceil(optima.flops.length / 60);
          const some = Array.from(optima.flops.keys()).filter((i) => i % every === 0);
          return dot(some, {
            x: (i: number) => optima.flops[i]!,
            y: (i: number) => optima[key][i]!,
            r: 2.8,
            fill: theme.category[k === 0 ? 2 : 1]!,
            stroke: theme.ink,
            strokeWidth: 0.6,
          });
        }),
        ...published.map(({ plans }) =>
          line(plans, { x: "flops", y: key, stroke: theme.ink, strokeDasharray: "6 4", strokeWidth: 1.4 }),
        ),
        ruleX(budgets, { stroke: theme.accent, strokeDasharray: "5 3", strokeWidth: 1.4 }),
      ]);
    },
  }));
}

/** The loss over compute along the line of the data, which is all that a fixed D/N shows. */
function alongLine({ runs, ray }: FitResult): Panel {
  const { E, K, eta } = ray!;
  const [low, high] = extent([runs.C], true)!;
  const flops = logspace(low, high, 80);
  return {
    title: "Loss along these runs",
    readout: {
      x: COMPUTE,
      y: "loss",
      series: [
        { name: "run", x: runs.C, y: runs.loss, color: (theme) => theme.ink },
        { name: "law", x: flops, y: flops.map((C) => E + K * C ** -eta), color: (theme) => theme.category[0]! },
      ],
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [{ label: `L = ${E.toFixed(3)} + K C^{−${eta.toFixed(3)}}`, color: theme.category[0]! }],
    }),
    plot: (view) => {
      const { theme } = view;
      return plane(view, padded(logAxis(COMPUTE, [runs.C])), padded(linearAxis("loss", [runs.loss])), [
        line(flops, { x: flops, y: flops.map((C) => E + K * C ** -eta), stroke: theme.category[0]!, strokeWidth: 2 }),
        dot(runs.C, { x: runs.C, y: runs.loss, r: 2.6, fill: theme.ink }),
      ]);
    },
  };
}

function residuals({ runs, parametric }: FitResult): Panel {
  const { residuals: r, delta } = parametric!.fit;
  const rows = someRows(runs.n);
  const percent = Float64Array.from(rows, (i) => 100 * r[i]!);
  const most = percent.reduce((m, x) => Math.max(m, Math.abs(x)), (200 * delta) as number);
  const range = extent([runs.N], true)!;
  const shade = (theme: Theme) => (N: number) =>
    theme.sequential(range[1] > range[0] ? Math.log(N / range[0]) / Math.log(range[1] / range[0]) : 0.4);
  return {
    title: "Residuals of approach 3",
    readout: {
      x: COMPUTE,
      y: "fit over run, %",
      series: [{ name: "residual", x: rows.map((i) => runs.C[i]!), y: percent, color: (theme) => theme.ink }],
    },
    legend: (theme): Legend => ({
      kind: "ramp",
      label: "model size N",
      domain: [range[0], range[1] > range[0] ? range[1] : range[0] * 1.01],
      log: true,
      color: shade(theme),
      ticks: logAxis("", [runs.N], 4).ticks,
      format: powerOfTen,
    }),
    plot: (view) => {
      const { theme } = view;
      const color = shade(theme);
      const axis = padded(linearAxis("fit over run, in loss (%)", [[-most, most]]));
      const x = padded(logAxis(COMPUTE, [runs.C]));
      return plane(view, x, axis, [
        areaY(x.domain!, {
          x: [...x.domain!],
          y1: -100 * delta,
          y2: 100 * delta,
          fill: theme.muted,
          fillOpacity: 0.25,
        }),
        ruleY([0], { stroke: theme.ink, strokeWidth: 1 }),
        dot(rows, {
          x: (i: number) => runs.C[i]!,
          y: (i: number) => 100 * r[i]!,
          r: 2.2,
          fill: (i: number) => color(runs.N[i]!),
        }),
      ]);
    },
  };
}

/** Where the objective, minimised over all else, has risen to the edge of the intervals; 1 is the edge. */
function profiles({ parametric }: FitResult): Panel {
  const all = parametric!.profiles;
  const objective = parametric!.fit.objective;
  const curves = all.map((p) => ({
    ...p,
    rise: p.objective.map((value) => (value - objective) / (p.threshold - objective)),
  }));
  const names = { alpha: "α", beta: "β" };
  return {
    title: "Profiles of the exponents",
    readout: {
      x: "exponent",
      y: "objective's rise, over its limit",
      series: curves.map(({ parameter, value, rise }, k) => ({
        name: names[parameter],
        x: value,
        y: rise,
        color: (theme) => theme.category[k]!,
      })),
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        ...curves.map(({ parameter }, k) => ({ label: names[parameter], color: theme.category[k]! })),
        { label: "95 %, drop test", color: theme.ink, mark: "dashed" },
        ...(parametric!.ci ? [{ label: "95 %, bootstrap", color: theme.muted, mark: "square" as const }] : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const ci = parametric!.ci;
      const inside = curves.map((c) => c.value.filter((_, i) => c.rise[i]! <= 4));
      const bands = ci ? all.map(({ parameter }) => [...ci[parameter]!]) : [];
      return plane(
        view,
        padded(linearAxis("exponent", [...inside, ...bands])),
        linearAxis("objective's rise, over its limit", [[0, 4]]),
        [
          ...bands.map((band, k) =>
            rect([band], {
              x1: (b: number[]) => b[0]!,
              x2: (b: number[]) => b[1]!,
              y1: 0,
              y2: 4,
              fill: theme.category[k]!,
              fillOpacity: 0.14,
            }),
          ),
          ruleY([1], { stroke: theme.ink, strokeDasharray: "5 3" }),
          ...curves.map(({ value, rise }, k) =>
            line(value, { x: value, y: rise, stroke: theme.category[k]!, strokeWidth: 2 }),
          ),
        ],
      );
    },
  };
}

const PHASES: readonly (readonly [name: string, alpha: number, beta: number])[] = [
  ["Ia", 0.85, 0.25],
  ["Ib", 0.37, 0.34],
  ["Ic", 0.125, 0.8],
  ["II", 0.95, 0.7],
  ["III", 0.75, 1],
  ["IVa", 0.4, 0.85],
  ["IVb", 0.272, 1.1],
];

/** The plane of phases with the region of (α, β) that measurements leave. */
export function bridgeFigure(bridge: Bridge): Figure {
  const { alpha, beta, probability } = bridge.region;
  const cells = Array.from(probability.keys()).filter((cell) => probability[cell]! >= bridge.region.level);
  return {
    id: "bridge",
    title: "The solvable model behind the measurement",
    subtitle: `α ${shown(bridge.alpha)}, β ${shown(bridge.beta)}`,
    caption: `Phase ${bridge.phase} with probability ${bridge.phases[bridge.phase].toFixed(2)}. ${bridge.notes.join(". ")}`,
    width: 640,
    height: 620,
    panels: [phasePlane(bridge)],
    table: {
      alpha: cells.map((cell) => alpha[cell % alpha.length]!),
      beta: cells.map((cell) => beta[Math.floor(cell / alpha.length)]!),
      probability: cells.map((cell) => probability[cell]!),
    },
  };
}

const shown = ({ low, high }: { low: number; high: number }): string => `${low.toFixed(2)} to ${high.toFixed(2)}`;

function phasePlane(bridge: Bridge): Panel {
  const { alpha, beta, probability, level } = bridge.region;
  const n = alpha.length;
  const half = (alpha[1]! - alpha[0]!) / 2;
  const inner = densest(probability, 0.5);
  const runsOf = (least: number) =>
    Array.from(beta).flatMap((_, j) => {
      const out: { x1: number; x2: number; y1: number; y2: number }[] = [];
      for (let i = 0; i < n; i++) {
        if (probability[j * n + i]! < least) continue;
        const from = i;
        while (i + 1 < n && probability[j * n + i + 1]! >= least) i++;
        out.push({ x1: alpha[from]! - half, x2: alpha[i]! + half, y1: beta[j]! - half, y2: beta[j]! + half });
      }
      return out;
    });
  const far = Math.min(alpha[n - 1]! + half, Math.max(1.25, 1.15 * Math.max(bridge.alpha.high, bridge.beta.high)));
  const likely = Object.entries(bridge.phases)
    .filter(([, p]) => p >= 0.05)
    .sort((p, q) => q[1] - p[1])
    .map(([name, p]) => `${name} ${Math.round(100 * p)} %`)
    .join(", ");
  return {
    title: `In the solvable model: ${likely}`,
    readout: {
      x: "data complexity α",
      y: "probability of the cell",
      map: "cells",
      series: Array.from(beta, (b, j) => ({
        name: `β = ${scripted(b, 3)}`,
        x: alpha,
        y: Array.from(alpha, () => b),
        value: probability.slice(j * n, (j + 1) * n),
        color: (theme: Theme) => theme.ink,
      })).reverse(),
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        { label: "95 % of the probability", color: theme.category[5]!, mark: "square" },
        { label: "50 %", color: theme.accent, mark: "square" },
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const box = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", shapeRendering: "crispEdges" };
      return plane(
        view,
        linearAxis("data complexity α", [[0, far]]),
        linearAxis("target complexity β", [[0, far]]),
        [
          areaY([0, 0.5], { x: [0, 0.5], y1: 0, y2: (a: number) => 0.5 - a, fill: theme.grid }),
          rect(runsOf(level), { ...box, fill: theme.category[5]! }),
          rect(runsOf(inner), { ...box, fill: theme.accent }),
          ...BOUNDARIES.map((boundary) => line(boundary(far), { stroke: theme.ink, strokeWidth: 1.2 })),
          // IVb is too narrow for its name
          ...[0, -90].map((rotate) =>
            text(
              PHASES.filter(([name]) => (name === "IVb") === (rotate !== 0)),
              {
                x: "1",
                y: "2",
                text: "0",
                fill: theme.ink,
                stroke: theme.paper,
                strokeWidth: 4,
                fontSize: 12,
                fontWeight: "bold",
                rotate,
              },
            ),
          ),
        ],
        { grid: false },
      );
    },
  };
}

/** The loss over N at one budget, near the best. */
function missed(result: FitResult, { flops, N, loss, ci }: Plan): Panel | null {
  const fitted = result.parametric;
  if (!fitted) return null;
  const { flopsPerToken } = result.runs;
  const sizes = logspace(N / 8, N * 8, 60);
  const at = (law: typeof fitted.fit | Model) =>
    isLaw(law) ? sizes.map((n) => lossAt(law, n, flops / (flopsPerToken * n))) : sizes;
  const curve = at(fitted.fit);
  const draws = (fitted.bootstrap?.draws ?? []).slice(0, DRAWS).map(at);
  const band = Array.from(sizes, (_, i) => {
    const sorted = draws.map((values) => values[i]!).sort((p, q) => p - q);
    return [sorted[Math.floor(0.025 * sorted.length)], sorted[Math.floor(0.975 * sorted.length)]] as const;
  });
  return {
    title: `Loss at C = ${powerOfTen(flops, 2)}, off the best size`,
    readout: {
      x: "model size N (parameters)",
      y: "loss",
      series: [
        { name: "law", x: sizes, y: curve, color: (theme) => theme.category[0]! },
        ...(draws.length > 0
          ? ([0, 1] as const).map((end) => ({
              name: `95 % ${end === 0 ? "from" : "to"}`,
              x: sizes,
              y: band.map((b) => b[end]!),
              color: (theme: Theme) => theme.category[0]!,
            }))
          : []),
      ],
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        { label: "law", color: theme.category[0]! },
        ...(ci ? [{ label: "95 %", color: theme.muted, mark: "square" as const }] : []),
        { label: "best, and 2× off", color: theme.accent, mark: "dot" },
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const marked = [N / 2, N, 2 * N];
      return plane(
        view,
        logAxis("model size N (parameters)", [sizes]),
        padded(linearAxis("loss", [curve, [loss], ...(draws.length > 0 ? [band.flat() as number[]] : [])])),
        [
          draws.length > 0
            ? areaY(sizes, {
                x: sizes,
                y1: band.map((b) => b[0]),
                y2: band.map((b) => b[1]),
                fill: theme.category[0]!,
                fillOpacity: 0.22,
              })
            : null,
          line(sizes, { x: sizes, y: curve, stroke: theme.category[0]!, strokeWidth: 2 }),
          dot(marked, {
            x: marked,
            y: marked.map((n) => lossAt(fitted.fit, n, flops / (flopsPerToken * n))),
            r: 4,
            fill: theme.accent,
          }),
        ],
      );
    },
  };
}
