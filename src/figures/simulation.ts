// Ensembles of real SGD over the theory's curves, and how far their means are from it.

import { areaY, dot, line, link, ruleY } from "@observablehq/plot";
import { COMPUTE, linearAxis, logAxis, padded, plane } from "./axes.ts";
import type { Figure, Panel } from "./figure.ts";
import { fan, type Theme } from "./theme.ts";

export interface SimulationRun {
  readonly d: number;
  readonly flops: Float64Array;
  readonly mean: Float64Array;
  readonly stderr: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The theory's loss at the same steps, where there is a theory. */
  readonly theory?: Float64Array | undefined;
}

export interface SimulationData {
  readonly setting: string;
  readonly members: number;
  readonly runs: readonly SimulationRun[];
}

/** Standard errors either side of a mean. */
const ERRORS = 2;

/** Ensembles of SGD, over the theory where there is one. */
export function simulationFigure(data: SimulationData): Figure {
  const column = (of: (run: SimulationRun) => ArrayLike<number>) =>
    Float64Array.from(data.runs.flatMap((r) => [...Array.from(of(r))]));
  const theory = data.runs.every((run) => run.theory);
  return {
    id: "simulate",
    title: "One-pass SGD against the theory",
    subtitle: data.setting,
    caption:
      `The mean loss of ${data.members} runs of SGD for each model size, with the band between their quartiles` +
      (theory ? ", over the theory's curve; and the ratio of the two with two standard errors." : "."),
    width: theory ? 960 : 680,
    height: 460,
    panels: theory ? [curves(data), ratios(data)] : [curves(data)],
    table: {
      d: column((run) => run.flops.map(() => run.d)),
      flops: column((run) => run.flops),
      mean: column((run) => run.mean),
      stderr: column((run) => run.stderr),
      low: column((run) => run.low),
      high: column((run) => run.high),
      ...(theory ? { theory: column((run) => run.theory!) } : {}),
    },
  };
}

const finite = (values: Float64Array): Float64Array => values.map((x) => (Number.isFinite(x) ? x : Number.NaN));

function curves(data: SimulationData): Panel {
  const { runs } = data;
  const theory = runs.some((run) => run.theory);
  return {
    readout: {
      x: COMPUTE,
      y: "loss P",
      series: runs.flatMap(({ d, flops, mean, theory }, i) => [
        { name: `d = ${d}`, x: flops, y: mean, color: (theme: Theme) => fan(theme, runs.length)[i]! },
        ...(theory ? [{ name: `d = ${d}, theory`, x: flops, y: theory, color: (theme: Theme) => theme.ink }] : []),
      ]),
    },
    legend: (theme) => ({
      kind: "swatches",
      items: [
        ...runs.map(({ d }, i) => ({ label: `d = ${d}`, color: fan(theme, runs.length)[i]! })),
        ...(theory ? [{ label: "theory", color: theme.ink, mark: "dashed" as const }] : []),
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const colors = fan(theme, runs.length);
      const shown = runs.flatMap((run) => [finite(run.mean), finite(run.low), finite(run.high)]);
      return plane(
        view,
        logAxis(
          COMPUTE,
          runs.map((run) => run.flops),
        ),
        padded(logAxis("loss P", shown)),
        [
          ...runs.map(({ flops, low, high }, i) =>
            areaY(flops, { x: flops, y1: finite(low), y2: finite(high), fill: colors[i]!, fillOpacity: 0.25 }),
          ),
          ...runs.map(({ flops, mean }, i) =>
            line(flops, { x: flops, y: finite(mean), stroke: colors[i]!, strokeWidth: 2.2 }),
          ),
          ...runs.map(({ flops, theory }) =>
            theory
              ? line(flops, { x: flops, y: theory, stroke: theme.ink, strokeWidth: 1.1, strokeDasharray: "4 3" })
              : null,
          ),
        ],
      );
    },
  };
}

function ratios(data: SimulationData): Panel {
  const points = data.runs.map(({ flops, mean, stderr, theory }) => {
    const at = Array.from(flops.keys()).filter((i) => Number.isFinite(mean[i]!) && theory![i]! > 0);
    const ratio = (of: (i: number) => number) => at.map((i) => of(i) / theory![i]!);
    return {
      x: at.map((i) => flops[i]!),
      y: ratio((i) => mean[i]!),
      low: ratio((i) => mean[i]! - ERRORS * stderr[i]!),
      high: ratio((i) => mean[i]! + ERRORS * stderr[i]!),
    };
  });
  return {
    title: `Mean over theory, with ${ERRORS} standard errors`,
    readout: {
      x: COMPUTE,
      y: "mean / theory",
      series: points.map(({ x, y }, i) => ({
        name: `d = ${data.runs[i]!.d}`,
        x,
        y,
        color: (theme) => fan(theme, points.length)[i]!,
      })),
    },
    plot: (view) => {
      const colors = fan(view.theme, points.length);
      const y = linearAxis("mean / theory", [...points.flatMap(({ low, high }) => [low, high]), [0.9, 1.1]]);
      return plane(
        view,
        logAxis(
          COMPUTE,
          data.runs.map((run) => run.flops),
        ),
        padded(y),
        [
          ruleY([1], { stroke: view.theme.ink, strokeDasharray: "4 3" }),
          ...points.map(({ x, low, high }, i) =>
            link(x, { x1: x, x2: x, y1: low, y2: high, stroke: colors[i]!, strokeOpacity: 0.5 }),
          ),
          ...points.map(({ x, y }, i) => dot(x, { x, y, r: 2, fill: colors[i]! })),
        ],
      );
    },
  };
}
