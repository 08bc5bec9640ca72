// isoflop bridge: from measured exponents, or a measured kernel spectrum, to the solvable model: (α, β), phase, forecast.

import type { Command } from "commander";
import { type Bridge, bridge, bridgeSpectrum, type Forecast, forecast, type Marginal } from "../index.ts";
import { brief, readable } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { refusing, TABLE_FILE } from "./open-table.ts";
import { type Common, number, range, whole, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { readSpectrum } from "./spectrum-file.ts";
import { bold, table } from "./table.ts";

interface Options extends Common {
  readonly xi?: number;
  readonly xiError?: number;
  readonly eta?: number;
  readonly etaError?: number;
  readonly finiteSize?: number;
  readonly ranks?: [number, number];
  readonly most?: number;
  readonly seed?: number;
}

export function define(command: Command): void {
  withCommon(
    command
      .argument("[file]", `a kernel spectrum: columns eigenvalue and energy; ${TABLE_FILE}`)
      .option("--xi <ξ>", "measured exponent of the best size, d* ∝ f^ξ", number)
      .option("--xi-error <sd>", "its standard error", number)
      .option("--eta <η>", "measured exponent of the best loss, P* ∝ f^−η", number)
      .option("--eta-error <sd>", "its standard error", number)
      .option("--finite-size <sd>", "added to both errors for the distance to f → ∞; default 0.01", number)
      .option("--ranks <lo:hi>", "ranks of the spectrum that follow a power law; default 10 to a third of it", range)
      .option("--most <x>", "prior: α and β up to this; default 2", number)
      .option("--seed <n>", "seed of the resamples of a spectrum", whole),
  ).action(run);
}

async function run(file: string | undefined, options: Options): Promise<void> {
  const write = await openOutput(options);
  const most = options.most === undefined ? {} : { most: options.most };
  const found = file === undefined ? fromExponents(options, most) : await fromSpectrum(file, options, most);
  // as factors: one unit of compute, size and reducible loss at the start
  const ahead = forecast(found, { flops: 1, N: 1, loss: 1, E: 0 });
  const [from, data] = file === undefined ? ["exponents", {}] : ["spectrum", { ranks: options.ranks }];
  await write({
    json: () => ({ from, ...data, ...found, region: undefined, forecast: ahead }),
    columns: () => {
      const rows = (["alpha", "beta", "sum", "xi", "eta"] as const).map((name) => [name, found[name]] as const);
      return {
        quantity: rows.map(([name]) => name),
        low: rows.map(([, m]) => m.low),
        median: rows.map(([, m]) => m.median),
        high: rows.map(([, m]) => m.high),
      };
    },
    text: () =>
      [
        ...bridgeInWords(found),
        "",
        "  From any point of the frontier on, as factors of its compute, best size and reducible loss:",
        forecastTable(ahead),
      ].join("\n"),
    figure: async () => (await import("../figures/index.ts")).bridgeFigure(found),
  });
}

function fromExponents(options: Options, most: { most?: number }): Bridge {
  const { xi, eta, xiError, etaError } = options;
  if (xi === undefined || eta === undefined || xiError === undefined || etaError === undefined)
    throw new Usage("give a spectrum FILE, or --xi, --xi-error, --eta and --eta-error");
  return bridge(
    {
      mean: [xi, eta],
      covariance: [
        [xiError * xiError, 0],
        [0, etaError * etaError],
      ],
    },
    { ...most, ...(options.finiteSize !== undefined && { finiteSize: options.finiteSize }) },
  );
}

async function fromSpectrum(file: string, options: Options, most: { most?: number }): Promise<Bridge> {
  const spectrum = await readSpectrum(file);
  return refusing(file, () =>
    bridgeSpectrum(spectrum, {
      ...most,
      ...(options.ranks && { ranks: options.ranks }),
      ...(options.seed !== undefined && { seed: options.seed }),
    }),
  );
}

/** The phase with its probability, what is known of (α, β), and what is not. */
export function bridgeInWords(found: Bridge): string[] {
  const phases = Object.entries(found.phases).filter(([, p]) => p >= 0.01);
  phases.sort((p, q) => q[1] - p[1]);
  const told = ({ low, high, identified }: Marginal) =>
    `${readable(low, 3)} … ${readable(high, 3)}${identified ? "" : " (the prior's end)"}`;
  return [
    `${bold("In the solvable model")}: phase ${phases.map(([phase, p]) => `${phase} (${Math.round(100 * p)} %)`).join(", ")}; ` +
      `data complexity α ${told(found.alpha)}, target complexity β ${told(found.beta)}, α + β ${told(found.sum)}`,
    ...found.notes.map((note) => `note: ${note}`),
  ];
}

/** What follows at the next decades. */
export function forecastTable({ flops, N, loss }: Forecast): string {
  const rows = Array.from(flops.keys()).filter((i) => i % 2 === 0 && i > 0);
  const between = (values: readonly Float64Array[]) =>
    rows.map((i) => `${readable(values[0]![i]!, 3)} … ${readable(values[2]![i]!, 3)}`);
  return table([
    { title: "it foretells, at compute", values: rows.map((i) => flops[i]!), format: (x) => brief(x, 3) },
    { title: "best size", values: between(N) },
    { title: "loss", values: between(loss) },
  ]);
}
