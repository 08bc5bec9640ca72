// What the page and its workers say to each other.

import type { Context } from "./context.ts";
import type { draws } from "./draws.ts";
import type { dynamicsJob } from "./dynamics.ts";
import type { fit } from "./fit.ts";
import type { forecast } from "./forecast.ts";
import type { measure } from "./measure.ts";
import type { scaling } from "./scaling.ts";
import type { knots, schedules } from "./schedules.ts";
import type { sgd } from "./sgd.ts";
import type { speed } from "./speed.ts";

/** A job computes from an input and emits parts of its answer. */
export interface Job<I, P> {
  readonly input: I;
  readonly part: P;
}

type Of<F> = F extends (input: infer I, context: Context<infer P>) => Promise<void> ? Job<I, P> : never;

export interface Jobs {
  scaling: Of<typeof scaling>;
  sgd: Of<typeof sgd>;
  draws: Of<typeof draws>;
  dynamics: Of<typeof dynamicsJob>;
  fit: Of<typeof fit>;
  forecast: Of<typeof forecast>;
  measure: Of<typeof measure>;
  schedules: Of<typeof schedules>;
  knots: Of<typeof knots>;
  speed: Of<typeof speed>;
}

export type Part<J extends keyof Jobs> = Jobs[J]["part"];

export interface Question {
  readonly id: number;
  readonly job: keyof Jobs;
  readonly input: unknown;
}

export type Message = Question | { readonly abandon: number } | { readonly word: "pause" | "go" };

export type Answer =
  | { readonly id: number; readonly part: unknown }
  /** `multiple`: where a step is too large, how many times itself it may be. */
  | { readonly id: number; readonly failed: string; readonly multiple?: number }
  | { readonly id: number; readonly done: true; readonly abandoned: boolean };
