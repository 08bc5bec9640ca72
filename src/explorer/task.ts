// What is to be learned: a power law, or the spectrum of a real task as it was measured (scripts/measure-spectra.mjs), loaded when it
// is asked for. A measured spectrum has its leading modes; the later ones go on by the power laws fitted to it.

import { measured, type Spectrum, sourceCapacity } from "../index.ts";

export const TASKS = ["power-law", "mnist", "sotu"] as const;
export type TaskName = (typeof TASKS)[number];

interface Estimate {
  readonly value: number;
  readonly stderr: number;
}

/** A file of spectra/. */
export interface MeasuredTask {
  readonly title: string;
  /** What measures it. */
  readonly command: string;
  readonly kernel: string;
  readonly samples: number;
  /** Those listed and those beyond. */
  readonly modes: number;
  readonly a: Estimate;
  readonly b: Estimate;
  /** σ² and what lies beyond the modes that the sample shows. */
  readonly noise: Estimate;
  readonly eigenvalues: readonly number[];
  readonly energies: readonly number[];
}

const FILES: Readonly<Record<Exclude<TaskName, "power-law">, () => Promise<{ default: MeasuredTask }>>> = {
  mnist: () => import("./spectra/mnist.json"),
  sotu: () => import("./spectra/sotu.json"),
};

/** A real task; undefined of a power law. */
export async function measuredTask(name: TaskName): Promise<MeasuredTask | undefined> {
  return name === "power-law" ? undefined : (await FILES[name]()).default;
}

export interface Task {
  readonly spectrum: Spectrum;
  /** For a figure's setting. */
  readonly words: string;
  /** Its exponents, where it is a power law throughout. */
  readonly exponents: { readonly a: number; readonly b: number } | undefined;
}

export async function taskOf({ task, a, b }: { task: TaskName; a: number; b: number }): Promise<Task> {
  const found = await measuredTask(task);
  if (!found) return { spectrum: sourceCapacity({ a, b }), words: `a = ${a}, b = ${b}`, exponents: { a, b } };
  return { spectrum: spectrumOf(found), words: found.title, exponents: undefined };
}

/** All modes; λ_1 is the unit of the eigenvalues, as for a power law. */
export function spectrumOf({ eigenvalues, energies, modes, a, b }: MeasuredTask): Spectrum {
  const last = eigenvalues.length - 1;
  const all = (list: readonly number[], power: number) =>
    Float64Array.from({ length: modes }, (_, k) =>
      k <= last ? list[k]! : list[last]! * ((k + 1) / (last + 1)) ** -power,
    );
  const unit = eigenvalues[0]!;
  return measured({
    eigenvalues: all(eigenvalues, b.value).map((value) => value / unit),
    energies: all(energies, a.value),
  });
}
