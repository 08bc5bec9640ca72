// What compare and predict share: FILE, the laws to be taken, and the columns of a run that both need.

import { type Command, InvalidArgumentError } from "commander";
import { LAWS, lawNamed, type ScalingLaw } from "../fitting/laws/index.ts";
import { refused } from "./options.ts";
import { type RunsSource, withSource } from "./runs.ts";

export interface ForecastingValues extends RunsSource {
  readonly laws: readonly ScalingLaw[];
}

export function withLaws(command: Command): Command {
  return withSource(command).option(
    "--laws <names>",
    `of ${LAWS.map(({ name }) => name).join(", ")}; default all`,
    laws,
    LAWS,
  );
}

function laws(text: string): ScalingLaw[] {
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size < names.length) throw new InvalidArgumentError(`a law is named twice in "${text}".`);
  return refused(() => names.map(lawNamed));
}
