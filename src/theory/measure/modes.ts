// Sums over j = 1…v whose cost does not depend on v (docs/theory.md, §5). The modes j ≤ J are kept as they are; beyond, the
// sum is an integral over log j by Gauss–Legendre panels, with the Euler–Maclaurin corrections of the midpoint rule at both
// ends written as small weights on neighbouring points:
//
//   Σ_{j=J+1}^{v} h(j) = ∫_{J+½}^{v+½} h dj + C[h](J+½) − C[h](v+½),   C[h] = h′/24 − 7h‴/5760 + 31h⁽⁵⁾/967680 − …      (5.1)
//
// The right-hand side is smooth in v, so v need not be whole; where it is small besides, h is summed to v + m and the m terms
// h(v+1)…h(v+m) taken off again.

import type { Modes } from "../../kernels/resolvent.ts";
import type { PowerRule } from "../../kernels/sizes.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { gaussLegendre } from "../../math/quadrature.ts";
import type { Measured, PowerLaw, Spectrum } from "./spectrum.ts";

/** Modes summed one by one: enough for (5.1) to be exact to rounding beyond. */
export const EXACT = 100;
const PLAIN: Refinement = { exact: EXACT };
/** Nodes a panel, unless a rule has fewer. */
export const NODES = 16;
/** Where the closed tail of v = ∞ begins: far beyond any d the resolvent can tell from infinity. */
export const FAR = 1e18;
/** C[h](x) ≈ Σ_k e_k [h(x+k−½) − h(x−k+½)], exact for h up to degree 6 (solved from the Taylor series). */
const END_CORRECTION = endCorrection();

/** A finer rule, for κ close to the negative real axis. */
export interface Refinement {
  /** How many leading modes stay modes of their own. */
  readonly exact: number;
  /** Nodes a panel. Default 16: the sums to twelve digits. */
  readonly nodes?: number;
  /** log j of the first and the last of some poles of 1/(λ+κ), and how far they are from the real axis in log j: panels shrink there. */
  readonly poles?: readonly [first: number, last: number];
  readonly distance?: number;
}

/**
 * The modes 1…v of a spectrum as a short measure.
 * @param v for a measured spectrum at most the number of eigenvalues
 * @param refinement for power laws; a measured spectrum is exact as it is
 */
export function modesOf(spectrum: Spectrum, v: number, refinement: Refinement = PLAIN): Modes {
  return spectrum.kind === "measured" ? measuredModes(spectrum, v) : powerLawModes(spectrum, v, refinement);
}

/** By how many modes are exact: log j of those and of the correction after them, with the multiplicity of each point. */
const leads = new Map<number, Pick<PowerRule, "log" | "multiplicity">>();

function leadOf(exact: number): Pick<PowerRule, "log" | "multiplicity"> {
  let lead = leads.get(exact);
  if (!lead) {
    const corrections = Array.from(END_CORRECTION, (e, k) => [
      [exact + k + 1, e],
      [exact - k, -e],
    ]).flat();
    const points = [...Array.from({ length: exact }, (_, j) => [j + 1, 1]), ...corrections];
    lead = {
      log: Float64Array.from(points, ([j]) => log(j!)),
      multiplicity: Float64Array.from(points, ([, multiplicity]) => multiplicity!),
    };
    leads.set(exact, lead);
  }
  return lead;
}

/** What `modesOf` makes, as the rule that the kernel of a search makes it by; as modes where they are no such rule. */
export function ruleOf(
  spectrum: Spectrum,
  v: number,
  refinement: Required<Pick<Refinement, "exact" | "nodes">>,
): Modes | PowerRule {
  const { exact, nodes } = refinement;
  if (spectrum.kind === "measured" || v <= exact || v === Infinity) return modesOf(spectrum, v, refinement);
  const lead = leadOf(exact);
  const corrections = 2 * END_CORRECTION.length;
  const points = lead.log.length;
  const [logs, multiplicity] = [new Float64Array(points + corrections), new Float64Array(points + corrections)];
  logs.set(lead.log);
  multiplicity.set(lead.multiplicity);
  END_CORRECTION.forEach((e, k) => {
    logs[points + 2 * k] = log(v + k + 1);
    logs[points + 2 * k + 1] = log(v - k);
    multiplicity[points + 2 * k] = -e;
    multiplicity[points + 2 * k + 1] = e;
  });
  const { alpha, beta } = spectrum;
  const panel = gaussLegendre(nodes);
  const length = panelLength(spectrum);
  return { alpha, beta, log: logs, multiplicity, panel, start: log(exact + 0.5), end: log(v + 0.5), length };
}

/** Points j with the multiplicity each stands for, being filled. */
class ModePoints {
  readonly modes: { lambda: number[]; trace: number[]; energy: number[]; ratio: number[] } = {
    lambda: [],
    trace: [],
    energy: [],
    ratio: [],
  };
  readonly #spectrum: PowerLaw;

  constructor(spectrum: PowerLaw) {
    this.#spectrum = spectrum;
  }

  add(j: number, multiplicity: number): void {
    const { alpha, beta } = this.#spectrum;
    const lambda = pow(j, -2 * alpha);
    const ratio = multiplicity * pow(j, -2 * beta);
    this.modes.lambda.push(lambda);
    this.modes.trace.push(multiplicity * lambda);
    this.modes.energy.push(ratio * lambda);
    this.modes.ratio.push(ratio);
  }

  /** As arrays, behind the first `shared` of a stem. */
  toModes(stem?: Modes, shared = 0): Modes {
    // one block of memory for all four: a model is made in less than that of four takes
    const n = shared + this.modes.lambda.length;
    const block = new ArrayBuffer(32 * n);
    const join = (key: keyof Modes, at: number): Float64Array => {
      const own = this.modes[key];
      const array = new Float64Array(block, 8 * n * at, n);
      if (stem) {
        const of = stem[key];
        for (let i = 0; i < shared; i++) array[i] = of[i]!;
      }
      for (let i = 0; i < own.length; i++) array[shared + i] = own[i]!;
      return array;
    };
    return { lambda: join("lambda", 0), trace: join("trace", 1), energy: join("energy", 2), ratio: join("ratio", 3) };
  }

  /** ± C[h](x) of (5.1). */
  addCorrection(x: number, sign: 1 | -1): void {
    END_CORRECTION.forEach((e, k) => {
      this.add(x + k + 0.5, sign * e);
      this.add(x - k - 0.5, -sign * e);
    });
  }

  /** ∫ h dj over log j ∈ [from, to], one panel. */
  addPanel(from: number, to: number, n: number): void {
    const { nodes, weights } = gaussLegendre(n);
    const half = (to - from) / 2;
    for (let i = 0; i < n; i++) {
      const j = exp((from + to) / 2 + half * nodes[i]!);
      this.add(j, half * weights[i]! * j);
    }
  }
}

/**
 * What all v of one spectrum share: the exact modes, the correction after them, and the panels up to the largest v asked for.
 * A scan over d or v then computes one panel and one correction a time.
 */
interface Stem {
  readonly points: ModePoints;
  panels: number;
  /** The points of all panels. */
  modes: Modes;
}

/** Panels a stem is made with beyond those asked for. */
const AHEAD = 8;
/** By the number of nodes a panel: each has its own number of exact modes. */
const stems = new WeakMap<PowerLaw, Map<number, Stem>>();

/** The stem with at least so many panels. */
function stemOf(spectrum: PowerLaw, exact: number, nodes: number, panels: number): Modes {
  let family = stems.get(spectrum);
  if (!family) {
    family = new Map();
    stems.set(spectrum, family);
  }
  let stem = family.get(nodes);
  if (!stem) {
    const points = new ModePoints(spectrum);
    for (let j = 1; j <= exact; j++) points.add(j, 1);
    points.addCorrection(exact + 0.5, 1);
    stem = { points, panels: 0, modes: points.toModes() };
    family.set(nodes, stem);
  }
  if (stem.panels < panels) {
    const length = panelLength(spectrum);
    const start = log(exact + 0.5);
    // a scan asks for one more after the other
    for (const most = panels + AHEAD; stem.panels < most; stem.panels++)
      stem.points.addPanel(start + stem.panels * length, start + (stem.panels + 1) * length, nodes);
    stem.modes = stem.points.toModes();
  }
  return stem.modes;
}

/** Poles of 1/(λ+κ) lie π/2α from the real log j axis: the panels keep their distance. */
const panelLength = ({ alpha }: PowerLaw): number => Math.min(3, 0.6 / alpha);

function powerLawModes(spectrum: PowerLaw, v: number, refinement: Refinement): Modes {
  const { exact, nodes = NODES, poles, distance = 1 } = refinement;
  const few = nodes === NODES ? EXACT : exact;
  if (v < few && v > Math.floor(v)) {
    const more = Math.ceil(few - v);
    const off = new ModePoints(spectrum);
    for (let k = 1; k <= more; k++) off.add(v + k, -1);
    const all = powerLawModes(spectrum, v + more, refinement);
    return off.toModes(all, all.lambda.length);
  }
  const last = log(v === Infinity ? FAR : v + 0.5);
  const length = panelLength(spectrum);
  const rest = new ModePoints(spectrum);
  let stem: Modes | undefined;
  let shared = 0;
  let from: number;
  if ((exact === EXACT || nodes !== NODES) && v > exact) {
    const start = log(exact + 0.5);
    // poles have panels of their own
    const panels = poles ? 0 : Math.floor((last - start) / length);
    stem = stemOf(spectrum, exact, nodes, panels);
    shared = exact + 2 * END_CORRECTION.length + nodes * panels;
    from = start + panels * length;
  } else {
    const whole = Math.min(exact, Math.floor(v));
    for (let j = 1; j <= whole; j++) rest.add(j, 1);
    from = log(whole + 0.5);
    if (v > whole) rest.addCorrection(whole + 0.5, 1);
  }
  if (v > exact || v > Math.floor(v)) {
    const [first, final] = poles ?? [Infinity, Infinity];
    for (let to = from; to < last; from = to) {
      // halfway to the poles, then as far again as they lie behind
      const near = from < first ? (first - from) / 2 : from - final;
      to = Math.min(last, from + Math.min(length, Math.max(near, distance)));
      rest.addPanel(from, to, nodes);
    }
    if (v === Infinity) addTail(rest.modes, spectrum);
    else rest.addCorrection(v + 0.5, -1);
  }
  return rest.toModes(stem, shared);
}

/**
 * v = ∞: each weight beyond FAR is a measure λ^{p−1} dλ/2α on [0, Λ], replaced by its own two-point Gauss rule. The weights
 * whose tail diverges (2α ≤ 1 for the trace, 2β ≤ 1 for the ratio) get infinite mass, for the caller to refuse or avoid.
 */
function addTail(modes: ModePoints["modes"], { alpha, beta }: PowerLaw): void {
  const last = pow(FAR, -2 * alpha);
  const weights = [
    ["trace", 1],
    ["energy", 1 + beta / alpha],
    ["ratio", beta / alpha],
  ] as const;
  for (const [name, power] of weights) {
    const p = power - 1 / (2 * alpha);
    const mass = p > 0 ? pow(last, p) / (2 * alpha) : Infinity;
    for (const [x, weight] of p > 0 ? twoPointRule(p) : [[1, 1] as const]) {
      modes.lambda.push(last * x);
      for (const [other] of weights) modes[other].push(other === name ? mass * weight : 0);
    }
  }
}

/** The two-point Gauss rule of x^{p−1} on [0, 1], from its moments 1/(p+k). */
function twoPointRule(p: number): [x: number, weight: number][] {
  const [m0, m1, m2, m3] = [1 / p, 1 / (p + 1), 1 / (p + 2), 1 / (p + 3)];
  const determinant = m0 * m2 - m1 * m1;
  const b = (m1 * m2 - m0 * m3) / determinant;
  const c = (m1 * m3 - m2 * m2) / determinant;
  const root = Math.sqrt(b * b - 4 * c);
  const [x1, x2] = [(-b - root) / 2, (-b + root) / 2];
  const w2 = (m1 - x1 * m0) / (x2 - x1);
  return [
    [x1, m0 - w2],
    [x2, w2],
  ];
}

function measuredModes(spectrum: Measured, v: number): Modes {
  const lambda = spectrum.eigenvalues.slice(0, v);
  const energy = spectrum.energies.slice(0, v);
  return { lambda, trace: lambda, energy, ratio: energy.map((t, j) => t / lambda[j]!) };
}

/** e_1…e_3 with Σ_k 2e_k (k−½)^n/n! = 1/24, −7/5760, 31/967680 for n = 1, 3, 5. */
function endCorrection(): Float64Array {
  const factorial = [1, 6, 120];
  const rows = [1, 3, 5].flatMap((n, i) => [0.5, 1.5, 2.5].map((x) => (2 * pow(x, n)) / factorial[i]!));
  const e = Float64Array.of(1 / 24, -7 / 5760, 31 / 967680);
  solveDense(Float64Array.from(rows), e, 3, 1);
  return e;
}
