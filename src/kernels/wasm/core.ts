// The WebAssembly instance and its memory. The core allocates nothing: from heapBase() up the memory is an arena that
// belongs to one call at a time. Only the files of this folder know pointers.

import { instantiateSync } from "@assemblyscript/loader";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import { inflate } from "./inflate.ts";

export class Core<E extends { heapBase(): number } = Exports> {
  /** The kernels, as the compiler declares them. */
  readonly run: E;
  protected readonly memory: WebAssembly.Memory;
  /** Where the arena begins. */
  protected readonly base: number;

  constructor(module: BufferSource | WebAssembly.Module = coreModule()) {
    const { exports } = instantiateSync<Record<string, unknown>>(module, {});
    this.memory = exports.memory as WebAssembly.Memory;
    this.run = exports as unknown as E;
    this.base = align(this.run.heapBase());
  }

  /** An arena over the whole free memory. It is valid until the next `arena()`: take results out before. */
  arena(): Arena {
    return new Arena(this.memory, this.base);
  }
}

export class Arena {
  protected readonly memory: WebAssembly.Memory;
  #top: number;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.memory = memory;
    this.#top = base;
  }

  /** Room for n f64, 16-byte aligned. Its contents are undefined. */
  space(n: number): number {
    return this.bytes(8 * n);
  }

  /** Room for n bytes, 16-byte aligned. Its contents are undefined. */
  bytes(n: number): number {
    const pointer = this.#top;
    this.#top = align(pointer + n);
    const missing = this.#top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return pointer;
  }

  /** Copies an array in, padded to `length` with `fill`. */
  put(values: Float64Array, length = values.length, fill = 0): number {
    const pointer = this.space(length);
    const view = this.view(pointer, length);
    view.set(values);
    if (length > values.length) view.fill(fill, values.length);
    return pointer;
  }

  /** Copies arrays in, each as `put` does: as many pointers as arrays. */
  putAll<const T extends readonly Float64Array[]>(arrays: T, length?: number): { [I in keyof T]: number } {
    return arrays.map((values) => this.put(values, length)) as { [I in keyof T]: number };
  }

  /** The same for i32, as they are. */
  putWhole(values: Int32Array): number {
    const pointer = this.bytes(values.byteLength);
    new Int32Array(this.memory.buffer, pointer >>> 0, values.length).set(values);
    return pointer;
  }

  /** The same for f32, as they are. */
  putSingles(values: Float32Array): number {
    const pointer = this.bytes(values.byteLength);
    this.singles(pointer, values.length).set(values);
    return pointer;
  }

  /** A view of n f32 in place: gone with the next `space` or `put`. */
  singles(pointer: number, n: number): Float32Array {
    return new Float32Array(this.memory.buffer, pointer >>> 0, n);
  }

  /** A view of n f64 in place: gone with the next `space` or `put`. */
  view(pointer: number, n: number): Float64Array {
    return new Float64Array(this.memory.buffer, pointer >>> 0, n);
  }

  /** Copies n f64 out. */
  take(pointer: number, n: number): Float64Array {
    return this.view(pointer, n).slice();
  }
}

/** Kernels take entries four at a time, or some other number: what fills them up has no weight. */
export const padded = (n: number, together = 4): number => Math.ceil(n / together) * together;

const align = (pointer: number): number => padded(pointer, 16);

/** What `make` makes at the first call, and the same at every later one. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The embedded core, compiled once. Handed to other threads it needs no compiling there, and what the engine optimises in one is optimised in all. */
export const coreModule: () => WebAssembly.Module = /* @__PURE__ */ once(() => compiled(bytes, size));

/** A module of `size` bytes as scripts/embed-core.mjs wrote it. */
export const compiled = (bytes: string, size: number): WebAssembly.Module =>
  new WebAssembly.Module(inflated(bytes, size));

function inflated(bytes: string, size: number): Uint8Array<ArrayBuffer> {
  // outside of browsers the platform inflates at once, in a third of the time of code not yet compiled
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib) return zlib.inflateRawSync(Buffer.from(bytes, "base64"));
  const characters = atob(bytes);
  const deflated = new Uint8Array(characters.length);
  for (let i = 0; i < deflated.length; i++) deflated[i] = characters.charCodeAt(i);
  return inflate(deflated, size);
}
