// A measured spectrum from a CSV file: one mode a row, columns eigenvalue and energy (the target's), in any order of rows.

import { readFileSync } from "node:fs";
import { type Measured, measured } from "../index.ts";
import { MissingPackage, Usage } from "./errors.ts";

const NAMES = {
  eigenvalue: ["eigenvalue", "lambda", "λ"],
  energy: ["energy", "target_energy", "c"],
} as const;

/** @throws Usage with the row that is wrong */
export async function readSpectrum(file: string): Promise<Measured> {
  const { default: papa } = await import("papaparse").catch((error: unknown) => {
    throw new MissingPackage("reading a CSV file", "papaparse", error);
  });
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Usage(`cannot read ${file}: give a CSV file with the columns eigenvalue and energy`);
  }
  const { data, meta } = papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ""), {
    header: true,
    skipEmptyLines: "greedy",
    transformHeader: (name) => name.trim().toLowerCase(),
  });
  const column = (names: readonly string[]): string => {
    const found = meta.fields?.find((field) => names.includes(field));
    if (found === undefined)
      throw new Usage(
        `${file} needs a column "${names[0]}" (or ${names.slice(1).join(", ")}), got ${meta.fields?.join(", ")}`,
      );
    return found;
  };
  const columns = { eigenvalue: column(NAMES.eigenvalue), energy: column(NAMES.energy) };
  if (data.length === 0) throw new Usage(`${file} has no rows below its header`);
  const read = (row: Record<string, string>, i: number, name: keyof typeof columns): number => {
    const cell = (row[columns[name]] ?? "").trim();
    const value = cell === "" ? Number.NaN : Number(cell);
    const wanted = name === "eigenvalue" ? "greater than 0" : "at least 0";
    if (!Number.isFinite(value) || value < 0 || (name === "eigenvalue" && value === 0))
      throw new Usage(
        `${file}, row ${i + 2}: ${name} must be a number ${wanted}, got ${cell === "" ? "nothing" : cell}`,
      );
    return value;
  };
  return measured({
    eigenvalues: data.map((row, i) => read(row, i, "eigenvalue")),
    energies: data.map((row, i) => read(row, i, "energy")),
  });
}
