// The core under guard, for tests: every block of the arena is full of NaN before it is written and followed by words that no
// kernel may touch, and what lies below the core's own data may never change.

import { Arena, Core } from "../../src/kernels/wasm/core.ts";

/** What a block is full of: bytes of a NaN. */
const POISON = 0xff;
const CANARY = 0xa5;
/** Where the compiler puts the core's data: below is nobody's. */
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

export class GuardedCore extends Core {
  #arena: GuardedArena | undefined;
  readonly #below: Uint8Array;

  constructor() {
    super();
    this.#below = new Uint8Array(this.memory.buffer, 0, DATA).slice();
  }

  override arena(): Arena {
    this.#arena = new GuardedArena(this.memory, this.base);
    return this.#arena;
  }

  /** What the last call wrote where it must not. */
  broken(): string[] {
    const now = new Uint8Array(this.memory.buffer, 0, DATA);
    const at = this.#below.findIndex((byte, i) => byte !== now[i]);
    return [...(this.#arena?.broken() ?? []), ...(at < 0 ? [] : [`address ${at}, which is nobody's`])];
  }
}
