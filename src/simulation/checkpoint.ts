// What an interrupted ensemble continues from: named entries of numbers, as bytes. The caller says where the bytes are kept.
// They carry the library's and the core's version and a checksum of all of it (CRC-32, ISO 3309: every flipped bit is seen,
// other damage is missed once in 2³²), so that a run goes on from what was written or not at all.

import type { Kernels } from "../kernels/kernels.ts";
import { bytes as core } from "../kernels/wasm/bytes.ts";
import { version } from "../provenance.ts";
import { replaceFile } from "../replace.ts";

/** Keeps the last checkpoint. `write` must replace the bytes in one piece, or not at all. */
export interface CheckpointStore {
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
  /** Puts damaged bytes away; then the run starts over. Where it is absent, they are an error. */
  setAside?(why: string): Promise<void>;
}

/**
 * A checkpoint in a file (Node): written beside it and moved over it, so that a kill leaves the old one or the new one.
 * @param onDamaged told why a file cannot be used and the name it was given, before the run starts over. Without it a damaged
 *   file stops the run.
 */
export function fileCheckpoint(path: string, onDamaged?: (why: string, kept: string) => void): CheckpointStore {
  const fs = process.getBuiltinModule("node:fs");
  return {
    read: async () => (fs.existsSync(path) ? new Uint8Array(fs.readFileSync(path)) : undefined),
    write: async (bytes) => replaceFile(path, bytes),
    ...(onDamaged && {
      setAside: async (why: string) => {
        let kept = `${path}.damaged`;
        for (let n = 2; fs.existsSync(kept); n++) kept = `${path}.damaged${n}`;
        fs.renameSync(path, kept);
        onDamaged(why, kept);
      },
    }),
  };
}

/** The bytes are not what was written. */
export class Damaged extends RangeError {
  override readonly name = "RangeError";
}

export type Entries = Map<string, readonly Float64Array[]>;

const MAGIC = "isoflop checkpoint 2 ";

/** What computes: another version of it may give other numbers. */
export const computedBy = ({ name }: Kernels): string =>
  `isoflop ${version}, ${name} ${hex(crc32(new TextEncoder().encode(core)))}`;

/**
 * A line with the checksum of what follows; a line of JSON: what made the run, and the name and lengths of every entry; and
 * the numbers, little-endian f64.
 */
export function encode(made: unknown, entries: Entries): Uint8Array {
  const names = [...entries].map(([name, arrays]) => [name, arrays.map((a) => a.length)]);
  const header = new TextEncoder().encode(`${MAGIC}${hex(0)}\n${JSON.stringify([made, names])}\n`);
  const arrays = [...entries.values()].flat();
  const bytes = new Uint8Array(header.length + arrays.reduce((sum, a) => sum + 8 * a.length, 0));
  bytes.set(header);
  let at = header.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  bytes.set(new TextEncoder().encode(hex(crc32(bytes.subarray(BODY)))), MAGIC.length);
  return bytes;
}

/** Where the checked bytes begin. */
const BODY = MAGIC.length + 9;

/**
 * The entries of a checkpoint.
 * @throws Damaged where the bytes are no checkpoint, or are not as they were written; RangeError where they are another run's
 */
export function decode(bytes: Uint8Array, made: unknown): Entries {
  const first = new TextDecoder("latin1").decode(bytes.subarray(0, BODY));
  if (!first.startsWith(MAGIC)) throw new Damaged("the checkpoint is not one of this isoflop's");
  const body = bytes.subarray(BODY);
  if (first !== `${MAGIC}${hex(crc32(body))}\n`) throw new Damaged("the checkpoint is damaged: its checksum is wrong");
  const end = body.indexOf(10);
  const [theirs, names] = JSON.parse(new TextDecoder().decode(body.subarray(0, end))) as [
    Record<string, unknown>,
    [string, number[]][],
  ];
  const ours = JSON.parse(JSON.stringify(made)) as Record<string, unknown>;
  const other = Object.keys({ ...ours, ...theirs }).find((k) => JSON.stringify(ours[k]) !== JSON.stringify(theirs[k]));
  if (other) {
    const which =
      other === "by" ? `was written by ${theirs.by}, this is ${ours.by}` : `is of another run (${other} differs)`;
    throw new RangeError(`the checkpoint ${which}: remove it, or name another`);
  }
  let at = end + 1;
  const take = (length: number): Float64Array => {
    const array = new Float64Array(body.slice(at, at + 8 * length).buffer);
    at += 8 * length;
    return array;
  };
  return new Map(names.map(([name, lengths]) => [name, lengths.map(take)]));
}

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** CRC-32 with the polynomial x³² + x²⁶ + … + 1, bits reversed. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
