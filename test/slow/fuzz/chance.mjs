// Values drawn for call n: usual ones, ends of ranges, and now and then something of another kind.

import { generator } from "../../park-miller.mjs";

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  Number.NaN,
  Infinity,
  -Infinity,
  1e-300,
  5e-324,
  1e-30,
  1e15,
  2 ** 53,
  1e30,
  1e140,
  1e300,
  1.7e308,
];
const KINDS = [undefined, null, "1", "", [], {}, true];

/** Everything random about call n. */
export function chance(n) {
  const random = generator((n * 7919 + 12345) % 2147483647);
  for (let i = 0; i < 8; i++) random(); // near seeds begin alike
  const pick = (list) => list[Math.floor(random() * list.length)];
  // one call in three has values from the ends, and one in fifty of another kind
  const [wild, odd] = [random() < 0.35, random() < 0.02];
  const maybe = (value) => {
    if (odd && random() < 0.3) return pick(KINDS);
    return wild && random() < 0.3 ? pick(SPECIAL) : value();
  };
  const real = (low, high) => maybe(() => low + (high - low) * random());
  const log = (low, high) => maybe(() => low * (high / low) ** random());
  const whole = (low, high) => maybe(() => Math.round(low * (high / low) ** random()));
  const list = (of, most = 12) => maybe(() => Array.from({ length: Math.floor(random() * most) }, of));
  const rising = (low, high, most = 12) =>
    maybe(() => {
      const n = 1 + Math.floor(random() * most);
      return Array.from({ length: n }, () => low * (high / low) ** random()).sort((a, b) => a - b);
    });
  const some = (options) =>
    Object.fromEntries(
      Object.entries(options)
        .filter(() => random() < 0.4)
        .map(([k, make]) => [k, make()]),
    );
  const maybeOne = (of) => (random() < 0.5 ? [of()] : []);
  return { random, pick, maybeOne, real, log, whole, list, rising, some, maybe };
}
