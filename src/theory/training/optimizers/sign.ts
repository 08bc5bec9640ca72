// Sign SGD (docs/theory.md, §12), Adam without memory: θ ← θ − η_r sign(G), G the mean gradient of a batch; with momentum μ the sign
// is that of its exponential average (signum), y ← μ y + (1−μ) G,  θ ← θ − η_r sign(y).

import { brief } from "../../../numbers.ts";
import { type Common, type CommonOptions, common, type Definition, momentumOf } from "./definition.ts";

export interface SignSgd extends Common {
  readonly kind: "sign";
  /** μ in [0, 1) of the average whose sign is taken. Default 0: the gradient's own. Theory takes none. */
  readonly momentum?: number;
}

type Options = {
  /** η, by which every parameter moves: the same as `eta`. */
  readonly step?: number;
  readonly momentum?: number;
} & CommonOptions;

/**
 * Sign SGD: every parameter moves by η. Without a step, η is the one whose first step goes as far as SGD's at γ on average:
 * η = (π/2) √((P(0)+σ²) Tr D/d) γ, with γ given as `gamma` or the model's.
 */
export const signSgd = ({ step, momentum, ...rest }: Options = {}): SignSgd => ({
  kind: "sign",
  ...common(step === undefined ? rest : { ...rest, eta: step }),
  ...(momentum ? { momentum: momentumOf(momentum) } : {}),
});

export const signDefinition: Definition<SignSgd> = {
  kind: "sign",
  steps: {
    gamma: (_, eta) => eta,
    words: ({ momentum = 0 }) => (momentum > 0 ? `sign SGD μ = ${momentum}` : "sign SGD"),
    recursion: "sign",
    dear: true,
    memory: ({ momentum = 0 }) => momentum > 0,
    // η takes the place of γ
    coefficients({ eta, momentum = 0 }, { d, trace, P0, noise }) {
      const unit = eta === undefined ? (Math.PI / 2) * Math.sqrt(((P0 + noise) * trace) / d) : 1;
      return (_, step) =>
        momentum > 0
          ? { gamma1: 1 - momentum, gamma2: 0, gamma3: unit * step, delta: 1 - momentum }
          : { gamma1: 0, gamma2: unit * step, gamma3: 0, delta: 1 };
    },
    usage: "sign or sign:μ",
    parse: (rest, options) => signSgd({ ...(rest === "" ? {} : { momentum: Number(rest) }), ...options }),
    choices: [{ name: "sign", label: "sign SGD", free: [], make: ({ momentum: _, ...rest }) => signSgd(rest) }],
    warnings: (_, __, d) =>
      d < LARGE
        ? [`the theory of sign SGD is for large d: at d = ${brief(+d.toPrecision(4))} it may be off by tens of percent`]
        : [],
  },
};

/** Rows of fewer features than this are too few for the equivalent. */
const LARGE = 20;
