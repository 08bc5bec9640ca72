// The laws there are. A new one is a file and a line here.

import { oneOf } from "../../check.ts";
import { chinchilla, tied } from "./chinchilla.ts";
import { coupled } from "./coupled.ts";
import { kaplan } from "./kaplan.ts";
import type { ScalingLaw } from "./law.ts";

export const LAWS: readonly ScalingLaw[] = [chinchilla, tied, coupled, kaplan];

/** @throws TypeError naming the laws there are */
export function lawNamed(name: string): ScalingLaw {
  const known = oneOf(
    "law",
    name,
    LAWS.map((law) => law.name),
  );
  return LAWS.find((law) => law.name === known)!;
}
