// What a figure of the dynamical model is asked for, and how the figure says it.

import { type Rule, ruleInWords } from "../../index.ts";
import { scripted } from "../../numbers.ts";
import type { Task, TaskName } from "../task.ts";

export interface DynamicsInput {
  readonly task: TaskName;
  /** Of a power law. */
  readonly a: number;
  readonly b: number;
  readonly N: number;
  readonly P: number;
  /** σ² */
  readonly noise: number;
  readonly rule: Rule;
  readonly students: number;
  readonly data: "shared" | "separate";
  /** B of the epochs drawn beside a pass. */
  readonly batch: number;
  readonly times: readonly [number, number];
  readonly fan: "N" | "P";
  readonly detail: "coarse" | "fine";
  /** What is wanted; losses and parts come together. */
  readonly parts: readonly DynamicsKind[];
}

/** The figures there are. */
export type DynamicsKind = "losses" | "parts" | "transfer" | "epochs" | "approach" | "optimal";

/** The question with its task at hand. */
export type DynamicsSetting = DynamicsInput & Task;

/** Neighbours in the fan differ by this. */
const RATIO = 4;

/** Sizes by factors around one; an infinite one alone with finite ones below it. */
export function sizesNear(size: number, count: number): number[] {
  if (size === Infinity) return [...Array.from({ length: count - 1 }, (_, i) => 32 * RATIO ** i), Infinity];
  const middle = (count - 1) >> 1;
  return Array.from({ length: count }, (_, i) => Math.max(1, size * RATIO ** (i - middle))).filter(
    (value, i, all) => value !== all[i - 1],
  );
}

/** The setting as figures say it. */
export function settingOf({ words, N, P, noise, rule, fan }: DynamicsSetting): string {
  const size = (value: number) => (value === Infinity ? "∞" : scripted(value, 4));
  const others = fan === "N" ? `P = ${size(P)}` : `N = ${size(N)}`;
  return `${words}, ${others}${noise > 0 ? `, σ^{2} = ${noise}` : ""}, ${ruleInWords(rule, P)}`;
}
