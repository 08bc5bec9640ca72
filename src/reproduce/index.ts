// Every figure and table of the two papers, in their order; then what goes beyond them, of which nothing is published.

import { exponents } from "./p1-exponents.ts";
import { finiteSize } from "./p1-finite-size.ts";
import { sgdFrontier } from "./p1-frontier.ts";
import { negativeBeta } from "./p1-negative-beta.ts";
import { perPhase } from "./p1-per-phase.ts";
import { phases } from "./p1-phases.ts";
import { spectra } from "./p1-spectra.ts";
import { tables } from "./p1-tables.ts";
import { toy } from "./p1-toy.ts";
import { windows } from "./p1-windows.ts";
import { bottlenecks } from "./p2-bottlenecks.ts";
import { dynamicLosses } from "./p2-dynamics.ts";
import { earlyLate } from "./p2-early-late.ts";
import { ensembles } from "./p2-ensembles.ts";
import { gap } from "./p2-gap.ts";
import { optimal } from "./p2-optimal.ts";
import { real } from "./p2-real.ts";
import { sgd } from "./p2-sgd.ts";
import { transfer } from "./p2-transfer.ts";
import { published } from "./published.ts";
import type { Recipe } from "./recipe.ts";
import { batch } from "./x-batch.ts";
import { epochs } from "./x-epochs.ts";
import { momentum } from "./x-momentum.ts";
import { noise } from "./x-noise.ts";
import { schedules } from "./x-schedules.ts";
import { sign } from "./x-sign.ts";

export const RECIPES: readonly Recipe[] = [
  ...[toy, phases, sgdFrontier, exponents, finiteSize, spectra, windows, perPhase, negativeBeta, tables],
  ...[dynamicLosses, bottlenecks, optimal, earlyLate, gap, ensembles, sgd, transfer, real],
  ...[schedules, momentum, noise, sign, epochs, batch, published],
];
