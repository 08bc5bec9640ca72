// isoflop frontier: the compute-optimal size and loss at each budget, and their exponents, fitted beside predicted.

import { type Command, Option } from "commander";
import { FRONTIER_METHODS, type Frontier, type FrontierMethod, frontier, logspace, loss, plrf, sgd } from "../index.ts";
import { log10, pow } from "../math/elementary.ts";
import { brief, fixed, raised, readable, signed, withError } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { stepInWords } from "./labels.ts";
import {
  type Common,
  number,
  range,
  type SpectrumValues,
  type StepValues,
  whole,
  withCommon,
  withSpectrum,
  withStep,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { columns, type Quantity, rowsOf } from "./quantities.ts";
import { spectrumOf } from "./spectrum-file.ts";
import { bold, table } from "./table.ts";
import { optimizerOf, type TrainingValues, trainingInWords, withTraining } from "./training.ts";

interface Options extends SpectrumValues, StepValues, TrainingValues, Common {
  readonly tuned?: boolean;
  readonly flops: [number, number];
  readonly points: number;
  readonly method: FrontierMethod;
  readonly dataRatio?: number;
}

export function define(command: Command): void {
  withCommon(
    withTraining(
      withStep(
        withSpectrum(command)
          .requiredOption("--flops <lo:hi>", "budgets f = B·d·r, as 1e8:1e20", range)
          .option("--points <n>", "budgets, evenly spaced in the logarithm", whole, 25)
          .addOption(new Option("--method <name>", "how it is found").choices(FRONTIER_METHODS).default("exact"))
          .option("--data-ratio <v/d>", "data modes a parameter; default 4", number),
      ),
      { horizon: false },
    ).option("--tuned", "lower γ at each size and budget to its best multiple"),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { flops, points, method, gamma, stepFraction, batch, dataRatio, quiet, noise, tuned = false } = options;
  const { spectrum, words } = await spectrumOf(options);
  const known = spectrum.kind === "power-law";
  if (!known && dataRatio !== undefined)
    throw new Usage("--data-ratio is for power laws: a measured spectrum has the modes that were measured");
  const ratio = dataRatio ?? 4;
  const step = {
    batch,
    ...(gamma === undefined ? {} : { gamma }),
    ...(stepFraction === undefined ? {} : { stepFraction }),
  };
  const write = await openOutput(options);
  const bar = progress("frontier", { quiet });
  const optimizer = optimizerOf(options);
  const untuned =
    optimizer?.kind === "sign" && !tuned
      ? "the noise of sign SGD at one η ends every long run alike: --tuned lowers η as budgets grow"
      : undefined;
  const plain = optimizer === undefined && noise === 0 && !tuned;
  const training = { noise, tuned, ...(optimizer === undefined ? {} : { optimizer }) };
  const front = frontier({
    spectrum,
    flops,
    points,
    method,
    dataRatio: ratio,
    ...step,
    ...training,
    onProgress: bar.update,
  });
  bar.done();
  const setting =
    `${words}, v = ${spectrum.kind === "measured" ? spectrum.eigenvalues.length : `${brief(ratio)}d`}, ${stepInWords(options)}, B = ${batch}` +
    `${trainingInWords(options)}${tuned ? ", γ tuned" : ""}`;

  await write({
    json: () => ({ ...front, drift: { xi: drift(front, "xi"), eta: drift(front, "eta") } }),
    columns: () => columns(quantitiesOf(front, tuned)),
    text: () => inWords(front, setting, { plain, tuned, untuned }),
    figure: async () => {
      const { frontierFigure } = await import("../figures/index.ts");
      const { d, predicted } = front;
      const sizes = logspace(Math.min(...d), Math.max(...d), 12);
      const expected = predicted !== null && !Number.isNaN(predicted.xi);
      const curves = Array.from(sizes, (size) => {
        const model = plrf({ spectrum, d: size, ...(known ? { v: ratio * size } : {}), noise, ...step });
        const most = Math.min(flops[1] / (batch * size), Number.MAX_SAFE_INTEGER);
        const least = Math.max(flops[0] / (batch * size), 1);
        const steps = Float64Array.from(
          new Set(logspace(least, Math.max(most, 2 * least), plain ? 90 : 16).map(Math.round)),
        );
        if (plain) return { d: size, ...loss(model, { steps }) };
        // every point is the end of a run of its own
        const ends = steps.map((T) => loss(model, { steps: [T], optimizer: optimizer ?? sgd(), horizon: T }).loss[0]!);
        return { d: size, flops: steps.map((T) => batch * size * T), loss: ends };
      });
      return frontierFigure({ setting: raised(setting), ...front, predicted: expected ? predicted : null, curves });
    },
  });
  if (!front.stats.converged)
    throw new Failure(
      front.stats.atEdge > 0
        ? `at ${front.stats.atEdge} of ${front.flops.length} budgets the best size is the smallest or largest allowed: ${plain || tuned ? "" : "tune the step, by --tuned, or "}${known ? "raise --flops" : "try other --flops, or measure more modes"}`
        : Number.isNaN(front.fit.xi.value)
          ? "d* jumps so often that no stretch between jumps holds three budgets to fit: give more --points"
          : "some losses are not finite: try another --method",
    );
}

const quantitiesOf = ({ flops, d, steps, loss, multiple, slopes }: Frontier, tuned: boolean): Quantity[] => [
  { name: "flops", title: "compute f", values: flops, format: (f) => brief(+f.toPrecision(4)) },
  { name: "d", title: "best size d*", values: d },
  { name: "steps", title: "steps r", values: steps },
  { name: "loss", title: "best loss P*", values: loss },
  ...(tuned ? [{ name: "multiple", title: "multiple of γ", values: multiple }] : []),
  { name: "xi", title: "local ξ", values: slopes.xi, format: fixed },
  { name: "eta", title: "local η", values: slopes.eta, format: fixed },
];

function inWords(
  front: Frontier,
  setting: string,
  { plain, tuned, untuned }: { readonly plain: boolean; readonly tuned: boolean; readonly untuned: string | undefined },
): string {
  const { predicted, fit, slopes, flops } = front;
  const { refused } = front.stats;
  const last = flops.length - 1;
  const known = plain ? (predicted?.phase ?? null) : null;
  const names = ["xi", "eta"] as const;
  return [
    bold(`Compute-optimal frontier at ${setting}`),
    "",
    ...(known
      ? [
          `  Phase ${known}${predicted!.boundary ? `, on the boundary ${predicted!.boundary}` : ""}: ` +
            `the best size balances ${predicted!.tradeoff!.join(" and ")}`,
          "",
        ]
      : []),
    table([
      { title: "exponent", values: ["d* ∝ f^ξ     ξ", "P* ∝ f^−η    η"] },
      { title: "predicted", values: names.map((name) => predicted?.[name] ?? Number.NaN), format: fixed },
      { title: "fitted", values: names.map((name) => `${withError(fit[name])}`) },
      {
        title: "off by",
        values: names.map((name) => fit[name].value - (predicted?.[name] ?? Number.NaN)),
        format: (x) => signed(x, 4),
      },
      { title: `slope at ${brief(flops[last]!)}`, values: names.map((name) => slopes[name][last]!), format: fixed },
      { title: "its drift a decade", values: names.map((name) => drift(front, name)), format: (x) => signed(x, 5) },
    ]),
    "",
    ...(front.jumps.length > 0
      ? [
          ...front.jumps.map(
            (i) =>
              `  d* jumps from ${readable(front.d[i - 1]!)} to ${readable(front.d[i]!)} between f = ${readable(flops[i - 1]!)} and ${readable(flops[i]!)}: another minimum becomes the deepest`,
          ),
          `  fitted over f = ${front.fitRange.map((f) => readable(f)).join(" … ")}, the longest stretch without a jump`,
          "",
        ]
      : []),
    ...(refused
      ? [
          `  ${refused.count} losses asked for, of sizes d = ${readable(refused.sizes[0])} … ${readable(refused.sizes[1])}, were refused: ${refused.reason}`,
          "",
        ]
      : []),
    ...[...front.stats.warnings, ...(untuned ? [untuned] : [])].flatMap((warning) => [`  ${warning}`, ""]),
    rowsOf(quantitiesOf(front, tuned), 13),
  ].join("\n");
}

/** How much a local slope still changes in a decade of compute, over the last half of the range that is fitted; NaN for fewer than three. */
function drift({ flops, slopes, fitRange }: Frontier, which: "xi" | "eta"): number {
  const [first, last] = fitRange.map((f) => flops.indexOf(f)) as [number, number];
  const from = first + Math.floor((last + 1 - first) / 2);
  if (last + 1 - from < 3) return Number.NaN;
  const x = flops.slice(from, last + 1).map(log10);
  const y = slopes[which].slice(from, last + 1);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const [xx, xy] = x.reduce(([a, b], value, i) => [a! + pow(value - mx, 2), b! + (value - mx) * (y[i]! - my)], [0, 0]);
  return xy! / xx!;
}
