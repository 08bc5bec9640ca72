// What a run keeps as it goes, so that an interrupted one continues: the spectra of its draws and how far each task has come.

import type { Kernels } from "../kernels/kernels.ts";
import { type CheckpointStore, computedBy, Damaged, decode, type Entries, encode } from "./checkpoint.ts";
import type { SampledSpectrum } from "./eigenvalues.ts";

/** How far a task has come. */
export interface Reached {
  /** Steps done. */
  readonly step: number;
  /** What the next piece starts from; empty once all steps are done. */
  readonly state: Float64Array;
  /** The losses recorded so far, the task's curves one after the other. */
  readonly losses: Float64Array;
  /** The step at which each curve diverged, or Infinity. */
  readonly diverged: Float64Array;
}

/** Milliseconds between checkpoints: a run killed loses no more work than that. */
const SAVE_EVERY = 2000;

/** Entries by name, in memory and, where there is a checkpoint, there too. */
export class Kept {
  readonly #entries: Entries;
  readonly #made: unknown;
  readonly #checkpoint: CheckpointStore | undefined;
  #saved = -Infinity;

  private constructor(entries: Entries, made: unknown, checkpoint?: CheckpointStore) {
    this.#entries = entries;
    this.#made = made;
    this.#checkpoint = checkpoint;
  }

  /** Keeps nothing beyond the call. */
  static inMemory(): Kept {
    return new Kept(new Map(), undefined);
  }

  /**
   * What an earlier run with the same `parameters` on the same kernels left in the checkpoint, or nothing yet.
   * @throws RangeError where it is another run's, or damaged and not to be set aside
   */
  static async open(
    checkpoint: CheckpointStore | undefined,
    kernels: Kernels,
    parameters: Record<string, unknown>,
  ): Promise<Kept> {
    const made = { by: computedBy(kernels), ...parameters };
    const bytes = await checkpoint?.read();
    if (!checkpoint || !bytes) return new Kept(new Map(), made, checkpoint);
    try {
      return new Kept(decode(bytes, made), made, checkpoint);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      if (!checkpoint.setAside) throw new RangeError(`${error.message}: remove it, or name another`);
      await checkpoint.setAside(error.message);
      return new Kept(new Map(), made, checkpoint);
    }
  }

  reached(task: string): Reached | undefined {
    const arrays = this.#entries.get(task);
    if (!arrays) return undefined;
    const [step, state, losses, diverged] = arrays as [Float64Array, Float64Array, Float64Array, Float64Array];
    return { step: step[0]!, state, losses, diverged };
  }

  keep(task: string, { step, state, losses, diverged }: Reached): void {
    this.#entries.set(task, [Float64Array.of(step), state, losses, diverged]);
  }

  spectrum(draw: number): SampledSpectrum | undefined {
    const arrays = this.#entries.get(`sample/${draw}`);
    if (!arrays) return undefined;
    const [eigenvalues, energies, rest] = arrays as [Float64Array, Float64Array, Float64Array];
    const [floor, converged, meanRoot, meanInverse] = rest as unknown as [number, number, number?, number?];
    const rows = meanRoot === undefined ? {} : { rows: { meanRoot, meanInverse: meanInverse! } };
    return { eigenvalues, energies, floor, converged: converged === 1, ...rows };
  }

  keepSpectrum(draw: number, { eigenvalues, energies, floor, converged, rows }: SampledSpectrum): void {
    const rest = [floor, converged ? 1 : 0, ...(rows ? [rows.meanRoot, rows.meanInverse] : [])];
    this.#entries.set(`sample/${draw}`, [eigenvalues, energies, Float64Array.from(rest)]);
  }

  /** Writes all of it, if anything is kept. */
  async save(): Promise<void> {
    if (!this.#checkpoint || this.#entries.size === 0) return;
    this.#saved = performance.now();
    await this.#checkpoint.write(encode(this.#made, this.#entries));
  }

  /** The same, if the last time is long ago. */
  async saveNowAndThen(): Promise<void> {
    if (performance.now() - this.#saved > SAVE_EVERY) await this.save();
  }
}
