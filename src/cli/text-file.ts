// A file of text that a user wrote: a plan, a schedule. Whatever is no UTF-8 is told by what it is, not by what it makes of JSON.

import { readFileSync, statSync } from "node:fs";
import { Usage } from "./errors.ts";

/** Bytes of a text that somebody wrote. */
const LARGEST = 64e6;

/**
 * @param what what the file should be, for the message where it cannot be read
 * @throws Usage in one line: cannot be read, too large, compressed, or in another encoding than UTF-8
 */
export function readText(file: string, what = "a text file"): string {
  let bytes: Uint8Array;
  try {
    const { size } = statSync(file);
    if (size > LARGEST)
      throw new Usage(`${file} has ${Math.ceil(size / 1e6)} MB, at most 64 MB are read: give ${what}`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof Usage) throw error;
    throw new Usage(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}): give ${what}`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Usage(`${file} is compressed by gzip: unpack it by gunzip`);
  // by its mark, or by the zero that every second byte of plain letters is
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16 || (bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0)))
    throw new Usage(`${file} is in UTF-16: save it as UTF-8`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Usage(`${file} is not in UTF-8: save it as UTF-8`);
  }
}
