// N*(C) and D*(C) of each approach, with bands, and the loss of models off the best size.

import { areaY, dot, line, ruleX } from "@observablehq/plot";
import type { FitResult } from "../../fitting/fit.ts";
import type { Forecaster } from "../../fitting/laws/predict.ts";
import { isLaw, type Model, type Plan, plan } from "../../fitting/plan.ts";
import { type Law, lossAt } from "../../fitting/points.ts";
import { logspace } from "../../math/grid.ts";
import { interval } from "../../math/quantiles.ts";
import { powerOfTen } from "../../numbers.ts";
import { extent, linearAxis, logAxis, padded, plane } from "../axes.ts";
import type { Legend, Panel } from "../figure.ts";
import type { Theme } from "../theme.ts";
import { approaches } from "./approaches.ts";
import { COMPUTE, DRAWS } from "./drawn.ts";

/** A published law to compare with: its best sizes and tokens. */
export interface Reference {
  readonly name: string;
  readonly law: Law;
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
export function frontiers(
  result: FitResult,
  budgets: Float64Array,
  forecaster: Forecaster | null,
  references: readonly Reference[] = [],
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

/** The loss over N at one budget, near the best. */
export function missed(result: FitResult, { flops, N, loss, ci }: Plan): Panel | null {
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
