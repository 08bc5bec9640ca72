// How numbers are written for people. Terminals and messages read 1.5e8, figures the markup 1.5×10^{8} (figures/typeset.ts).
// Every number is rounded before its power of ten is chosen: 9.9999e9 to three digits is 10^{10}, never 10×10^{9}.

/** As briefly as it goes: 4, 1600, 1e6, 2.5e-7; ∞ and – for what is no number. At most `digits` digits. */
export function brief(x: number, digits = 6): string {
  if (!Number.isFinite(x)) return unusual(x);
  const rounded = +x.toPrecision(digits);
  const size = Math.abs(rounded);
  if (size === 0 || (size >= 1e-3 && size < 1e4)) return minus(String(rounded));
  const { mantissa, exponent } = decimal(rounded, digits);
  return `${mantissa}e${exponent}`;
}

/** In just so many digits, and no more decimal places than that: 0.6429, 0.0012, 1234, 1.234e-5. */
export function readable(x: number, digits = 4): string {
  if (x === 0 || !Number.isFinite(x)) return unusual(x);
  const exponent = Number(x.toExponential(digits - 1).split("e")[1]);
  if (exponent < -3 || exponent > 4) return scientific(x, digits);
  return fixed(x, Math.min(Math.max(0, digits - 1 - exponent), digits));
}

/** In just so many digits and a power of ten: 1.234e-5. */
export function scientific(x: number, digits = 4): string {
  return Number.isFinite(x)
    ? minus(x.toExponential(digits - 1))
        .replace("e+", "e")
        .replace("e−", "e-")
    : unusual(x);
}

/** To some decimal places, zero without a sign. */
export function fixed(x: number, places = 4): string {
  if (!Number.isFinite(x)) return unusual(x);
  const text = Math.abs(x).toFixed(places);
  return x < 0 && Number(text) > 0 ? `−${text}` : text;
}

/** As `fixed`, with its sign: +0.0012, −0.0004. */
export function signed(x: number, places = 4): string {
  const text = fixed(x, places);
  return x >= 0 || (x < 0 && !text.startsWith("−")) ? `+${text}` : text;
}

/** Value ± standard error, to five decimal places, or as many as the error's first digit takes, at most twelve. */
export function withError({ value, stderr }: { readonly value: number; readonly stderr: number }): string {
  const first = stderr > 0 && Number.isFinite(stderr) ? -Number(stderr.toExponential(0).split("e")[1]) : 0;
  const places = Math.min(Math.max(5, first), 12);
  return `${fixed(value, places)} ± ${first > places ? brief(stderr, 1) : fixed(stderr, places)}`;
}

/** A share of one in per cent: 0.0123 is 1.23 %. */
export function percent(share: number, places = 2): string {
  return `${fixed(100 * share, places)} %`;
}

/** A positive number as 10^{8} or 3×10^{8}, in the markup of figures. */
export function powerOfTen(x: number, digits = 3): string {
  const { mantissa, exponent } = decimal(x, digits);
  return power(mantissa, exponent);
}

/** A number in the markup of figures: 0.7, 1600, 3.2×10^{5}. */
export function scripted(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return unusual(x);
  const rounded = +x.toPrecision(digits);
  const size = Math.abs(rounded);
  return size === 0 || (size >= 1e-3 && size < 1e5) ? minus(String(rounded)) : powerOfTen(rounded, digits);
}

/** The numbers of a text such as `brief` writes, 1.5e8, in the markup of figures, 1.5×10^{8}. */
export function raised(text: string): string {
  return text.replace(/(\d(?:\.\d+)?)e(-?\d+)/g, (_, mantissa: string, exponent: string) =>
    power(mantissa, Number(exponent)),
  );
}

function power(mantissa: string, exponent: number): string {
  const ten = `10^{${minus(String(exponent))}}`;
  return mantissa === "1" ? ten : `${mantissa}×${ten}`;
}

/** x to `digits` digits as mantissa · 10^exponent, 1 ≤ |mantissa| < 10, without zeros at the end. */
function decimal(x: number, digits: number): { mantissa: string; exponent: number } {
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  return { mantissa: minus(String(Number(mantissa))), exponent: Number(exponent) };
}

const minus = (text: string): string => text.replace("-", "−");
const unusual = (x: number): string => (Number.isNaN(x) ? "–" : x === 0 ? "0" : x > 0 ? "∞" : "−∞");
