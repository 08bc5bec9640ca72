// Tables and numbers for a terminal.

export interface Column {
  readonly title: string;
  readonly values: ArrayLike<number | string>;
  /** Default: `readable`. */
  readonly format?: (value: number) => string;
}

/** A number in `digits` digits: 0.6429, 1234, 1.234e-5. */
export function readable(x: number, digits = 4): string {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) {
    const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return x.toFixed(Math.min(places, digits));
  }
  return x.toExponential(digits - 1).replace("e+", "e");
}

/** Value ± standard error, to the error's two digits. */
export function withError({ value, stderr }: { readonly value: number; readonly stderr: number }): string {
  const places = stderr > 0 && stderr < 1 ? Math.min(8, 1 - Math.floor(Math.log10(stderr))) : 4;
  return `${value.toFixed(places)} ± ${stderr.toFixed(places)}`;
}

/** Columns set side by side, numbers to the right, words to the left. */
export function table(columns: readonly Column[]): string {
  const cells = columns.map(({ title, values, format = readable }) => [
    title,
    ...Array.from(values, (value) => (typeof value === "number" ? format(value) : value)),
  ]);
  const widths = cells.map((column) => Math.max(...column.map(widthOf)));
  const rows = Array.from({ length: Math.max(...cells.map((c) => c.length)) }, (_, row) =>
    cells
      .map((column, i) => {
        const cell = column[row] ?? "";
        const space = " ".repeat(widths[i]! - widthOf(cell));
        return typeof columns[i]!.values[0] === "string" ? cell + space : space + cell;
      })
      .join("   ")
      .trimEnd(),
  );
  return rows.map((row, i) => `  ${i === 0 ? dim(row) : row}`).join("\n");
}

/** Characters that take a place: combining marks take none. */
function widthOf(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}

const styled = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
export const bold = (text: string): string => (styled ? `\x1b[1m${text}\x1b[22m` : text);
export const dim = (text: string): string => (styled ? `\x1b[2m${text}\x1b[22m` : text);
