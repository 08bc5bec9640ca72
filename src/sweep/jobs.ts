// What a cell can compute: each kind of job is a pure function of its parameters and, where it is random, of a seed.

import { dynamicsJob } from "./kinds/dynamics.ts";
import { fitJob } from "./kinds/fit.ts";
import type { JobKind } from "./kinds/kind.ts";
import { rehearsal } from "./kinds/rehearsal.ts";
import { simulateJob } from "./kinds/simulation.ts";
import { frontierJob, lossJob, phaseJob } from "./kinds/theory.ts";

/** What cells can be, by the name that a plan calls it. */
export const jobs: ReadonlyMap<string, JobKind> = new Map(
  [phaseJob, lossJob, frontierJob, simulateJob, dynamicsJob, fitJob, rehearsal].map((kind) => [kind.name, kind]),
);
