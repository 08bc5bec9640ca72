// Dimension-adapted momentum (Ferbach, Everett, Gidel, E. & C. Paquette 2025; docs/theory.md, eq. 9.10): y ← (1−Δ) y + G with
// Δ = δ/(δ+r), θ ← θ − γ G − γ3 y.

import { finite, positive } from "../../../check.ts";
import { pow } from "../../../math/elementary.ts";
import type { Spectrum } from "../../measure/spectrum.ts";
import { type Common, type CommonOptions, common, type Definition } from "./definition.ts";

export interface Dana extends Common {
  readonly kind: "dana";
  readonly variant: "constant" | "decaying";
  /** δ of Δ(r) = δ/(δ+r). */
  readonly delta: number;
  /** γ3 = strength γ2/d, or strength γ2 (1+r)^−exponent. */
  readonly strength: number;
  /** Default 1/2α of a power law. */
  readonly exponent?: number;
}

/**
 * Dimension-adapted momentum: γ2 = γ, Δ = δ/(δ+r), and γ3 = strength γ/d (constant) or strength γ (1+r)^{−1/2α} (decaying).
 */
export function dana({
  variant = "constant",
  delta = 8,
  strength = variant === "constant" ? 1 : 0.2,
  exponent,
  ...rest
}: {
  variant?: "constant" | "decaying";
  delta?: number;
  strength?: number;
  exponent?: number;
} & CommonOptions = {}): Dana {
  return {
    kind: "dana",
    variant,
    delta: positive("delta", delta),
    strength: finite("strength", strength, 0),
    ...(exponent === undefined ? {} : { exponent: finite("exponent", exponent, 0) }),
    ...common(rest),
  };
}

function parse(rest: string, options: CommonOptions): Dana {
  const words = rest.split(",").filter(Boolean);
  const given = Object.fromEntries(words.filter((w) => w.includes("=")).map((w) => w.split("=")));
  const variant = words.find((w) => !w.includes("=")) ?? "constant";
  const unknown = Object.keys(given).find((key) => key !== "delta" && key !== "strength");
  if ((variant !== "constant" && variant !== "decaying") || unknown !== undefined)
    throw new RangeError(`dana takes constant or decaying, delta and strength, got ${unknown ?? variant}`);
  return dana({
    variant,
    ...(given.delta === undefined ? {} : { delta: Number(given.delta) }),
    ...(given.strength === undefined ? {} : { strength: Number(given.strength) }),
    ...options,
  });
}

function decay(spectrum: Spectrum): number {
  if (spectrum.kind === "power-law") return 1 / (2 * spectrum.alpha);
  throw new RangeError("exponent must be given for the decaying variant on a measured spectrum");
}

export const danaDefinition: Definition<Dana> = {
  kind: "dana",
  steps: {
    gamma: (_, eta, batch) => eta / batch,
    words: ({ variant, delta, strength }) => `DANA-${variant} δ = ${delta}, c = ${strength}`,
    recursion: "momentum",
    coefficients({ variant, delta, strength, exponent }, { d, spectrum }) {
      const power = variant === "constant" ? 0 : (exponent ?? decay(spectrum));
      const share = (r: number) => strength * (variant === "constant" ? 1 / d : pow(1 + r, -power));
      return (r, step) => ({ gamma1: 1, gamma2: step, gamma3: share(r) * step, delta: delta / (delta + r) });
    },
    usage: "dana:constant or dana:decaying,delta=δ,strength=c",
    parse,
    choices: (["constant", "decaying"] as const).map((variant) => ({
      name: `dana-${variant}`,
      label: `DANA-${variant}`,
      free: ["delta", "strength"] as const,
      make: (options) => dana({ ...options, variant }),
    })),
    // δ should exceed twice the decay exponents of the loss (docs/theory.md, §9)
    warnings({ delta }, spectrum) {
      if (spectrum.kind !== "power-law") return [];
      const { alpha, beta } = spectrum;
      const least = Math.max((2 * alpha + 2 * beta - 1) / alpha, 4 - 1 / alpha);
      return delta > least
        ? []
        : [`delta should exceed ${least.toPrecision(3)} for the loss to reach its exponents here, got ${delta}`];
    },
  },
};
