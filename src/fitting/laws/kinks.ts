// Minima of laws with min or max: at a kink every slope may lead up while a step across it leads down, so what follows slopes ends in
// one of many valleys. From the lowest found the search hops near by, and stays wherever it is lower (Wales & Doye 1997, at no
// temperature).

import { exp } from "../../math/elementary.ts";
import { generator } from "../resample.ts";
import type { Bound } from "./bind.ts";
import type { Tree } from "./formula.ts";
import type { Rho } from "./losses.ts";
import { type Minimum, minimise } from "./minimise.ts";

/** Whether a law has kinks. */
export const kinked = (tree: Tree): boolean =>
  tree.kind === "call" && (tree.operation === "min" || tree.operation === "max" || tree.of.some(kinked));

/** Hops, and how far they lead at most, as shares of the parameters. */
const HOPS = 200;
const FAR = [0.03, 0.01, 3e-3, 1e-3];

/** A lower minimum near one, or that. */
export function overKinks(bound: Bound, rho: Rho, from: Minimum): Minimum {
  const next = generator(1, bound.n);
  let best = from;
  for (let hop = 0; hop < HOPS; hop++) {
    const far = FAR[hop % FAR.length]!;
    const near = best.p.map((v, j) => {
      const [low, high] = bound.bounds[j]!;
      return Math.max(low, Math.min(high, v * exp(far * ((next() + 0.5) / 2 ** 31 - 1))));
    });
    const found = minimise(bound, bound, rho, near, { steps: 60, polish: false });
    if (found.objective < best.objective) best = found;
  }
  return best === from ? from : minimise(bound, bound, rho, best.p);
}
