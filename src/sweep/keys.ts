// Content-addressed cells: a key is the SHA-256 of the canonical JSON of everything a result depends on, so that
// overlapping plans share results and no cell is written twice.

import { createHash } from "node:crypto";
import { defaultKernels } from "../kernels/default.ts";
import { digest } from "../kernels/digest.ts";
import { version } from "../provenance.ts";

/** JSON with sorted names and no blanks: equal values have equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value !== null && typeof value === "object") {
    const object = value as Record<string, unknown>;
    const names = Object.keys(object).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name])}`).join()}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
  return JSON.stringify(value);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What computes: the library's version, the backend and the digest of all WebAssembly modules. */
export function kernelVersion(): string {
  return `${version}-${defaultKernels().name}-${digest}`;
}

/** A set of keys in 16 bytes each (their first 128 bits): a million take 32 MB. */
export class KeySet {
  #slots = new Uint32Array(4 << 10);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#find(words(key)) < 0;
  }

  /** Whether the key is new. */
  add(key: string): boolean {
    if (this.#size >= this.#slots.length / 6) this.#grow();
    const entry = words(key);
    const free = this.#find(entry);
    if (free < 0) return false;
    this.#slots.set(entry, free);
    this.#size++;
    return true;
  }

  /** Where the entry would go, or −1 if it is there. */
  #find(entry: Uint32Array): number {
    const slots = this.#slots;
    const [a, b, c, d] = entry as unknown as [number, number, number, number];
    for (let i = (4 * a) % slots.length; ; i = (i + 4) % slots.length) {
      if (slots[i] === a && slots[i + 1] === b && slots[i + 2] === c && slots[i + 3] === d) return -1;
      if ((slots[i]! | slots[i + 1]! | slots[i + 2]! | slots[i + 3]!) === 0) return i;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 4) {
      const entry = old.subarray(i, i + 4);
      if ((entry[0]! | entry[1]! | entry[2]! | entry[3]!) !== 0) this.#slots.set(entry, this.#find(entry));
    }
  }
}

const buffer = new Uint32Array(4);

function words(key: string): Uint32Array {
  for (let i = 0; i < 4; i++) buffer[i] = Number.parseInt(key.slice(8 * i, 8 * i + 8), 16);
  return buffer;
}
