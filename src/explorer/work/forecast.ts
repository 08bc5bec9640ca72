// What several laws together say of one model that is not yet trained (isoflop/fitting, loaded when it is asked for). The stack is
// kept from one question to the next: a budget that is pulled asks many about the same runs.

import type { Runs } from "../../index.ts";
import type { Context } from "./context.ts";

export interface ForecastInput {
  /** Says when the runs are others. */
  readonly key: string;
  readonly runs: Runs;
  readonly N: number;
  readonly D: number;
  /** The budget to be foretold, and what may be spent on runs that make it better known, in flops. */
  readonly budget: number;
  readonly spend: number;
}

export type ForecastPart =
  | { readonly forecast: ForecastAnswer }
  | { readonly design: Design }
  /** No runs to be made, and why. */
  | { readonly undesigned: string };

export interface ForecastAnswer {
  readonly loss: number;
  readonly low: number;
  readonly high: number;
  readonly beyond: number;
  /** Up to how many times the compute of what they saw the laws were tried; 1 where they were not. */
  readonly tested: number;
  readonly laws: readonly {
    readonly name: string;
    readonly form: string;
    readonly weight: number;
    readonly rms: number;
    readonly aicc: number;
    readonly heldOut: readonly { readonly beyond: number; readonly rms: number }[];
  }[];
  readonly warnings: readonly string[];
}

type Design = import("../../fitting/laws/index.ts").Design;
type Forecaster = import("../../fitting/laws/index.ts").Forecaster;
let last: { readonly key: string; readonly made: Forecaster } | undefined;

export async function forecast(input: ForecastInput, { emit, pause }: Context<ForecastPart>): Promise<void> {
  const { key, runs, N, D, budget, spend } = input;
  const { designRuns, forecaster } = await import("../../fitting/laws/index.ts");
  if (last?.key !== key) last = { key, made: forecaster(runs) };
  const { laws, tested, warnings, at } = last.made;
  const { loss, low, high, beyond } = at(N, D);
  const answer = {
    ...{ loss, low, high, beyond, tested, warnings },
    laws: laws.map(({ law, weight, rms, aicc, heldOut }) => ({
      name: law.name,
      form: law.form,
      weight,
      rms,
      aicc,
      heldOut: heldOut.map((one) => ({ beyond: one.beyond, rms: one.rms })),
    })),
  };
  emit({ forecast: answer });
  await pause();
  try {
    emit({ design: designRuns(runs, last.made, { target: budget, spend }) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    emit({ undesigned: error.message });
  }
}
