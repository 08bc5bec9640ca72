// Colours and type of every figure, light and dark. Categories take the Okabe–Ito colours, told apart under the common
// colour-vision deficiencies; quantities take viridis, trimmed where it would fade into the paper.

import { scale } from "@observablehq/plot";

export interface Theme {
  readonly dark: boolean;
  /** Background, text, secondary text, grid lines. */
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  /** The curve a figure is about. */
  readonly accent: string;
  /** Categories, in order. */
  readonly category: readonly string[];
  /** A quantity in [0, 1] as a colour. */
  readonly sequential: (t: number) => string;
  /** A signed quantity in [−1, 1] as a colour, paper-like at 0. */
  readonly diverging: (t: number) => string;
}

/** Colours of a quantity between two ends, evenly in its logarithm. */
export const shades =
  ([low, high]: readonly [number, number]) =>
  (theme: Theme) =>
  (x: number): string =>
    theme.sequential(high > low ? Math.log(x / low) / Math.log(high / low) : 0.4);

/** DejaVu Sans where it is present (it always is for PNG); Verdana has nearly its widths. */
export const FONT = '"DejaVu Sans", Verdana, "Segoe UI", system-ui, sans-serif';

/** Colours on white. */
export const light: Theme = {
  dark: false,
  paper: "#ffffff",
  ink: "#1b1f24",
  muted: "#5b6470",
  grid: "#e4e7eb",
  accent: "#d1264a",
  category: ["#0072b2", "#d55e00", "#009e73", "#b65f98", "#b58900", "#56b4e9", "#5b6470"],
  sequential: viridis(0.02, 0.88),
  diverging: between("#2166ac", "#f5f5f5", "#b2182b"),
};

/** Colours on black. */
export const dark: Theme = {
  dark: true,
  paper: "#14171c",
  ink: "#e8ebef",
  muted: "#a3acb8",
  grid: "#2b3038",
  accent: "#ff7a8f",
  category: ["#56b4e9", "#ee8a45", "#2fc79b", "#dd8fc0", "#f0c64a", "#8fb4ff", "#a3acb8"],
  sequential: viridis(0.22, 1),
  diverging: between("#5aa5e8", "#23272e", "#f0837a"),
};

/** Colours in [−1, 1] from `low` through `middle` to `high`, mixed linearly. */
function between(low: string, middle: string, high: string): (t: number) => string {
  const channels = (color: string) => [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
  return (t) => {
    const [from, to, part] = [channels(middle), channels(t < 0 ? low : high), Math.min(Math.abs(t), 1)];
    return `#${from
      .map((c, i) =>
        Math.round(c + (to[i]! - c) * part)
          .toString(16)
          .padStart(2, "0"),
      )
      .join("")}`;
  };
}

function viridis(from: number, to: number): (t: number) => string {
  const color = scale({ color: { type: "linear", scheme: "viridis", domain: [0, 1] } })!;
  return (t) => color.apply(from + Math.min(Math.max(t, 0), 1) * (to - from));
}

/** A colour for each of n ordered curves. */
export function fan(theme: Theme, n: number): string[] {
  return Array.from({ length: n }, (_, i) => theme.sequential(n > 1 ? i / (n - 1) : 0.4));
}
