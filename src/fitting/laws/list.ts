// The laws there are. A new one is a file and a line here.

import { oneOf } from "../../check.ts";
import { bnsl } from "./bnsl.ts";
import { chinchilla, tied } from "./chinchilla.ts";
import { coupled } from "./coupled.ts";
import { dataConstrained, dataConstrainedGrowing } from "./data-constrained.ts";
import { farseer } from "./farseer.ts";
import { kaplan } from "./kaplan.ts";
import type { ScalingLaw } from "./law.ts";
import { moe } from "./moe.ts";
import { overtraining } from "./overtraining.ts";
import { sigmoid } from "./sigmoid.ts";

/** Every law there is. */
export const REGISTRY: readonly ScalingLaw[] = [
  ...[chinchilla, tied, coupled, kaplan, farseer, overtraining],
  ...[dataConstrained, dataConstrainedGrowing, moe, bnsl, sigmoid],
];

/** Those compared and stacked where none are named: laws of the loss in sizes and tokens, none of them another in other words. */
export const LAWS: readonly ScalingLaw[] = [chinchilla, tied, coupled, kaplan];

/**
 * A law by its name.
 * @throws TypeError naming the laws there are
 */
export function lawNamed(name: string): ScalingLaw {
  const known = oneOf(
    "law",
    name,
    REGISTRY.map((law) => law.name),
  );
  return REGISTRY.find((law) => law.name === known)!;
}
