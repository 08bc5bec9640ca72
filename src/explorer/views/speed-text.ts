// What the figure of speeds shows, and how it is measured.

import type { CardText } from "../card.ts";

export const TEXTS: Readonly<Record<"speed", CardText>> = {
  speed: {
    see: "Each line is one kernel: what the page computes its curves, densities and runs of SGD with. A dot tells how many times as long a build takes as the one with 128-bit vectors, which the page uses. In the table, brackets hold the error of each build's own result, relative to its largest value, against kernels that are written to be read. Where the error of JavaScript is 0 it is those kernels: the others are written for speed.",
    formula: "ratio = median over rounds of  t_{build} / t_{SIMD}",
    why: "In every round all builds of a kernel take turns, so that a machine that slows down slows down all of them. A browser's clock may tick only every tenth of a millisecond, or every millisecond: each turn is many runs between two readings, and the share that one tick could falsify is told above the table. Other tabs and a battery change times more than ratios.",
  },
};
