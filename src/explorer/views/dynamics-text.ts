// What the figures of the dynamical model show, and why.

import type { CardText } from "../card.ts";

export const TEXTS: Readonly<Record<"losses" | "parts", CardText>> = {
  losses: {
    see: "Each colour is one size of the student (or of its data). The test loss falls as a power of time until width or data run out; then it stays on a plateau, or turns up again where the samples are fitted too well. The dashed train loss goes on falling, and the gap opens.",
    formula: "L(t) = (1/2πi)^{2} ∮∮ p_{t}(−z) p_{t}(−z′) C(z, z′) dz dz′",
    why: "Samples used again and again are no longer fresh: the gap grows as 1/P. The grey curve has neither limit: only time is short there, and the power of t is (a − 1)/b.",
  },
  parts: {
    see: "Left, the test loss split into its squared bias and the variances over features, data and both. Right, the loss of the average of E students, all on the same samples, on its way down to what all of them get wrong alike.",
    formula: "L = bias^{2} + V_{features} + V_{data} + V_{both} + σ^{2}",
    why: "Averaging removes the variance that the students' own features make, never the bias: more students help where features rule, wider students help everywhere.",
  },
};
