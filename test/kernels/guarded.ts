// A module of kernels under guard, for tests: every block of the arena is full of NaN before it is written and followed by words that
// no kernel may touch, and what lies below the module's own data may never change.

import { Arena, Core } from "../../src/kernels/wasm/core.ts";
import type { Exports } from "../../src/kernels/wasm/exports.ts";

/** What a block is full of: bytes of a NaN. */
const POISON = 0xff;
const CANARY = 0xa5;
/** Where the compiler puts a module's data: below is nobody's. */
const DATA = 1024;
/** Bytes after each block. */
const MARGIN = 64;

class GuardedArena extends Arena {
  readonly #blocks: { readonly pointer: number; readonly n: number }[] = [];

  override bytes(n: number): number {
    const pointer = super.bytes(n + MARGIN);
    const bytes = new Uint8Array(this.memory.buffer);
    bytes.fill(POISON, pointer, pointer + n);
    bytes.fill(CANARY, pointer + n, pointer + n + MARGIN);
    this.#blocks.push({ pointer, n });
    return pointer;
  }

  /** Which of the blocks so far were written past their end, in words. */
  broken(): string[] {
    const bytes = new Uint8Array(this.memory.buffer);
    return this.#blocks.flatMap(({ pointer, n }, i) => {
      const at = bytes.subarray(pointer + n, pointer + n + MARGIN).findIndex((byte) => byte !== CANARY);
      return at < 0 ? [] : [`block ${i} of ${n} bytes: byte ${n + at}`];
    });
  }
}

export class GuardedCore<E extends { heapBase(): number } = Exports> extends Core<E> {
  #arena: GuardedArena | undefined;
  /** Of arenas that others have taken the place of. */
  #before: string[] = [];
  readonly #below: Uint8Array;

  constructor(module?: WebAssembly.Module) {
    super(module);
    // a module without data may begin without memory
    this.#below = new Uint8Array(this.memory.buffer).slice(0, DATA);
  }

  override arena(): Arena {
    this.#before.push(...(this.#arena?.broken() ?? []));
    this.#arena = new GuardedArena(this.memory, this.base);
    return this.#arena;
  }

  /** What was written where it must not, since this was last asked. */
  broken(): string[] {
    const now = new Uint8Array(this.memory.buffer);
    const at = this.#below.findIndex((byte, i) => byte !== now[i]);
    const told = [
      ...this.#before,
      ...(this.#arena?.broken() ?? []),
      ...(at < 0 ? [] : [`address ${at}, which is nobody's`]),
    ];
    [this.#before, this.#arena] = [[], undefined];
    return told;
  }
}
