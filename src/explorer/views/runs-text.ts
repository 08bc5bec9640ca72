// What the figures of a reader's runs show, and why.

import type { CardText } from "../card.ts";

export const TEXTS: Readonly<Record<"fit" | "design", CardText>> = {
  fit: {
    see: "Each dot is a run. The curves through them are the fitted law at fixed budgets; the best size and data for each budget are their lowest points. Bands and brackets hold 95 % of the bootstrap. Where several approaches fit, how far they agree is how far to trust them.",
    formula: "L(N, D) = E + A/N^{α} + B/D^{β},   N^{*} ∝ C^{β/(α+β)}",
    why: "Runs that lie along one line, with D in proportion to N, cannot tell α from β: then only the loss along that line is known, and it is said so. The last panel shows where in the phase plane of the solvable model exponents like these are found.",
  },
  design: {
    see: "The runs there are, those to be made next for what may be spent, in red, and the run of the budget, whose loss they are to foretell. The subtitle says how well it is known now, and would be then.",
    formula: "next runs = argmin over runs of C ≤ spent:  Var[log L(N, D) at the budget]",
    why: "A run teaches where the laws that fit so far disagree, or where their parameters are loose: a small one far from the others may be worth more than a large one beside them. What no law is loose in, no run makes better known.",
  },
};
