// isoflop/sweep: many cells, resumable, on this machine or many. For Node; needs the optional packages @duckdb/node-api,
// ajv and workerpool, and for a queue bullmq and ioredis.

export type { Cell, Outcome } from "./cells.ts";
export { type Estimate, estimate } from "./estimate.ts";
export { jobs } from "./jobs.ts";
export { kernelVersion } from "./keys.ts";
export type { JobKind, Parameter, Scalar, Value } from "./kinds/kind.ts";
export type { LocalOptions } from "./local.ts";
export { readPlan, type SweepPlan } from "./plan.ts";
export { type QueueOptions, throughQueue } from "./queue.ts";
export { place } from "./redis.ts";
export { type Repair, repair } from "./repair.ts";
export { planSchema } from "./schema.ts";
export { type ExportOptions, Store } from "./store.ts";
export { type Progress, type Standing, type SweepOptions, standing, sweep } from "./sweep.ts";
export { type WorkerOptions, work } from "./worker.ts";
