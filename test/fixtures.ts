// Golden values: CSV files of numbers under test/fixtures, lines that start with # left out.
import { readFileSync } from "node:fs";

export function readFixture(name: string): Record<string, number>[] {
  return readTable(name).map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, cell === "inf" ? Infinity : Number(cell)])),
  );
}

/** The same with every cell as it is written. */
export function readTable(name: string): Record<string, string>[] {
  const text = readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
  const [header, ...rows] = text
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header![i]!, cell])));
}

/** Rows in groups with equal values of the given columns, in order. */
export function groupBy<T extends Record<string, unknown>>(rows: T[], columns: (keyof T)[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = columns.map((column) => row[column]).join(",");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
