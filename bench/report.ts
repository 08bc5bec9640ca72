// The tables of a run as text, and its ratios as a figure.

import { cpus } from "node:os";
import { barY, ruleY, text } from "@observablehq/plot";
import type { Figure } from "../src/figures/index.ts";
import { duration, size, times } from "./format.ts";
import type { Growth } from "./growth.ts";
import type { Timing } from "./harness.ts";
import type { JobResult } from "./jobs.ts";
import type { KernelResult } from "./kernels.ts";
import type { NetworkResult } from "./networks.ts";

/** Where and when: what every caption says. */
export function machine(compiler: string | null, numpy: string | null): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const date = new Date().toISOString().slice(0, 10);
  const parts = [model, `Node ${process.versions.node}`, compiler, numpy && `NumPy ${numpy}`, date];
  return parts.filter(Boolean).join(" · ");
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, c) => Math.max(cell.length, ...rows.map((row) => row[c]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(" | ")} |`;
  return [line(header), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

/** A row a kernel: the time of SIMD WASM, then how many times as long the others take, errors in brackets. */
export function kernelTable(results: readonly KernelResult[]): string {
  const names = [...new Set(results.flatMap(({ timings }) => timings.map(({ name }) => plainName(name))))];
  const cell = (timing: Timing | undefined, first: boolean) =>
    timing ? `${first ? duration(timing.time) : `${times(timing.ratio)}×`} (${size(timing.error)})` : "";
  return table(
    ["kernel", "size", ...names, "of peak"],
    results.map(({ name, size, timings, roofline }) => [
      name,
      size,
      ...names.map((variant, i) =>
        cell(
          timings.find((timing) => plainName(timing.name) === variant),
          i === 0,
        ),
      ),
      roofline ? `${(100 * roofline.share).toFixed(0)} %` : "",
    ]),
  );
}

/** Both kinds of plain JavaScript share a column. */
const plainName = (name: string): string => (name === "JS reference" ? "JS" : name);

/** The least that scalar WebAssembly, plain JavaScript and C may take of the time of SIMD WebAssembly, in f64 and in f32. */
const AIMS: Readonly<Record<string, number>> = { "WASM scalar": 1.8, JS: 2, "C sse4.2 fast-math": 0.8 };
const AIMS_SINGLE: typeof AIMS = { ...AIMS, "WASM scalar": 4, JS: 6 };

/** A line for every kernel that falls short of an aim, with the reason where one is known. */
export function shortfalls(results: readonly KernelResult[]): string {
  const lines = results.flatMap(({ name, single, note, timings }) => {
    const least = single ? AIMS_SINGLE : AIMS;
    const short = timings.filter((timing) => timing.ratio < (least[plainName(timing.name)] ?? 0));
    const said = short.map((timing) => `${timing.name} ${times(timing.ratio)}×`).join(", ");
    return short.length > 0 ? [`${name} (${said})${note ? `: ${note}` : ""}`] : [];
  });
  const aims = Object.entries(AIMS).map(([name, least]) => {
    const inSingle = AIMS_SINGLE[name]!;
    return `${name} ${least}×${inSingle > least ? ` (f32 ${inSingle}×)` : ""}`;
  });
  return [`Aims: ${aims.join(", ")}. Short of them:`, ...(lines.length > 0 ? lines : ["none"])].join("\n");
}

const percent = (share: number): string => `${+(100 * share).toPrecision(2)} %`;

export function jobTable(results: readonly JobResult[]): string {
  const rows = results.flatMap(({ name, timings }) =>
    timings.map((timing, i) => [
      i === 0 ? name : "",
      timing.name,
      duration(timing.time) + (timing.share ? `, extrapolated from ${percent(timing.share)}` : ""),
      `${times(timing.ratio)}×`,
      size(timing.error),
    ]),
  );
  const notes = results.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  return [table(["job", "by", "time", "ratio", "error"], rows), ...notes].join("\n");
}

export function networkTable(results: readonly NetworkResult[]): string {
  return table(
    ["networks", "WASM SIMD", "Gflop/s", "of peak", "times as long"],
    results.map(({ name, operations, share, timings: [ours, ...others] }) => [
      name,
      duration(ours!.time),
      (operations / ours!.time).toFixed(1),
      `${(100 * share).toFixed(0)} %`,
      others.map((one) => `${one.name} ${times(one.ratio)}×`).join(", "),
    ]),
  );
}

export function growthTable(results: readonly Growth[]): string {
  const amount = ({ quantity }: Growth, x: number) =>
    quantity === "memory" ? `${(x / 1e6).toFixed(0)} MB` : duration(x);
  const place = (x: number) => (x < 100 ? String(x) : x.toExponential(0));
  return table(
    ["of", "what", "against", "from", "to", "at its least", "at its most", "exponent", "the mathematics"],
    results.map((growth) => [
      growth.name,
      growth.quantity,
      growth.variable,
      place(growth.at[0]!),
      place(growth.at.at(-1)!),
      amount(growth, Math.min(...growth.values)),
      amount(growth, Math.max(...growth.values)),
      growth.exponent.toFixed(3),
      growth.expected,
    ]),
  );
}

/** How many times as long as SIMD WASM the other builds of each kernel take. */
export function kernelFigure(results: readonly KernelResult[], caption: string): Figure {
  const shown = ["WASM scalar", "JS", "C sse4.2 fast-math"];
  const bars = results.flatMap(({ name, timings }) =>
    timings
      .filter((timing) => shown.includes(plainName(timing.name)))
      .map((timing) => ({ kernel: name, by: plainName(timing.name), ratio: timing.ratio, error: timing.error })),
  );
  const most = Math.max(...bars.map(({ ratio }) => ratio));
  const least = Math.min(0.5, ...bars.map(({ ratio }) => ratio));
  const present = shown.filter((by) => bars.some((bar) => bar.by === by));
  return {
    id: "kernels",
    title: "Time of each kernel over that of SIMD WebAssembly",
    subtitle: caption,
    caption: `Ratios of processor time, measured side by side; above 1 SIMD WebAssembly is the faster. ${caption}`,
    width: 1100,
    height: 440,
    panels: [
      {
        legend: (theme) => ({
          kind: "swatches",
          items: present.map((label, i) => ({ label, color: theme.category[i]!, mark: "square" })),
        }),
        plot: ({ width, height, theme }) => ({
          width,
          height,
          marginBottom: 84,
          marginLeft: 44,
          x: { axis: null, domain: present },
          fx: { label: null, tickRotate: -35, domain: [...new Set(bars.map(({ kernel }) => kernel))] },
          y: {
            type: "log",
            label: "ratio",
            domain: [least / 1.2, most * 1.3],
            ticks: [1, 2, 10, 20],
            tickFormat: (x: number) => `${x}`,
          },
          marks: [
            barY(bars, {
              fx: "kernel",
              x: "by",
              y1: 1,
              y2: "ratio",
              fill: ({ by }: { by: string }) => theme.category[present.indexOf(by)]!,
            }),
            ...[-6, 8].map((dy) =>
              text(
                bars.filter(({ ratio }) => ratio < 1 === dy > 0),
                {
                  fx: "kernel",
                  x: "by",
                  y: "ratio",
                  text: ({ ratio }: { ratio: number }) => ratio.toFixed(1),
                  dy,
                  fontSize: 8,
                },
              ),
            ),
            ruleY([1], { stroke: theme.ink }),
          ],
        }),
      },
    ],
    table: {
      kernel: bars.map(({ kernel }) => kernel),
      by: bars.map(({ by }) => by),
      ratio: Float64Array.from(bars, ({ ratio }) => ratio),
      error: Float64Array.from(bars, ({ error }) => error),
    },
  };
}
