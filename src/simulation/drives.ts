// What drives a run's steps, γ and B and the coefficients of momentum: the model's own, or an optimizer's step by step.

import type { PerStep } from "../kernels/simulation.ts";
import type { Momentum } from "../theory/training/momentum.ts";
import { mapDrive, type StepDrive } from "./segments.ts";

/** Of runs of up to so many steps, hyperparameters are kept: 5 numbers of 8 bytes a step, 40 MB. */
const MOST_KEPT = 2 ** 20;

/** Drives of spans of steps: the same for every member, so made once while that is not much. */
export function drivesOf(
  constant: StepDrive,
  at: ((r: number) => Momentum) | undefined,
  { momentum, sign, steps }: { readonly momentum: boolean; readonly sign: boolean; readonly steps: number },
): (first: number, count: number) => StepDrive {
  if (!at) return () => constant;
  const kept = new Map<string, StepDrive>();
  return (first, count) => {
    const key = `${first}+${count}`;
    const known = kept.get(key);
    if (known) return known;
    const each = Array.from({ length: count }, (_, i) => at(first + i));
    const column = (name: keyof Momentum) => Float64Array.from(each, (step) => step[name]);
    const second = { gamma1: column("gamma1"), gamma3: column("gamma3"), delta: column("delta") };
    const whole = { batch: column("batch"), gamma: column("gamma2"), ...(momentum ? { momentum: second } : {}), sign };
    const drive = mapDrive(whole, collapsed);
    if (steps <= MOST_KEPT) kept.set(key, drive);
    return drive;
  };
}

/** A number where all are the same. */
const collapsed = (values: PerStep): PerStep =>
  typeof values === "number" || values.some((x) => x !== values[0]) ? values : values[0]!;
