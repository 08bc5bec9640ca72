// The numbers behind a figure as text.

import type { Columns } from "./figure.ts";

/** What a spreadsheet would run as a formula, where it is no number. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * CSV with a header (RFC 4180, but LF). Numbers keep every digit. A text that a spreadsheet would run as a formula gets an
 * apostrophe in front.
 */
export function toCsv(columns: Columns): string {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  const cell = (value: number | string) => {
    const text = typeof value === "number" ? (Number.isFinite(value) ? String(value) : nonFinite(value)) : inert(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = Array.from({ length: lists[0]?.length ?? 0 }, (_, i) => lists.map((list) => cell(list[i]!)).join(","));
  return `${[names.map(cell).join(","), ...rows].join("\n")}\n`;
}

const inert = (text: string): string => (FORMULA.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "" : value > 0 ? "inf" : "-inf";
}
