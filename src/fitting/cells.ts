// What a cell of a table says. People write numbers as 7B, 1.4T, 1,000,000, 1_000, 3,14 where the comma is decimal, 1.2×10^18 and
// 3 EFLOPs; a cell without a number is empty, NaN, null or a dash. Nothing else is understood, and nothing is ever evaluated.

export type Decimal = "." | ",";

/** What stands for no value, without case. */
const MISSING =
  /^(|nan|null|none|nil|na|n\/a|#n\/a|#div\/0!|#value!|undefined|missing|inf|infinity|[+-]inf(inity)?|∞|\?|[-–—−:. ]+)$/i;

export function isMissing(cell: unknown): boolean {
  if (typeof cell === "string") return cell.length < 20 && MISSING.test(cell.trim());
  return cell === null || cell === undefined || (typeof cell === "number" && !Number.isFinite(cell));
}

/** Powers of a thousand by letter and by word. */
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  thousands: 1e3,
  m: 1e6,
  mm: 1e6,
  mn: 1e6,
  mio: 1e6,
  mln: 1e6,
  million: 1e6,
  millions: 1e6,
  b: 1e9,
  g: 1e9,
  bn: 1e9,
  bln: 1e9,
  billion: 1e9,
  billions: 1e9,
  t: 1e12,
  tn: 1e12,
  trillion: 1e12,
  trillions: 1e12,
};
const PREFIXES: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  kilo: 1e3,
  m: 1e6,
  mega: 1e6,
  g: 1e9,
  giga: 1e9,
  t: 1e12,
  tera: 1e12,
  p: 1e15,
  peta: 1e15,
  e: 1e18,
  exa: 1e18,
  z: 1e21,
  zetta: 1e21,
  y: 1e24,
  yotta: 1e24,
};
const FLOPS = /^(kilo|k|mega|m|giga|g|tera|t|peta|p|exa|e|zetta|z|yotta|y|)(?:flops?|flos?)$/;
/** A petaflop/s for a day. */
const PETAFLOP_DAY = /^p(eta)?fl?o?p?s?[ /-]?s?[ /-]?days?$/;

/** What a unit multiplies by: M, billion, gflops, PF-days; undefined for a word that is none. */
export function scaleOf(unit: string): number | undefined {
  const word = unit.trim().toLowerCase();
  const power = /^(?:1e|10\^|10\*\*|×10\^|x10\^)(\d{1,2})$/.exec(word)?.[1];
  if (power !== undefined) return Number(`1e${power}`);
  if (PETAFLOP_DAY.test(word)) return 8.64e19;
  const prefix = FLOPS.exec(word)?.[1];
  return prefix === undefined ? (Object.hasOwn(SCALES, word) ? SCALES[word] : undefined) : PREFIXES[prefix];
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NUMBER =
  /^([+-]?)(\d[\d.,'’_\s]*|[.,]\d+)(?:e([+-]?\d+)|\s*[x×·*]\s*10\s*(?:\^|\*\*)\s*([+-]?\d+))?\s*([a-z][a-z/ -]*)?$/i;

/**
 * The number a text holds, and whether a unit in it says its size: 7B. Undefined where it holds none.
 * @param decimal what separates the fraction; the other of . and , separates thousands
 */
export function parseNumber(text: string, decimal: Decimal = "."): { value: number; scaled: boolean } | undefined {
  const read = parsed(text, decimal);
  // 1e400 is none
  return read && Number.isFinite(read.value) ? read : undefined;
}

function parsed(text: string, decimal: Decimal): { value: number; scaled: boolean } | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 60) return undefined;
  if (decimal === "." && PLAIN.test(trimmed)) return { value: Number(trimmed), scaled: false };
  const plain = trimmed
    .replaceAll("−", "-")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (digits) => `^${[...digits].map((d) => SUPERSCRIPTS.indexOf(d)).join("")}`);
  const power = /^10\s*(?:\^|\*\*)\s*([+-]?\d+)$/.exec(plain);
  if (power) return { value: Number(`1e${power[1]}`), scaled: false };
  const [, sign, digits, exponent, times, unit] = NUMBER.exec(plain) ?? [];
  if (digits === undefined) return undefined;
  const mantissa = ungrouped(digits.trim(), decimal);
  if (mantissa === undefined) return undefined;
  const value = Number(`${sign}${mantissa}e${exponent ?? times ?? 0}`);
  if (unit === undefined) return { value, scaled: false };
  const words = unit.trim().split(/\s+/);
  const named = /^(params?|parameters?|tokens?|toks?)$/i;
  if (words.length > 1 && (named.test(words.at(-1)!) || FLOPS.test(words.at(-1)!.toLowerCase()))) {
    const [scale, own] = [scaleOf(words[0]!), named.test(words.at(-1)!) ? 1 : scaleOf(words.at(-1)!)!];
    return words.length === 2 && scale !== undefined ? { value: value * scale * own, scaled: true } : undefined;
  }
  if (words.length === 1 && named.test(words[0]!)) return { value, scaled: true };
  const scale = scaleOf(unit);
  return scale === undefined ? undefined : { value: value * scale, scaled: true };
}

/** Digits without what separates thousands, and with a point; undefined where the groups are not of three. */
function ungrouped(digits: string, decimal: Decimal): string | undefined {
  const group = decimal === "." ? "," : ".";
  const [whole = "", fraction = "", ...more] = digits.split(decimal);
  if (more.length > 0 || /[^\d]/.test(fraction.replace(/_/g, ""))) return undefined;
  for (const separator of [group, "'", "’", " ", "\u00a0", "\u202f", "\u2009"]) {
    if (!whole.includes(separator)) continue;
    const parts = whole.split(separator);
    const three = parts.slice(1).every((part) => /^\d{3}$/.test(part)) && /^\d{1,3}$/.test(parts[0]!);
    // lakhs and crores: groups of two before the last three
    const indian = /^\d{1,2}(,\d{2})+,\d{3}$/.test(whole);
    return three || indian ? `${parts.join("")}.${fraction.replace(/_/g, "")}` : undefined;
  }
  return /^(\d+(_\d+)*|)$/.test(whole) ? `${whole.replace(/_/g, "")}.${fraction.replace(/_/g, "")}` : undefined;
}

/** What a column's cells say of the decimal separator: one, the other, both, or undefined where all could be either. */
export function decimalIn(cells: Iterable<unknown>): Decimal | "both" | undefined {
  let seen: Decimal | undefined;
  for (const cell of cells) {
    if (typeof cell !== "string") continue;
    const is = told(cell);
    if (is === undefined) continue;
    if (seen !== undefined && is !== seen) return "both";
    seen = is;
  }
  return seen;
}

function told(cell: string): Decimal | undefined {
  const digits = /^\s*[+−-]?([\d.,]+)/.exec(cell)?.[1];
  if (digits === undefined) return undefined;
  const [points, commas] = [digits.split(".").length - 1, digits.split(",").length - 1];
  if (points + commas === 0) return undefined;
  if (points > 0 && commas > 0) return digits.lastIndexOf(".") > digits.lastIndexOf(",") ? "." : ",";
  const mark = points > 0 ? "." : ",";
  if (points + commas > 1) return mark === "." ? "," : ".";
  const [before = "", after = ""] = digits.split(mark);
  const could = after.length === 3 && /^[1-9]\d{0,2}$/.test(before);
  return could ? undefined : mark;
}

/** Whether some cell reads 1,234, which is a thousand or a little over one. */
export const ambiguous = (cell: unknown): boolean =>
  typeof cell === "string" && /^\s*[+-]?[1-9]\d{0,2},\d{3}\b/.test(cell);
