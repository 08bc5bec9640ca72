// How large a constant step may be (docs/theory.md, eqs. 3.6–3.8). With κ = −u to the left of every −λ_j,
//
//   z(u) = u (1 + g(u)/d),   g(u) = Σ a_j/(u−λ_j),   ‖K‖ = g(u)/(B+1)  at  z(u) = 2/(γ(B+1)),
//
// so the largest stable step has a closed form in u: g(u) = B+1. The support of K̂ ends where dz/du = 0.

import type { Modes } from "../kernels/resolvent.ts";
import { realSum, realSum2 } from "./resolvent.ts";

export interface Stability {
  /** Largest eigenvalue of K̂ in the deterministic equivalent. */
  readonly top: number;
  /** The loss converges for every γ below this. */
  readonly maxGamma: number;
}

const g = (modes: Modes, u: number): number => -realSum(modes, modes.trace, -u);

/** z(u), decreasing and then increasing: the eigenvalue that κ = −u belongs to. */
const z = (modes: Modes, d: number, u: number): number => u * (1 + g(modes, u) / d);

/** The upper edge u of the support: Σ a_j λ_j/(u−λ_j)² = d. */
function edge(modes: Modes, d: number): number {
  const weight = modes.trace.map((a, j) => a * modes.lambda[j]!);
  const [first, total] = [largest(modes), weight.reduce((sum, w) => sum + w, 0)];
  return bisect(
    (u) => realSum2(modes, weight, -u) - d,
    first.lambda + Math.sqrt((0.5 * first.trace * first.lambda) / d),
    first.lambda + Math.sqrt(total / d) * 1.001,
  );
}

export function stability(modes: Modes, d: number, batch: number): Stability {
  const end = edge(modes, d);
  const first = largest(modes);
  const trace = modes.trace.reduce((sum, a) => sum + a, 0);
  const limit = bisect(
    (u) => g(modes, u) - (batch + 1),
    first.lambda + (0.5 * first.trace) / (batch + 1),
    first.lambda + (1.001 * trace) / (batch + 1),
  );
  return { top: z(modes, d, end), maxGamma: 2 / ((batch + 1) * z(modes, d, Math.max(end, limit))) };
}

/** A step that is surely stable, from one sum: u ≤ λ₁ + max(Tr D/(B+1), √(Σ a_j λ_j/d)) in `stability`. */
export function safeGamma(modes: Modes, d: number, batch: number): number {
  let [first, trace, square] = [0, 0, 0];
  for (let j = 0; j < modes.lambda.length; j++) {
    first = Math.max(first, modes.lambda[j]!);
    trace += modes.trace[j]!;
    square += modes.trace[j]! * modes.lambda[j]!;
  }
  const u = first + Math.max(trace / (batch + 1), Math.sqrt(square / d));
  return 2 / ((batch + 1) * z(modes, d, u));
}

/** ‖K‖ = Σ_r K(r) at a step below the limit (docs/theory.md, eq. 3.8). */
export function kernelNorm(modes: Modes, d: number, gamma: number, batch: number): number {
  const target = 2 / (gamma * (batch + 1));
  const u = bisect((x) => target - z(modes, d, x), edge(modes, d), target);
  return g(modes, u) / (batch + 1);
}

function largest(modes: Modes): { lambda: number; trace: number } {
  let index = 0;
  for (let j = 1; j < modes.lambda.length; j++) if (modes.lambda[j]! > modes.lambda[index]!) index = j;
  return { lambda: modes.lambda[index]!, trace: modes.trace[index]! };
}

/** The root of a decreasing function in [low, high], to rounding. */
function bisect(f: (x: number) => number, low: number, high: number): number {
  for (let i = 0; i < 200 && high - low > 2e-16 * high; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
