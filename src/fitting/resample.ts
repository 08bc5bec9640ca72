// Bootstrap resamples as weights: how often each case, or each run, is drawn. Draw k depends on the seed and k alone, so that any
// number of threads gives the same draws.

/** 32-bit words from (seed, draw): sfc32 of Doty-Humphrey (PractRand), after its 12 rounds of warming up. */
export function generator(seed: number, draw: number): () => number {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, draw | 0, 1];
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** What is drawn with replacement: units of rows, each within its stratum. */
export interface Design {
  /** Unit of each row, numbered from 0 without gaps. */
  readonly unit: Int32Array;
  /** Units of each stratum. */
  readonly strata: readonly Int32Array[];
}

/** Units are drawn within the strata that `stratum` (of each row) gives; all rows of a unit share one. */
export function design(unit: Int32Array, stratum: ArrayLike<number> = new Int32Array(unit.length)): Design {
  const members = new Map<number, Set<number>>();
  const number = new Map<number, number>();
  const numbered = unit.map((u, i) => {
    const s = stratum[i]!;
    if (!number.has(u)) number.set(u, number.size);
    if (!members.has(s)) members.set(s, new Set());
    members.get(s)!.add(number.get(u)!);
    return number.get(u)!;
  });
  return { unit: numbered, strata: [...members.values()].map((units) => Int32Array.from(units)) };
}

/** Weights of draw number `draw`, row by row. */
export function resample({ unit, strata }: Design, seed: number, draw: number): Float64Array {
  const next = generator(seed, draw);
  const count = new Float64Array(strata.reduce((sum, units) => sum + units.length, 0));
  for (const units of strata)
    for (let k = 0; k < units.length; k++) count[units[Math.floor((next() / 2 ** 32) * units.length)]!]!++;
  const w = new Float64Array(unit.length);
  for (let i = 0; i < w.length; i++) w[i] = count[unit[i]!]!;
  return w;
}
