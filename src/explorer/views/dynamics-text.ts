// What the figures of the dynamical model show, and why.

import type { CardText } from "../card.ts";
import type { DynamicsKind } from "../work/dynamics-setting.ts";

export const TEXTS: Readonly<Record<DynamicsKind, CardText>> = {
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
  transfer: {
    see: "How much of the strongest mode, and of the tenth, is not learned yet, for several numbers of samples. A mode falls until what width and data can hold of it is learned; the rest of it stays.",
    formula: "H_{k}(t) = (1/2πi) ∮ p_{t}(−z) κ/(z (κ + λ_{k})) dz",
    why: "Without bottlenecks each mode decays by itself, the dashed curve. A finite student and finite data let through a mode only where λ_{k} is well above κ, and slow down those near it. The target does not enter: a leaves this figure as it is.",
  },
  epochs: {
    see: "Left, the test loss over samples drawn: dashed from fresh ones in one pass, in colour from P distinct ones again and again. Where a curve leaves the dashed one its samples are used up. Right, what e epochs are worth: so many fresh samples, in units of P, would do the same.",
    formula: "L(e·P drawn from P) = L(E·P fresh),   E ≤ e",
    why: "The first few epochs are nearly as good as fresh data; then the worth levels off. Where the samples are fitted too well, with few features to spare or under label noise, more epochs even harm, and the worth falls again.",
  },
  approach: {
    see: "How far the loss still is from that of an infinite student (left) and of infinite data (right). Early in training the distance falls as one over the size; at the end, in red, by another power.",
    formula: "L(N) − L(∞) ∝ 1/N early,   ∝ N^{−c} late",
    why: "Early on a finite size only adds noise around the same mean, of variance 1/N or 1/P. Later modes beyond what the size can hold are missing altogether: how many there are is what the spectrum says.",
  },
  optimal: {
    see: "Left, each thin curve is one width trained longer and longer; their lower edge is the best that a budget buys, for one student and for several averaged at the same cost. Right, the width and the time that reach it.",
    formula: "L^{*}(C) = min_{N} L(N, t = C/(E·N))",
    why: "Too wide a student stops before it has learned; too narrow a one has long learned what it can. In between both losses fall together. Where data are short as well, the curve ends on their plateau and no compute helps.",
  },
};
