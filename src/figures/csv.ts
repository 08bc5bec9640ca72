// The numbers behind a figure as text.

import type { Columns } from "./figure.ts";

/** CSV with a header (RFC 4180, but LF). Numbers keep every digit. */
export function toCsv(columns: Columns): string {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  const cell = (value: number | string) => {
    const text = typeof value === "number" && !Number.isFinite(value) ? nonFinite(value) : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = Array.from({ length: lists[0]?.length ?? 0 }, (_, i) => lists.map((list) => cell(list[i]!)).join(","));
  return `${[names.map(cell).join(","), ...rows].join("\n")}\n`;
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "" : value > 0 ? "inf" : "-inf";
}
