// Inflates a raw DEFLATE stream (RFC 1951). The platform's own DecompressionStream would make the loading of the core
// asynchronous, and every call with it. The stream is our own build's: it is trusted to be well formed.

/**
 * The canonical code with these code lengths (RFC 1951, 3.2.2) as a table over the next `width` bits of the stream, which
 * holds 16 symbol + length. This runs before anything else can, and only once: it is written for the interpreter.
 */
interface Huffman {
  readonly width: number;
  readonly table: Uint16Array;
}

function huffman(lengths: ArrayLike<number>): Huffman {
  const symbols: number[][] = Array.from({ length: 16 }, () => []);
  for (let i = 0; i < lengths.length; i++) symbols[lengths[i]!]!.push(i);
  let width = 15;
  while (width > 0 && symbols[width]!.length === 0) width--;
  const table = new Uint16Array(1 << width);
  // codes in order, shortest first, each with its first bit lowest, as in the stream
  for (let length = 1, code = 0; length <= width; length++) {
    // what is shorter goes with either next bit
    table.copyWithin(1 << (length - 1), 0, 1 << (length - 1));
    for (const symbol of symbols[length]!) {
      table[code] = (symbol << 4) | length;
      // the next code: 1 is added at the last bit, and carried to the first
      let bit = 1 << (length - 1);
      for (; code & bit; bit >>= 1) code ^= bit;
      code |= bit;
    }
  }
  return { width, table };
}

/** Lengths 257 … 285 and distances 0 … 29: the extra bits, and what they are added to (3.2.5). */
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
const LENGTH = Uint16Array.from(LENGTH_BITS, (bits, i) =>
  i < 8 ? i + 3 : i === 28 ? 258 : ((4 + (i & 3)) << bits) + 3,
);
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
const DISTANCE = Uint16Array.from(DISTANCE_BITS, (bits, i) => (i < 4 ? i + 1 : ((2 + (i & 1)) << bits) + 1));
/** The order in which lengths of the code-length code come (3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** @param size bytes that come out */
export function inflate(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let [from, to, held, have] = [0, 0, 0, 0];
  const need = (n: number): void => {
    for (; have < n; have += 8) held |= input[from++]! << have;
  };
  const drop = (n: number): void => {
    held >>>= n;
    have -= n;
  };
  const bits = (n: number): number => {
    need(n);
    const value = held & ((1 << n) - 1);
    drop(n);
    return value;
  };
  const symbol = ({ width, table }: Huffman): number => {
    need(width); // past the end these are zeros, and dropped by no code
    const entry = table[held & (table.length - 1)]!;
    drop(entry & 15);
    return entry >> 4;
  };
  const block = (literals: Huffman, distances: Huffman): void => {
    for (let s = symbol(literals); s !== 256; s = symbol(literals)) {
      if (s < 256) {
        out[to++] = s;
        continue;
      }
      const end = to + LENGTH[s - 257]! + bits(LENGTH_BITS[s - 257]!);
      const distance = symbol(distances);
      for (let back = to - DISTANCE[distance]! - bits(DISTANCE_BITS[distance]!); to < end; to++) out[to] = out[back++]!;
    }
  };
  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      from -= have >> 3; // read ahead, but not used
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
