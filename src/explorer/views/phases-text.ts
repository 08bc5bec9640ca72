// What the figures of the phase plane show, and why.

import type { CardText } from "../card.ts";

export const TEXTS: Readonly<Record<"frontier" | "components" | "spectrum" | "sgd", CardText>> = {
  frontier: {
    see: "Each thin curve is one model size d. More compute f trains it for more steps, until its own floor stops it. The red lower edge is the best loss any size reaches at f; beside it the size that does, and below both their local slopes on the way to the predicted power laws.",
    formula: "P^{*}(f) = min_{d} P(f/(B·d); d) ∝ f^{−η},   d^{*}(f) ∝ f^{ξ}",
    why: "A small model is cheap a step but has a high floor; a large one has a low floor but takes few steps. At the best size the two parts of the loss that rule here fall equally fast: that balance fixes ξ and η.",
  },
  components: {
    see: "The exact loss of one model of size d, and the four parts it is asymptotically made of. Whichever part is on top rules; on the right, how close their sum comes.",
    formula: "P ≍ F_{0} + F_{pp} + F_{ac} + K_{pp}/(γB)",
    why: "F_{pp} is the target being learned mode by mode, F_{ac} its distortion by random features, K_{pp} the noise of the gradient, F_{0} what d parameters cannot express at all.",
  },
  sgd: {
    see: "Each grey curve is a real run of SGD on fresh Gaussian data, with random features of its own; the red one their mean, the dashed one the theory, which has never seen them. On the right, how far apart the two are.",
    formula: "θ_{r+1} = θ_{r} − γ Σ_{i≤B} (⟨W^{T}x_{i}, θ_{r}⟩ − y_{i}) W^{T}x_{i}",
    why: "The theory is the limit of many parameters. At small d single runs scatter, and their mean may stand a few per cent off; both shrink as d grows.",
  },
  spectrum: {
    see: "Left, how the eigenvalues of the random-features kernel are spread; right, how much of the target lies where. Steps learn from right to left: after r steps what lies below λ ≈ 1/(γBr) is still unlearned.",
    formula: "ρ(λ) = (d/πλ) |Im S(κ(λ + i0))|",
    why: "The first modes stand apart as bands of their own; the rest merge into a bulk that ends at an edge, and with it the learning.",
  },
};
