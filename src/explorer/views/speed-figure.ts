// How many times as long the other builds of each kernel take, on a line each: read down a page as well as across it.

import { axisX, axisY, dot, gridX, ruleX, ruleY } from "@observablehq/plot";
import type { Figure, Theme } from "../../figures/index.ts";
import type { SpeedRow } from "../work/speed.ts";

const ROW = 26;

/** `kernels` are all that will be measured: each has its line from the start. */
export function speedFigure(
  rows: readonly SpeedRow[],
  kernels: readonly string[],
  machine: string,
  turns: string,
): Figure {
  const marks = rows.flatMap(({ kernel, size, timings }) => timings.map((timing) => ({ kernel, size, ...timing })));
  const builds = [...new Set(marks.map(({ name }) => name))].slice(1);
  const ratios = marks.filter(({ name }) => builds.includes(name));
  const domain: [number, number] = [
    Math.min(0.8, ...ratios.map(({ ratio }) => ratio / 1.1)),
    Math.max(4, ...ratios.map(({ ratio }) => ratio * 1.15)),
  ];
  const row = ({ kernel }: { kernel: string }) => kernels.indexOf(kernel);
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter((x) => x >= domain[0] && x <= domain[1]);
  return {
    id: "speed",
    title: "Time over that of SIMD WebAssembly",
    subtitle: machine,
    caption: `Ratios of time, measured in turns; right of 1 SIMD WebAssembly is the faster. ${machine} · ${turns}`,
    width: 760,
    height: 110 + ROW * kernels.length,
    panels: [
      {
        legend: (theme) => ({
          kind: "swatches",
          items: builds.map((label, i) => ({ label, color: theme.category[i]!, mark: "dot" })),
        }),
        readout: {
          x: "times as long",
          y: "times as long as with SIMD",
          map: "bars",
          series: kernels.map((kernel, at) => {
            const own = ratios.filter((timing) => timing.kernel === kernel);
            return {
              name: kernel,
              x: own.map(({ ratio }) => ratio),
              y: own.map(() => at),
              value: own.map(({ ratio }) => ratio),
              points: own.map(({ name }) => name),
              color: (theme: Theme) => theme.ink,
            };
          }),
        },
        plot: ({ width, height, theme }) => ({
          width,
          height,
          marginLeft: 142,
          marginRight: 16,
          marginTop: 8,
          marginBottom: 44,
          x: { type: "log", domain },
          y: { type: "linear", domain: [kernels.length - 0.4, -0.6] },
          marks: [
            gridX(ticks, { stroke: theme.grid, strokeOpacity: 1 }),
            ruleY(rows, {
              y: row,
              x1: () => 1,
              x2: ({ timings }: SpeedRow) => Math.max(...timings.map(({ ratio }) => ratio)),
              stroke: theme.muted,
              strokeOpacity: 0.5,
            }),
            ruleX([1], { stroke: theme.ink }),
            dot(ratios, {
              x: "ratio",
              y: row,
              r: 4.5,
              fill: ({ name }: { name: string }) => theme.category[builds.indexOf(name)]!,
            }),
            axisX(ticks, {
              label: "times as long as SIMD WebAssembly",
              labelAnchor: "center",
              labelArrow: "none",
              labelOffset: 40,
              color: theme.ink,
              text: String,
            }),
            axisY([...kernels.keys()], {
              label: null,
              tickSize: 0,
              color: theme.ink,
              text: (at: number) => kernels[at]!,
            }),
          ],
        }),
      },
    ],
    table: {
      kernel: marks.map(({ kernel }) => kernel),
      size: marks.map(({ size }) => size),
      build: marks.map(({ name }) => name),
      nanoseconds: Float64Array.from(marks, ({ time }) => time),
      ratio: Float64Array.from(marks, ({ ratio }) => ratio),
      error: Float64Array.from(marks, ({ error }) => error),
    },
  };
}
