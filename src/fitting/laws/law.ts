// A law of the loss as a value: its form L(N, D; p), gradient, starts and source. Every parameter is positive, so that fits
// move in log p; N and D come in units of their geometric means (N0, D0), so that coefficients stay near 1.

export interface ScalingLaw {
  readonly name: string;
  /** The form, as people write it. */
  readonly form: string;
  readonly source: string;
  /** Names of the parameters p, in their order; all positive. */
  readonly parameters: readonly string[];
  /**
   * L at sizes e^x and tokens e^y.
   * @param gradient - filled with ∂L/∂log p
   */
  readonly predict: (p: Float64Array, x: number, y: number, gradient: Float64Array) => number;
  /** Starts: p in units of (N0, D0), for losses between `least` and `most`. */
  readonly starts: (least: number, most: number) => readonly (readonly number[])[];
  /** p in units of one parameter and one token, from units of (N0, D0) = (e^x0, e^y0). */
  readonly inUnits: (p: Float64Array, x0: number, y0: number) => number[];
}

/** Pairs of a share of the least loss that nothing reduces and an exponent, from which the forms with a floor start. */
export const FLOORS: readonly (readonly [number, number])[] = [0.4, 0.7, 0.9].flatMap((floor) =>
  [0.2, 0.5].map((exponent) => [floor, exponent] as const),
);
