// Philox4x32-10 and what is drawn from it, in plain TypeScript: the bits of assembly/random.ts (docs/theory.md, eqs. 7.1, 7.2).

import { type Distribution, type Draw, STREAMS } from "../simulation.ts";
import { cos, expm1, log, sin } from "./elementary.ts";

/** High half of the 64-bit product of two words. */
function mulhi(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + ((al * bl) >>> 16);
  return ah * bh + Math.floor(middle / 65536) + Math.floor(((middle & 0xffff) + al * bh) / 65536);
}

type Counter = readonly [number, number, number, number];

/** Four words from one counter. */
function block(counter: Counter, key: readonly [number, number]): Counter {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [mulhi(0xd2511f53, x0), Math.imul(0xd2511f53, x0)];
    const [high1, low1] = [mulhi(0xcd9e8d57, x2), Math.imul(0xcd9e8d57, x2)];
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ x3 ^ k1) >>> 0, low0 >>> 0];
    [k0, k1] = [(k0 + 0x9e3779b9) | 0, (k1 + 0xbb67ae85) | 0];
  }
  return [x0, x1, x2, x3];
}

/** The words of four successive counters: x0 of each, then x1, x2, x3. */
export function philox([c0, c1, c2, c3]: Counter, key: readonly [number, number]): Uint32Array {
  const words = new Uint32Array(16);
  for (let lane = 0; lane < 4; lane++)
    block([(c0 + lane) >>> 0, c1, c2, c3], key).forEach((w, i) => {
      words[4 * i + lane] = w;
    });
  return words;
}

/** Bit of the counter of the words that lengthen small ones, and below what a word is small: tails reach beyond 2⁻³² so. */
const TAIL = 1 << 23;
const SMALL = 4096;

const uniform = (w: number): number => w * 2 ** -32 + 2 ** -33;
const halfAngle = (w: number): number => ((w << 1) + 1) * 3.657295198167899e-10;

function signedCosine(w: number, s: number): number {
  const c = 1 - (s + s) * s;
  return w >>> 31 ? -c : c;
}

/** The numbers of four counters from c0 on. */
function numbers(law: Distribution, c0: number, rest: readonly [number, number, number], key: [number, number]) {
  const words = philox([c0, ...rest], key);
  if (law === "rademacher") return Array.from(words, (w) => (w >>> 31 ? -1 : 1));
  if (law === "uniform") return Array.from(words, (w) => 1.7320508075688772 * (uniform(w) + uniform(w) - 1));
  let tails: Uint32Array | undefined;
  const longUniform = (i: number): number => {
    if (words[i]! >= SMALL) return uniform(words[i]!);
    tails ??= philox([c0, rest[0], rest[1], rest[2] | TAIL], key);
    return (words[i]! + uniform(tails[i]!)) * 2 ** -32;
  };
  const out: number[] = [];
  for (const first of [0, 8])
    for (let i = first; i < first + 4; i++) {
      const [logarithm, w] = [log(longUniform(i)), words[i + 4]!];
      const s = sin(halfAngle(w));
      if (law === "normal") {
        const r = Math.sqrt(-2 * logarithm);
        out[i] = r * signedCosine(w, s);
        out[i + 4] = r * ((s + s) * cos(halfAngle(w)));
      } else {
        const r = Math.sqrt((law.student - 2) * expm1((-2 / law.student) * logarithm));
        out.push(r * signedCosine(w, s));
      }
    }
  return out;
}

/** Numbers start … start+n−1 of a draw; start is a multiple of 16. */
export function random({ seed, stream, member, step }: Draw, law: Distribution, n: number, start = 0): Float64Array {
  const key: [number, number] = [seed | 0, Math.floor(seed / 2 ** 32)];
  const rest = [step | 0, member | 0, Math.floor(step / 2 ** 32) | (STREAMS[stream] << 24)] as const;
  const out = new Float64Array(n);
  let c0 = typeof law === "object" ? start / 2 : start / 4;
  for (let i = 0; i < n; c0 += 4) {
    const some = numbers(law, c0, rest, key);
    out.set(some.slice(0, n - i), i);
    i += some.length;
  }
  return out;
}
