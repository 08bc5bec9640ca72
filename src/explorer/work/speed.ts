// The kernels on the reader's own machine: SIMD WebAssembly, scalar WebAssembly and plain JavaScript, by the cases, the plain
// JavaScript and the turns of `npm run bench`.

import { inTurns, median, type Timing, timedByWall, type Variant } from "../../../bench/harness.ts";
import { builds, type Case, cases, errorOf } from "../../../bench/kernels.ts";
import type { Context } from "./context.ts";

export interface SpeedInput {
  readonly rounds: number;
  /** Milliseconds of each build of a kernel in each round. */
  readonly slice: number;
}

export interface SpeedRow {
  readonly kernel: string;
  readonly size: string;
  /** SIMD WebAssembly first. */
  readonly timings: readonly Timing[];
}

export type SpeedPart =
  /** Milliseconds between the ticks of the clock, and the kernels to come. */
  | { readonly tick: number; readonly kernels: readonly string[] }
  /** Share done of them all. */
  | { readonly progress: number; readonly kernel: string }
  | { readonly row: SpeedRow };

export async function speed({ rounds, slice }: SpeedInput, { emit, pause }: Context<SpeedPart>): Promise<void> {
  const { default: bytes } = await import("virtual:scalar-core");
  const all = builds(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)));
  const measured = cases();
  emit({ tick: clockTick(), kernels: measured.map(({ name }) => name) });
  for (const [k, one] of measured.entries()) {
    const variants = variantsOf(one, all);
    emit({ progress: k / measured.length, kernel: one.name });
    await pause();
    const turns = inTurns(variants, {
      ...{ rounds, slice, timer: timedByWall, error: errorOf(one) },
      truth: one.run(all.reference),
    });
    const last = (rounds + 1) * variants.length;
    for (let done = 1; ; done++) {
      const { done: over, value } = turns.next();
      if (over) {
        emit({ row: { kernel: one.name, size: one.size, timings: value } });
        break;
      }
      emit({ progress: (k + done / last) / measured.length, kernel: one.name });
      await pause();
    }
  }
}

function variantsOf({ run, plain }: Case, { simd, scalar, reference }: ReturnType<typeof builds>): Variant[] {
  return [
    { name: "WASM SIMD", run: () => run(simd) },
    { name: "WASM scalar", run: () => run(scalar) },
    { name: "JavaScript", run: plain ? () => plain() as never : () => run(reference) },
  ];
}

function clockTick(): number {
  const ticks = Array.from({ length: 5 }, () => {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    return now - start;
  });
  return median(ticks);
}
