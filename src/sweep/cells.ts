// Cells: one point of the grid with one seed. What is asked, its key, and what came of it.

import { jobs } from "./jobs.ts";
import { canonical, kernelVersion, sha256 } from "./keys.ts";
import type { JobKind, JobResult, Parameters, Scalar, Value } from "./kinds/kind.ts";
import type { SweepPlan } from "./plan.ts";
import { isReference, NO_TABLES, type Tables } from "./tables.ts";

export interface Cell {
  readonly key: string;
  readonly job: string;
  /** Every parameter of the job. */
  readonly parameters: Parameters;
  readonly seed: number;
  readonly save: readonly string[];
  /** How often it is tried again. */
  readonly retries: number;
  /** Seconds that all its attempts together may take; null: as long as this machine gives any (local.ts). */
  readonly timeout: number | null;
}

export interface Outcome {
  readonly key: string;
  readonly status: "done" | "failed";
  /** JSON, made where the cell ran, so that the bytes do not depend on the way here. "{}" where it failed. */
  readonly results: string;
  readonly stats: string;
  readonly curves: Readonly<Record<string, Float64Array>>;
  /** Why it failed. */
  readonly error: string | null;
  readonly attempts: number;
  /** Of the last attempt. */
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly host: string;
}

/** Cell `index` of a plan, 0 ≤ index < plan.size; the seed varies fastest. */
export function cellAt(plan: SweepPlan, index: number): Cell {
  const parameters: Record<string, Value> = { ...plan.fixed };
  const seed = plan.seeds[index % plan.seeds.length]!;
  placesOf(plan, index).forEach((place, a) => {
    const { name, values } = plan.axes[a]!;
    parameters[name] = values[place]!;
  });
  const { job, save, retries, timeout } = plan;
  const asked = { parameters, seed, save };
  return { key: keyOf(job, asked), job: job.name, ...asked, retries, timeout };
}

/** Of everything a cell's result depends on. */
export function keyOf(job: JobKind, { parameters, seed, save }: Pick<Cell, "parameters" | "seed" | "save">): string {
  const { name, revision } = job;
  return sha256(canonical({ job: name, revision, kernels: kernelVersion(), parameters, seed, save }));
}

/** Where cell `index` lies on each axis. */
function placesOf({ axes, seeds }: SweepPlan, index: number): number[] {
  const places: number[] = [];
  let rest = Math.floor(index / seeds.length);
  for (const { values } of axes.toReversed()) {
    places.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  return places;
}

/** Tells which cells are the same as an earlier one of the plan: an axis names a value twice. */
export function repeats(plan: SweepPlan): (index: number) => boolean {
  const again = plan.axes.map(({ values }) => {
    const seen = new Set<string>();
    return values.map(canonical).map((text) => seen.has(text) || !seen.add(text));
  });
  return (index) => placesOf(plan, index).some((place, a) => again[a]![place]);
}

/**
 * The order in which cells are run: all of them, spread evenly at every moment, so that the time left can be told from the
 * time spent and a stopped sweep shows the whole picture coarsely.
 */
export function* spreadOrder(size: number): Generator<number> {
  let stride = Math.max(1, Math.round(size * 0.6180339887498949));
  while (gcd(stride, size) !== 1) stride++;
  for (let i = 0, index = 0; i < size; i++, index = (index + stride) % size) yield index;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The references to tables among a cell's parameters. */
export function tablesIn({ job, parameters }: Cell): string[] {
  const named = Object.entries(jobs.get(job)!.parameters).filter(([, { type }]) => type === "table");
  return named.map(([name]) => parameters[name]).filter(isReference);
}

/** Memory of a cell at its largest, in bytes. */
export function memoryOf({ job, parameters }: Cell, tables: Tables): number {
  return jobs.get(job)!.memory(parameters, tables);
}

/** Runs a cell here and now. Whatever it throws is its outcome. */
export async function runCell(cell: Cell, host: string, tables: Tables = NO_TABLES): Promise<Outcome> {
  for (let attempts = 1; ; attempts++) {
    const started = Date.now();
    const start = performance.now();
    const timing = () => ({ attempts, seconds: (performance.now() - start) / 1000, started, host });
    try {
      const result = await jobs.get(cell.job)!.run(cell.parameters, cell.seed, tables);
      return { key: cell.key, status: "done", ...written(result, cell.save), error: null, ...timing() };
    } catch (error) {
      if (attempts > cell.retries) return failed(cell, reason(error), timing());
    }
  }
}

export type Timing = Pick<Outcome, "attempts" | "seconds" | "started" | "host">;

export function failed({ key }: Cell, error: string, timing: Timing): Outcome {
  return { key, status: "failed", results: "{}", stats: "{}", curves: {}, error, ...timing };
}

function written({ results, stats = {}, curves = {} }: JobResult, save: readonly string[]) {
  const kept = save.filter((name) => curves[name]).map((name) => [name, curves[name]!] as const);
  return { results: encode(results), stats: encode(stats), curves: Object.fromEntries(kept) };
}

/** JSON in which NaN and the infinities are the texts "NaN", "Infinity" and "-Infinity": a number's column reads them back. */
function encode(scalars: Readonly<Record<string, Scalar>>): string {
  return JSON.stringify(scalars, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

function reason(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2000);
}
