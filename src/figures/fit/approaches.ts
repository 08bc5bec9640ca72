// The three approaches that a fit made, as the panels draw them.

import type { FitResult } from "../../fitting/fit.ts";
import type { Model } from "../../fitting/plan.ts";
import type { Theme } from "../theme.ts";
import { DRAWS } from "./drawn.ts";

export interface Approach {
  readonly name: string;
  readonly model: Model;
  readonly draws: readonly Model[];
  readonly color: (theme: Theme) => string;
}

export function approaches({ parametric, isoflop, envelope }: FitResult): Approach[] {
  return [
    { name: "approach 3", fitted: parametric, index: 0 },
    { name: "approach 2", fitted: isoflop, index: 1 },
    { name: "approach 1", fitted: envelope, index: 2 },
  ].flatMap(({ name, fitted, index }) =>
    fitted
      ? [
          {
            name,
            model: fitted.fit,
            draws: (fitted.bootstrap?.draws ?? []).slice(0, DRAWS),
            color: (theme: Theme) => theme.category[index]!,
          },
        ]
      : [],
  );
}
