// isoflop epochs --compute --plane: what helps more, samples, parameters or epochs, all over the plane of compute and samples.

import {
  type EpochsPlane,
  type EpochsPlaneOptions,
  type EpochsPlaneRow,
  epochsPlane,
  type PlaneFit,
  sourceCapacity,
} from "../index.ts";
import { brief, raised, readable, withError } from "../numbers.ts";
import { openPool, workerScript } from "../pool.ts";
import { shareOut } from "../share-out.ts";
import { interruption } from "./interrupt.ts";
import type { Common } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { bold, table } from "./table.ts";

interface Options extends Common {
  readonly a: number;
  readonly b: number;
  readonly unique: Float64Array;
  readonly noise: number;
  readonly eta?: number;
  readonly batch: number;
  readonly minN: number;
  readonly threads?: number;
}

export async function epochsPlaneOf(options: Options, compute: Float64Array): Promise<void> {
  const { a, b, unique, noise, eta, batch, minN } = options;
  const write = await openOutput(options);
  const problem = { spectrum: sourceCapacity({ a, b }), noise };
  const asked = { unique, compute, batch, minN, ...(eta === undefined ? {} : { eta }) };
  const found = await onThreads(problem, asked, options);
  const setting = [
    `a = ${a}, b = ${b}`,
    ...(noise > 0 ? [`σ² = ${noise}`] : []),
    `η = ${brief(found.eta)}, B = ${batch}, best N`,
  ].join(", ");
  const long = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row));
  await write({
    json: () => found,
    columns: () => ({
      unique: found.loss.flatMap((row, i) => [...row].map(() => unique[i]!)),
      compute: found.loss.flatMap(() => [...compute]),
      N: long(found.N),
      steps: long(found.steps),
      epochs: long(found.epochs),
      loss: long(found.loss),
      byCompute: long(found.byCompute),
      byData: long(found.byData),
      helps: found.helps.flat(),
    }),
    text: () => inWords(found, setting),
    figure: async () => {
      const { epochsPlaneFigure } = await import("../figures/index.ts");
      return epochsPlaneFigure({ ...found, boundary: found.boundary.compute, setting: raised(setting) });
    },
  });
}

/** Row by row on threads. */
async function onThreads(
  problem: Parameters<typeof epochsPlane>[0],
  options: EpochsPlaneOptions,
  { threads, quiet }: Options,
): Promise<EpochsPlane> {
  const signal = interruption();
  const pool = await openPool(workerScript("cli/diagram-thread"), threads);
  const bar = progress("samples", { quiet });
  const rows: EpochsPlaneRow[] = [];
  const work = async (i: number) => {
    rows[i] = await pool.run<EpochsPlaneRow>("epochs", [problem, options, i]);
  };
  try {
    const lanes = Array.from({ length: Math.min(pool.threads, options.unique.length) });
    const report = (done: number, of: number) => bar.update(done / of);
    await shareOut(lanes, options.unique.length, work, { signal, onProgress: report });
    return epochsPlane(problem, { ...options, rows });
  } finally {
    bar.done();
    await pool.close();
  }
}

const LINES = {
  loss: "loss over compute C, samples plenty",
  N: "best N over C, samples plenty",
  data: "loss over samples U, compute plenty",
  boundary: "C at which samples begin to help more, over U",
  epochs: "epochs there, over U",
} as const;

function inWords(found: EpochsPlane, setting: string): string {
  const kinds = ["epochs", "parameters", "samples"] as const;
  const cells = found.helps.flat();
  const share = (kind: string) => cells.filter((one) => one === kind).length / cells.length;
  const fits = (Object.keys(LINES) as (keyof typeof LINES)[]).flatMap((name) => {
    const one: PlaneFit | undefined = found.fits[name];
    return one ? [{ name: LINES[name], ...one }] : [];
  });
  return [
    bold(`What helps more, samples, parameters or epochs, at ${setting}`),
    "",
    table([
      { title: "more of", values: [...kinds] },
      { title: "of the plane", values: kinds.map(share), format: (x) => `${(100 * x).toFixed(0)} %` },
    ]),
    ...(fits.length > 0
      ? [
          "",
          table([
            { title: "exponent of", values: fits.map(({ name }) => name) },
            { title: "fitted", values: fits.map(({ fit }) => withError(fit.exponent)) },
            {
              title: "by balance",
              values: fits.map(({ predicted }) => (predicted === null ? "–" : readable(predicted, 4))),
            },
          ]),
        ]
      : []),
    "",
    `  losses to ${found.error.toExponential(0)} of themselves; samples help more where −∂ log L/∂ log U > −∂ log L/∂ log C,`,
    "  else compute does: parameters where N* ∝ C^x with x > ½, epochs where it is less",
  ].join("\n");
}
