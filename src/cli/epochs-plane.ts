// isoflop epochs --compute --plane: what helps more, samples, parameters or epochs, all over the plane of compute and samples.

import { type EpochsPlane, type EpochsPlaneRow, epochsPlane, type PlaneFit, sourceCapacity } from "../index.ts";
import { raised, readable, withError } from "../numbers.ts";
import { columnsOf, type EpochsOptions, settingOf } from "./few-samples.ts";
import { openOutput } from "./output.ts";
import { rowsOnThreads } from "./plane-rows.ts";
import { bold, table } from "./table.ts";

export async function epochsPlaneOf(options: EpochsOptions, compute: Float64Array): Promise<void> {
  const { a, b, unique, noise, eta, batch, minN } = options;
  const write = await openOutput(options);
  const problem = { spectrum: sourceCapacity({ a, b }), noise };
  const asked = { unique, compute, batch, minN, ...(eta === undefined ? {} : { eta }) };
  const argumentsOf = (i: number) => [problem, asked, i];
  const rows = await rowsOnThreads<EpochsPlaneRow>("epochs", unique.length, argumentsOf, "samples", options);
  const found = epochsPlane(problem, { ...asked, rows });
  const setting = `${settingOf(options, found.eta)}, best N`;
  await write({
    json: () => found,
    columns: () => ({ ...columnsOf(found), helps: found.helps.flat() }),
    text: () => inWords(found, setting),
    figure: async () => {
      const { epochsPlaneFigure } = await import("../figures/index.ts");
      return epochsPlaneFigure({ ...found, boundary: found.boundary.compute, setting: raised(setting) });
    },
  });
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
