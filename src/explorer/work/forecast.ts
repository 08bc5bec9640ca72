// What several laws together say of one model that is not yet trained (isoflop/fitting, loaded when it is asked for). The stack is
// kept from one question to the next: a budget that is pulled asks many about the same runs.

import type { Runs } from "../../index.ts";
import type { Context } from "./protocol.ts";

export interface ForecastInput {
  /** Says when the runs are others. */
  readonly key: string;
  readonly runs: Runs;
  readonly N: number;
  readonly D: number;
}

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

type Forecaster = import("../../fitting/laws/index.ts").Forecaster;
let last: { readonly key: string; readonly made: Forecaster } | undefined;

export async function forecast(input: ForecastInput, { emit }: Context<ForecastAnswer>): Promise<void> {
  const { key, runs, N, D } = input;
  const { forecaster } = await import("../../fitting/laws/index.ts");
  if (last?.key !== key) last = { key, made: forecaster(runs) };
  const { laws, tested, warnings, at } = last.made;
  const { loss, low, high, beyond } = at(N, D);
  emit({
    ...{ loss, low, high, beyond, tested, warnings },
    laws: laws.map(({ law, weight, rms, aicc, heldOut }) => ({
      name: law.name,
      form: law.form,
      weight,
      rms,
      aicc,
      heldOut: heldOut.map((one) => ({ beyond: one.beyond, rms: one.rms })),
    })),
  });
}
