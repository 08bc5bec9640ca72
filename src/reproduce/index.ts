// Every figure and table of the two papers, in their order; then ours.

import { exponents } from "./p1-exponents.ts";
import { finiteSize } from "./p1-finite-size.ts";
import { perPhase } from "./p1-per-phase.ts";
import { phases } from "./p1-phases.ts";
import { tables } from "./p1-tables.ts";
import { toy } from "./p1-toy.ts";
import { windows } from "./p1-windows.ts";
import type { Recipe } from "./recipe.ts";
import { momentum, noise, schedules } from "./x-training.ts";

export const RECIPES: readonly Recipe[] = [
  toy,
  phases,
  exponents,
  finiteSize,
  windows,
  perPhase,
  tables,
  schedules,
  momentum,
  noise,
];
