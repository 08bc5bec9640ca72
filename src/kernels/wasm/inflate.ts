// Inflates a raw DEFLATE stream (RFC 1951). The platform's own DecompressionStream would make the loading of the core
// asynchronous, and every call with it. The stream is our own build's: it is trusted to be well formed.

interface Huffman {
  /** Codes of each length. */
  readonly counts: Uint16Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** The canonical code with these code lengths (RFC 1951, 3.2.2). */
function huffman(lengths: ArrayLike<number>): Huffman {
  const counts = new Uint16Array(16);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]!]!++;
  counts[0] = 0;
  const starts = new Uint16Array(17);
  for (let length = 1; length < 16; length++) starts[length + 1] = starts[length]! + counts[length]!;
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) if (lengths[i]) symbols[starts[lengths[i]!]!++] = i;
  return { counts, symbols };
}

/** Base and extra bits of lengths 257 … 285 and distances 0 … 29 (3.2.5). */
const LENGTHS = Array.from({ length: 29 }, (_, i) => {
  const bits = i < 8 || i === 28 ? 0 : (i >> 2) - 1;
  return { bits, base: i < 8 ? i + 3 : i === 28 ? 258 : ((4 + (i & 3)) << bits) + 3 };
});
const DISTANCES = Array.from({ length: 30 }, (_, i) => {
  const bits = i < 4 ? 0 : (i >> 1) - 1;
  return { bits, base: i < 4 ? i + 1 : ((2 + (i & 1)) << bits) + 1 };
});
/** The order in which lengths of the code-length code come (3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** @param size bytes that come out */
export function inflate(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let [from, to, held, have] = [0, 0, 0, 0];
  const bits = (n: number): number => {
    for (; have < n; have += 8) held |= input[from++]! << have;
    const value = held & ((1 << n) - 1);
    held >>>= n;
    have -= n;
    return value;
  };
  const symbol = ({ counts, symbols }: Huffman): number => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; ; length++) {
      code |= bits(1);
      const count = counts[length]!;
      if (code - count < first) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
  };
  const block = (literals: Huffman, distances: Huffman): void => {
    for (let s = symbol(literals); s !== 256; s = symbol(literals)) {
      if (s < 256) {
        out[to++] = s;
        continue;
      }
      const length = LENGTHS[s - 257]!;
      const n = length.base + bits(length.bits);
      const distance = DISTANCES[symbol(distances)]!;
      const back = distance.base + bits(distance.bits);
      for (let i = 0; i < n; i++, to++) out[to] = out[to - back]!;
    }
  };
  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      held = have = 0;
      const n = input[from]! | (input[from + 1]! << 8);
      out.set(input.subarray(from + 4, from + 4 + n), to);
      from += 4 + n;
      to += n;
    } else if (kind === 1)
      block(
        huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
        huffman(new Uint8Array(30).fill(5)),
      );
    else {
      const [literals, distances, codes] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
      const own = new Uint8Array(19);
      for (let i = 0; i < codes; i++) own[ORDER[i]!] = bits(3);
      const code = huffman(own);
      const lengths: number[] = [];
      while (lengths.length < literals + distances) {
        const s = symbol(code);
        if (s < 16) lengths.push(s);
        else {
          const repeated = s === 16 ? lengths.at(-1)! : 0;
          for (let n = s === 16 ? 3 + bits(2) : s === 17 ? 3 + bits(3) : 11 + bits(7); n > 0; n--)
            lengths.push(repeated);
        }
      }
      block(huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals)));
    }
  }
  return out;
}
