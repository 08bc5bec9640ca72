// What reproducing a figure or a table of a paper is: a recipe that computes it anew, and claims in which the published
// number stands beside what was measured. A verdict follows from those numbers alone.

import type { Figure } from "../figures/index.ts";
import type { CheckpointStore } from "../index.ts";

export interface Recipe {
  /** "p1-frontier": paper and short name. */
  readonly id: string;
  readonly title: string;
  /** Which settings are the paper's and which are ours. */
  readonly settings: string;
  /** Whether it takes a file of the user's own. */
  readonly takesData?: boolean;
  /** Whether it takes a folder of tables. */
  readonly takesFolder?: boolean;
  readonly run: (context: Context) => Promise<Findings> | Findings;
}

export interface Context {
  /** Coarser, for a first look: fewer members, points and decades. */
  readonly quick: boolean;
  readonly threads: number;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal: AbortSignal;
  /** The share of this recipe that is done, 0 to 1. */
  readonly onProgress: (done: number) => void;
  /** A file of the user's own, for the recipe that takes one. */
  readonly data?: string;
  /** Where a part of the recipe, by its name, may keep how far it has come: an interrupted one goes on from there. */
  readonly checkpoint?: (part: string) => CheckpointStore;
}

export interface Findings {
  readonly claims: readonly Claim[];
  /** What the paper claims and nothing here tries: with it the verdict is partial at best. */
  readonly untried?: readonly string[];
  readonly figures: readonly Figure[];
  /** Plain text for the report: what is seen and why. */
  readonly remarks: readonly string[];
}

/** One number of a paper, or of the theory, and its measurement. */
export interface Claim {
  readonly what: string;
  /** Whose number it is. "ours": a bound that makes a number of what a paper says in words or shows in a figure. */
  readonly source: "published" | "theory" | "ours";
  /** The claim holds where the measurement is in this range. */
  readonly expected: readonly [low: number, high: number];
  /** How the expectation reads: "0.643", "≤ 4 standard errors". */
  readonly reads: string;
  readonly measured: number;
  /** One standard error, or the drift over the window; absent where the number is exact. */
  readonly uncertainty?: number;
  /** Why this published number is known not to hold, with the evidence: a failure of it is then a result. */
  readonly disputed?: string;
}

export type Verdict = "reproduced" | "partly reproduced" | "contradicted" | "not reproduced" | "not tried";

export const holds = ({ expected: [low, high], measured }: Claim): boolean => measured >= low && measured <= high;

/**
 * Not tried where nothing is claimed; not reproduced where an undisputed claim fails; contradicted where only disputed ones do;
 * partly reproduced where all hold and others of the paper were not tried; reproduced where all hold.
 */
export function verdict(claims: readonly Claim[], untried: readonly string[] = []): Verdict {
  if (claims.length === 0) return "not tried";
  const failed = claims.filter((claim) => !holds(claim));
  if (failed.some(({ disputed }) => disputed === undefined)) return "not reproduced";
  if (failed.length > 0) return "contradicted";
  return untried.length > 0 ? "partly reproduced" : "reproduced";
}

interface Measurement {
  readonly measured: number;
  readonly uncertainty?: number;
  readonly source?: Claim["source"];
  readonly disputed?: string;
}

/** The measurement should be `value`, within `tolerance`. */
export function equals(what: string, value: number, tolerance: number, measurement: Measurement): Claim {
  const expected = [value - tolerance, value + tolerance] as const;
  return { source: "published", ...measurement, what, expected, reads: `${+value.toPrecision(4)} ± ${tolerance}` };
}

/** The measurement should be at most `bound`, which is ours unless said otherwise. */
export function atMost(what: string, bound: number, measurement: Measurement): Claim {
  return { source: "ours", ...measurement, what, expected: [-Infinity, bound], reads: `≤ ${bound}` };
}

/** The measurement should be at least `bound`, likewise. */
export function atLeast(what: string, bound: number, measurement: Measurement): Claim {
  return { source: "ours", ...measurement, what, expected: [bound, Infinity], reads: `≥ ${bound}` };
}

export const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
