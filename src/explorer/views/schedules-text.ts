// What the figures of schedules show, and why.

import type { CardText } from "../card.ts";

export const TEXTS: Readonly<Record<"losses" | "parts" | "optimizers", CardText>> = {
  losses: {
    see: "Red is the schedule you draw. Left, how the excess loss falls over the training; right, the same over linear time, so that the end can be seen: against the constant step, or with the label noise σ^{2} where there is some.",
    formula: "P(T) ≈ F(τ_{T}) + ∫ γ 𝒦(τ_{T}−τ) (P+σ^{2}) dτ,   τ = Σ γ_{r}B",
    why: "Large steps learn more a step but shake harder. The sum of the steps decides what is learned; when they are large decides how much of their noise is still there at the end. P is the excess loss; fresh noisy samples would show P + σ^{2}.",
  },
  parts: {
    see: "The excess loss at the end, cut into what the model of size d can never express, what is not yet learned, and the noise left by the first and by the second half of the training.",
    formula: "P(T) = F_{0} + (F − F_{0}) + noise_{early} + noise_{late}",
    why: "A decay at the end removes late noise, a warm-up early noise. No schedule removes the floor; and what is not yet learned depends on the sum of all steps alone, so every decay and every warm-up costs a little of it. The optimal schedule, found for SGD to leading order, is the best balance: γ ∝ P^{−½} at first, (T−r)^{4α−1} at last.",
  },
  optimizers: {
    see: "One drawing, three optimisers: SGD, the heavy ball with the momentum of the slider, and sign SGD, which is Adam without memory. Left the excess loss, right the same as a multiple of SGD's.",
    formula: "θ ← θ − γG,   y ← μy + G, θ ← θ − γy,   θ ← θ − η sign(G)",
    why: "The heavy ball goes 1/(1−μ) times as far a step: it learns sooner, and shakes more in the end. Sign SGD moves every parameter by the same η, here such that its first step goes as far as SGD's: its speed does not fall with the gradient, nor does its noise, so that it gains most from a decay to zero.",
  },
};
