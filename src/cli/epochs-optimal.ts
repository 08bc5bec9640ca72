// isoflop epochs --compute: the best N, steps and epochs at each budget, with so many distinct samples.

import { sourceCapacity, uniqueOptimal } from "../index.ts";
import { brief, scripted } from "../numbers.ts";
import { columnsOf, type EpochsOptions, settingOf } from "./few-samples.ts";
import { interruption } from "./interrupt.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { bold, table } from "./table.ts";

export async function optimum(options: EpochsOptions, budgets: Float64Array): Promise<void> {
  const { a, b, unique, noise, eta, batch, minN } = options;
  const write = await openOutput(options);
  const bar = progress("samples", options);
  const found = uniqueOptimal(
    { spectrum: sourceCapacity({ a, b }), noise },
    {
      ...{ unique, batch, minN, compute: budgets },
      ...(eta === undefined ? {} : { eta }),
      signal: interruption(),
      onProgress: (done, of) => bar.update(done / of),
    },
  );
  bar.done();
  const setting = settingOf(options, found.eta);
  const columns = columnsOf(found);
  await write({
    json: () => found,
    columns: () => columns,
    text: () =>
      [
        bold(`Best use of compute C = N·B·t with few samples at ${setting}`),
        "",
        table([
          { title: "distinct U", values: columns.unique, format: brief },
          { title: "compute C", values: columns.compute, format: brief },
          { title: "best N", values: columns.N, digits: 3 },
          { title: "steps", values: columns.steps, digits: 3 },
          { title: "epochs", values: columns.epochs, digits: 3 },
          { title: "loss", values: columns.loss, digits: 4 },
          { title: "−∂/∂ log C", values: columns.byCompute, digits: 3 },
          { title: "−∂/∂ log U", values: columns.byData, digits: 3 },
        ]),
        "",
        "  the last two: how fast log(L − σ²) falls with more compute, and with more samples",
      ].join("\n"),
    figure: async () => {
      const { curvesFigure } = await import("../figures/index.ts");
      const panel = (label: string, rows: readonly Float64Array[]) => ({
        x: { label: "compute C = N·B·t", log: true },
        y: { label, log: true },
        series: rows.map((y, i) => ({
          ...{ label: `U = ${scripted(unique[i]!)}`, x: budgets, y },
          shade: rows.length > 1 ? i / (rows.length - 1) : 0.5,
        })),
      });
      return curvesFigure({
        id: "unique",
        title: "The best use of compute with few samples",
        setting: setting.replace("σ²", "σ^{2}"),
        caption:
          "The least test loss at each budget and the epochs that reach it, for several numbers of distinct samples.",
        panels: [panel("best test loss", found.loss), panel("epochs", found.epochs)],
      });
    },
  });
}
