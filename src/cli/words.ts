// How a problem is put in words, for the terminal and, with `raised`, for figures.

import { readable } from "./table.ts";

/** α = β = 0.7, or α = 0.7, β = 0.3. */
export function pointInWords({ alpha, beta }: { readonly alpha: number; readonly beta: number }): string {
  return alpha === beta ? `α = β = ${brief(alpha)}` : `α = ${brief(alpha)}, β = ${brief(beta)}`;
}

/** The step size as it was given. */
export function stepInWords({
  gamma,
  stepFraction,
}: {
  readonly gamma?: number;
  readonly stepFraction?: number;
}): string {
  return gamma === undefined ? `γ = ${stepFraction ?? 0.5}/Tr D` : `γ = ${readable(gamma)}`;
}

/** 1.5e8 as 1.5×10^{8}: the markup of figures. */
export function raised(text: string): string {
  return text.replace(/(\d(?:\.\d+)?)e(-?\d+)/g, (_, mantissa: string, exponent: string) => {
    const power = `10^{${exponent.replace("-", "−")}}`;
    return Number(mantissa) === 1 ? power : `${mantissa}×${power}`;
  });
}

/** A number as briefly as it goes: 4, 1600, 1e6, 2.5e-7. */
export function brief(x: number): string {
  const size = Math.abs(x);
  if (x === Infinity) return "∞";
  if (x === 0 || (size >= 1e-3 && size < 1e4)) return String(+x.toPrecision(6));
  const [mantissa, exponent] = (+x.toPrecision(6)).toExponential().split("e");
  return `${mantissa}e${Number(exponent)}`;
}
