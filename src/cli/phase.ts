// isoflop phase: where a point lies in the plane of phases and what follows from it.

import type { Command } from "commander";
import { phase } from "../index.ts";
import { brief } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { pointInWords } from "./labels.ts";
import { type Common, type PowerLawValues, withCommon, withPowerLaw } from "./options.ts";
import { openOutput } from "./output.ts";
import { bold } from "./table.ts";

export function define(command: Command): void {
  withCommon(withPowerLaw(command), { figures: false }).action(run);
}

async function run(options: PowerLawValues & Common): Promise<void> {
  const { alpha, beta } = options;
  const found = phase({ alpha, beta });
  if (found.phase === null) throw new Usage(noPowerLaw(options));
  const write = await openOutput(options, false);
  const { phase: name, xi, eta, boundary } = found;
  const tradeoff = found.tradeoff!;
  await write({
    json: () => ({ alpha, beta, ...found }),
    columns: () => ({
      alpha: [alpha],
      beta: [beta],
      phase: [name!],
      xi: [xi],
      eta: [eta],
      tradeoff: [tradeoff.join(" = ")],
      boundary: [boundary ?? ""],
    }),
    text: () =>
      [
        `${bold(`Phase ${name}`)} at ${pointInWords(options)}${boundary ? `, on the boundary ${boundary}` : ""}`,
        "",
        `  best size   d* ∝ f^ξ    ξ = ${exponent(xi)}`,
        `  best loss   P* ∝ f^−η   η = ${exponent(eta)}`,
        `  where       ${tradeoff.join(" = ")}`,
      ].join("\n"),
  });
}

const exponent = (x: number): string => (Number.isNaN(x) ? "not one value: it jumps across this boundary" : brief(x));

/** What to say where the loss has no power law. */
export function noPowerLaw({ alpha, beta }: PowerLawValues): string {
  return `alpha + beta must be greater than 1/2 for the loss to follow a power law, got ${alpha} + ${beta} = ${+(alpha + beta).toPrecision(6)}`;
}
