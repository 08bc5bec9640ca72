// What an interrupted ensemble continues from: named entries of numbers, as bytes. The caller says where the bytes are kept.

/** Keeps the last checkpoint. `write` must replace the bytes in one piece, or not at all. */
export interface CheckpointStore {
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** A checkpoint in a file (Node): written beside it and moved over it, so that a kill leaves the old one or the new one. */
export function fileCheckpoint(path: string): CheckpointStore {
  const fs = process.getBuiltinModule("node:fs");
  return {
    read: async () => (fs.existsSync(path) ? new Uint8Array(fs.readFileSync(path)) : undefined),
    write: async (bytes) => {
      fs.writeFileSync(`${path}.part`, bytes);
      fs.renameSync(`${path}.part`, path);
    },
  };
}

export type Entries = Map<string, readonly Float64Array[]>;

const MAGIC = "isoflop checkpoint 1";

/**
 * A line of JSON — what made the run, and the name and lengths of every entry — and the numbers, little-endian f64.
 */
export function encode(made: unknown, entries: Entries): Uint8Array {
  const names = [...entries].map(([name, arrays]) => [name, arrays.map((a) => a.length)]);
  const header = new TextEncoder().encode(`${JSON.stringify([MAGIC, made, names])}\n`);
  const arrays = [...entries.values()].flat();
  const bytes = new Uint8Array(header.length + arrays.reduce((sum, a) => sum + 8 * a.length, 0));
  bytes.set(header);
  let at = header.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/**
 * The entries of a checkpoint.
 * @throws RangeError where the bytes are no checkpoint, or one of another run
 */
export function decode(bytes: Uint8Array, made: unknown): Entries {
  const refuse = (why: string): never => {
    throw new RangeError(`the checkpoint ${why}: remove it, or name another`);
  };
  const end = bytes.indexOf(10);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  } catch {
    refuse("is not one of isoflop's");
  }
  const [magic, theirs, names] = header as [string, Record<string, unknown>, [string, number[]][]];
  if (magic !== MAGIC) refuse("is not one of isoflop's");
  const ours = JSON.parse(JSON.stringify(made)) as Record<string, unknown>;
  const other = Object.keys({ ...ours, ...theirs }).find((k) => JSON.stringify(ours[k]) !== JSON.stringify(theirs[k]));
  if (other) refuse(`is of another run (${other} differs)`);
  let at = end + 1;
  const take = (length: number): Float64Array => {
    const array = new Float64Array(bytes.slice(at, at + 8 * length).buffer);
    at += 8 * length;
    return array;
  };
  if (names.flatMap(([, lengths]) => lengths).reduce((sum, n) => sum + 8 * n, at) !== bytes.length)
    refuse("is not complete");
  return new Map(names.map(([name, lengths]) => [name, lengths.map(take)]));
}
