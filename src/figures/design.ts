// The runs there are, those to be made next and the one to be foretold, on the plane of N and D with lines of equal compute.

import { dot, line, text } from "@observablehq/plot";
import type { Design } from "../fitting/laws/design.ts";
import type { Runs } from "../fitting/runs.ts";
import { logspace } from "../math/grid.ts";
import { percent, powerOfTen } from "../numbers.ts";
import { extent, logAxis, padded, plane } from "./axes.ts";
import type { Figure, Legend } from "./figure.ts";

const SIZE = "model size N (parameters)";
const TOKENS = "tokens D";

/** Runs that were made and those to be made next. */
export function designFigure({ runs, design }: { readonly runs: Runs; readonly design: Design }): Figure {
  const { target, before, after } = design;
  const N = [extent([runs.N, design.runs.map((r) => r.N), [target.N]], true)!].flat();
  const D = [extent([runs.D, design.runs.map((r) => r.D), [target.D]], true)!].flat();
  const k = runs.flopsPerToken;
  const powers = Array.from({ length: 60 }, (_, i) => 10 ** i).filter(
    (C) => C >= k * N[0]! * D[0]! && C <= k * N[1]! * D[1]!,
  );
  const every = Math.ceil(powers.length / 6);
  const shown = powers.filter((_, i) => i % every === 0);
  const known = `± ${percent(before.half)} now, ± ${percent(after.half)} with the new runs`;
  return {
    id: "design",
    title: "Runs to make next",
    subtitle: `loss at C = ${powerOfTen(target.C)}: ${known}`,
    caption: `${runs.n} runs, ${design.runs.length} to be made next for ${powerOfTen(design.spent)} flops, and the run of ${powerOfTen(target.C)} flops whose loss is to be foretold: ${known}.`,
    width: 720,
    height: 560,
    panels: [
      {
        title: "Model size and tokens",
        readout: {
          x: SIZE,
          y: TOKENS,
          series: [
            {
              name: "to be made",
              x: design.runs.map((r) => r.N),
              y: design.runs.map((r) => r.D),
              color: (theme) => theme.accent,
            },
            { name: "to be foretold", x: [target.N], y: [target.D], color: (theme) => theme.category[0]! },
            { name: "run", x: runs.N, y: runs.D, color: (theme) => theme.muted },
          ],
        },
        legend: (theme): Legend => ({
          kind: "swatches",
          items: [
            { label: "runs", color: theme.muted, mark: "dot" },
            { label: "to be made", color: theme.accent, mark: "dot" },
            { label: "to be foretold", color: theme.category[0]!, mark: "dot" },
            { label: "equal compute", color: theme.muted, mark: "dashed" },
          ],
        }),
        plot: (view) => {
          const { theme } = view;
          const xAxis = padded(logAxis(SIZE, [N]));
          const yAxis = padded(logAxis(TOKENS, [D]));
          const [left, right] = xAxis.domain as [number, number];
          const [low, high] = yAxis.domain as [number, number];
          const inside = (n: number, C: number) => C / (k * n) >= low && C / (k * n) <= high;
          return plane(view, xAxis, yAxis, [
            ...shown.map((C) => {
              const sizes = [...logspace(left, right, 200)].filter((n) => inside(n, C));
              return line(sizes, {
                x: sizes,
                y: sizes.map((n) => C / (k * n)),
                stroke: theme.muted,
                strokeDasharray: "3 4",
                strokeWidth: 1,
              });
            }),
            text(
              shown.flatMap((C) => {
                const n = [...logspace(left, right, 60)].slice(3, -6).find((size) => inside(size, C * 1.15));
                return n === undefined ? [] : [{ n, C }];
              }),
              {
                x: (p: { n: number }) => p.n,
                y: (p: { n: number; C: number }) => p.C / (k * p.n),
                text: (p: { C: number }) => powerOfTen(p.C),
                fill: theme.ink,
                stroke: theme.paper,
                strokeWidth: 4,
                fontSize: 11,
              },
            ),
            dot(runs.N, { x: runs.N, y: runs.D, r: 2.6, fill: theme.muted }),
            dot(design.runs, { x: "N", y: "D", r: 5, fill: theme.accent, stroke: theme.paper, strokeWidth: 1 }),
            dot([target], { x: "N", y: "D", r: 7, fill: theme.category[0]!, stroke: theme.ink, strokeWidth: 1 }),
          ]);
        },
      },
    ],
    table: {
      N: design.runs.map((r) => r.N),
      D: design.runs.map((r) => r.D),
      flops: design.runs.map((r) => r.C),
    },
  };
}
