// isoflop diagram: the plane of phases, with the exponents predicted, or measured on the exact frontier.

import { type Command, Option } from "commander";
import { within } from "../check.ts";
import { type Diagram, diagram } from "../index.ts";
import { centres } from "../math/grid.ts";
import { brief, raised, readable } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { type Common, interval, positives, range, threadsOption, whole, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { rowsOnThreads } from "./plane-rows.ts";
import { bold, table } from "./table.ts";

interface Options extends Common {
  readonly alpha: [number, number];
  readonly beta: [number, number];
  readonly size: number;
  readonly measured?: boolean;
  readonly flops: [number, number];
  readonly corrections?: Float64Array;
  readonly exponent: "xi" | "eta";
  readonly threads?: number;
}

export function define(command: Command): void {
  withCommon(
    command
      .option("--alpha <lo:hi>", "range of the data complexity α", interval, [0, 1.4])
      .option("--beta <lo:hi>", "range of the target complexity β", interval, [0, 1.4])
      .option("--size <n>", "cells a side", whole, 64)
      .option("--measured", "measure the exponents on the exact frontier")
      .option("--flops <lo:hi>", "budgets to measure over", range, [1e16, 1e20])
      .option(
        "--corrections <list>",
        "budgets at which to show what measured exponents, over a decade around each, differ by from the predicted ones",
        positives,
      )
      .addOption(threadsOption())
      .addOption(new Option("--exponent <name>", "which one the figure shows").choices(["xi", "eta"]).default("xi")),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { size, measured, flops, exponent, corrections = [] } = options;
  if (size < 2) throw new Usage(`--size must be at least 2, got ${size}`);
  within("cells", size * size, "--size squared");
  if (corrections.length > 0 && !measured) throw new Usage("--corrections are of measured exponents: add --measured");
  if (corrections.length > MOST_CORRECTIONS)
    throw new Usage(`--corrections takes at most ${MOST_CORRECTIONS} budgets, got ${corrections.length}`);
  if (options.alpha[0] < 0) throw new Usage(`--alpha must not go below 0, got ${options.alpha.join(":")}`);
  if (options.alpha[1] + options.beta[1] <= 0.5)
    throw new Usage(
      `alpha + beta must exceed 1/2 somewhere for there to be a power law, got ${options.alpha[1]} + ${options.beta[1]} at most`,
    );
  const alpha = centres(options.alpha, size);
  const beta = centres(options.beta, size);
  const write = await openOutput(options);
  // the budgets are checked before any thread is started
  const windows = Array.from(corrections, decade);
  if (measured) for (const window of [flops, ...windows]) diagram({ alpha: [1], beta: [1], flops: window });
  const predicted = diagram({ alpha, beta });
  const found = measured ? await measure(alpha, beta, flops, options) : undefined;
  const beside: Diagram[] = [];
  for (const window of windows) beside.push(await measure(alpha, beta, window, options));
  const { phase, xi, eta } = found ?? predicted;
  const setting = measured
    ? `exponents of the exact frontier over f = ${brief(flops[0])} … ${brief(flops[1])}, v = 4d, γ = 0.5/Tr D, B = 1`
    : "exponents of large compute (Paquette et al. 2024)";

  await write({
    json: () => ({
      alpha,
      beta,
      phase,
      xi,
      eta,
      ...(found ? { predicted: { xi: predicted.xi, eta: predicted.eta } } : {}),
      ...(windows.length > 0
        ? { corrections: windows.map((window, k) => correction(window, beside[k]!, predicted)) }
        : {}),
      made: (found ?? predicted).made,
    }),
    columns: () => {
      const flat = (grid: readonly ArrayLike<number>[]) => grid.flatMap((row) => Array.from(row));
      return {
        alpha: flat(beta.map(() => alpha)),
        beta: flat(beta.map((b) => alpha.map(() => b))),
        phase: phase.flat().map((name) => name ?? ""),
        xi: flat(xi),
        eta: flat(eta),
        ...(found ? { predicted_xi: flat(predicted.xi), predicted_eta: flat(predicted.eta) } : {}),
        ...Object.fromEntries(
          beside.flatMap(({ xi, eta }, k) => [
            [`xi_at_${brief(corrections[k]!)}`, flat(xi)],
            [`eta_at_${brief(corrections[k]!)}`, flat(eta)],
          ]),
        ),
      };
    },
    text: () => inWords(predicted, found, setting),
    figure: async () => {
      const { diagramFigure } = await import("../figures/index.ts");
      return diagramFigure({
        setting: raised(setting),
        alpha,
        beta,
        phase,
        exponent,
        predicted: predicted[exponent],
        measured: found?.[exponent],
        corrections: beside.map((at, k) => ({
          flops: corrections[k]!,
          difference: correction(windows[k]!, at, predicted)[exponent],
        })),
      });
    },
  });
}

/** The figure has a panel for each. */
const MOST_CORRECTIONS = 3;

/** A decade around a budget. */
const decade = (f: number): [number, number] => [f / Math.sqrt(10), f * Math.sqrt(10)];

/** What measured exponents differ by from the predicted ones. */
function correction(flops: readonly [number, number], at: Diagram, predicted: Diagram) {
  const off = (name: "xi" | "eta") => at[name].map((row, i) => row.map((x, j) => x - predicted[name][i]![j]!));
  return { flops, xi: off("xi"), eta: off("eta") };
}

async function measure(
  alpha: number[],
  beta: number[],
  flops: readonly [number, number],
  options: Options,
): Promise<Diagram> {
  const rows = await rowsOnThreads<Diagram>("row", beta.length, (i) => [alpha, beta[i], flops], "measuring", options);
  return {
    alpha: Float64Array.from(alpha),
    beta: Float64Array.from(beta),
    phase: rows.flatMap((row) => row.phase),
    xi: rows.flatMap((row) => row.xi),
    eta: rows.flatMap((row) => row.eta),
    made: rows[0]!.made,
  };
}

const ORDER = ["Ia", "Ib", "Ic", "II", "III", "IVa", "IVb"];

/** One line for each phase in view: how much of the plane, and the range of its exponents. */
function inWords(predicted: Diagram, measured: Diagram | undefined, setting: string): string {
  const cells = predicted.phase.flatMap((row, i) =>
    row.map((name, j) => ({
      name,
      xi: predicted.xi[i]![j]!,
      eta: predicted.eta[i]![j]!,
      off: measured ? Math.max(...offs(i, j, predicted, measured)) : Number.NaN,
    })),
  );
  const names = ORDER.filter((name) => cells.some((cell) => cell.name === name));
  const of = (name: string) => cells.filter((cell) => cell.name === name);
  const span = (values: number[]) => {
    const [least, most] = [Math.min(...values), Math.max(...values)].map((x) => x.toFixed(3));
    return least === most ? least! : `${least} … ${most}`;
  };
  const none = cells.filter((cell) => cell.name === null).length / cells.length;
  const share = (x: number) => `${(100 * x).toFixed(0)} %`;
  return [
    bold("Phases of compute-optimal scaling"),
    `  ${setting}`,
    "",
    table([
      { title: "phase", values: names },
      { title: "of the plane", values: names.map((name) => of(name).length / cells.length), format: share },
      { title: "predicted ξ", values: names.map((name) => span(of(name).map((cell) => cell.xi))) },
      { title: "predicted η", values: names.map((name) => span(of(name).map((cell) => cell.eta))) },
      ...(measured
        ? [
            {
              title: "measured off by (median)",
              values: names.map((name) => median(of(name).map((c) => c.off))),
              format: readable,
            },
          ]
        : []),
    ]),
    ...(none > 0 ? ["", `  no power law (α + β ≤ 1/2) in ${share(none)} of the plane`] : []),
  ].join("\n");
}

function offs(i: number, j: number, predicted: Diagram, measured: Diagram): number[] {
  return (["xi", "eta"] as const).map((name) => Math.abs(measured[name][i]![j]! - predicted[name][i]![j]!));
}

function median(values: number[]): number {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  return known.length > 0 ? known[Math.floor(known.length / 2)]! : Number.NaN;
}
