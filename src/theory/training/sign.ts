// Sign SGD and what solves it (docs/theory.md, §12), brought along by whatever makes the optimiser: a bundle without a call of these has
// neither its theory nor its kernels.

import { OPTIMIZER_CHOICES as CHOICES, type Choice, type Optimizer, parseOptimizer as parse } from "./optimizer.ts";
import { signSgd as make, type SignSgd } from "./optimizers/sign.ts";
import { bestShape, largestEta, refuseSimulated, signTraining } from "./sign-training.ts";
import { solveSignsBy } from "./training.ts";

/** That sign SGD can be solved from here on. */
const brought = <T>(value: T): T => {
  solveSignsBy({ train: signTraining, largestEta, bestShape, refuse: refuseSimulated });
  return value;
};

/**
 * Sign SGD: every parameter moves by η = `step`. Without it, η is the one whose first step goes as far as SGD's at γ on average:
 * η = (π/2) √((P(0)+σ²) Tr D/d) γ, with γ given as `gamma` or the model's.
 */
export const signSgd = (options?: Parameters<typeof make>[0]): SignSgd => brought(make(options));

/** An optimiser by its name on the command line: "sgd", "heavy-ball:0.9", "nesterov:0.9", "dana:decaying,delta=8", "sign". */
export const parseOptimizer = (...given: Parameters<typeof parse>): Optimizer => brought(parse(...given));

/** All that take steps, as lines of a chooser. */
export const OPTIMIZER_CHOICES: readonly Choice<Optimizer>[] = /* @__PURE__ */ (() =>
  CHOICES.map((choice) => ({ ...choice, make: (options) => brought(choice.make(options)) })))();
