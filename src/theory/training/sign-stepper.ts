// Sign SGD on its nodes, step by step and in growing steps (docs/theory.md, eqs. 12.1, 12.9). The rate a = (2/π) η f/√(P+σ²) grows as
// the loss falls, and the faster it is the faster the loss falls: where the loss falls steeper than τ⁻² it does so exponentially or
// worse, within one growing step. A step across which the rate changes too much is cut, or its stages settle on rates that are none.

import type { ComplexArray } from "../../kernels/resolvent.ts";
import type { SignKernels, SignNodes } from "../../kernels/sign/kernels.ts";
import { exp, log } from "../../math/elementary.ts";
import { NODES } from "../../math/radau.ts";
import { type Grid, type Program, type Stepper, size, total } from "./time-stepping.ts";

/** A program with η_r besides: what its γ2 is at whole steps. */
export interface SignProgram extends Program {
  readonly eta: (r: number) => number;
}

/** What a run met: its largest rate, and Σ 2a; NaN where rates did not settle. */
export interface Met {
  rate: number;
  time: number;
}

/** To what the rates of growing steps settle, and where no error is asked for: below what the steps themselves leave. */
const SETTLED = 1e-10;
const QUICK = 1e-6;
/**
 * The most that log a may change over a growing step, a little more than log 10/3 of an η that ends at 0 at three steps a decade. Steps
 * that are not cut leave the loss 1.5e-5 off where it changes by 1.4, 3e-4 where by 2.5; beyond, rates settle that are none.
 */
const MOST_JUMP = 0.8;
/** Pieces that a step is cut into at once at most, and the least duration that is cut. */
const MOST_PIECES = 8;
const SHORTEST = 1;
/** Growing steps tried together: so many; after a cut few, then twice as many each time. */
const AT_ONCE = 32;
const AFTER_CUT = 2;

/** One growing step: h dt/ds and the step r at each stage, and the place of the loss at its end, −1 for none. */
interface GrowingStep {
  readonly time: ArrayLike<number>;
  readonly at: ArrayLike<number>;
  readonly place: number;
}

/** The same step in pieces, even in the logarithm of the distance that it grows with. */
function pieces({ time, at, place }: GrowingStep, count: number): GrowingStep[] {
  const h = log(time[2]! / time[0]!) / (1 - NODES[0]);
  // the distance at its end, with the sign of h
  const end = time[2]! / h;
  return Array.from({ length: count }, (_, p) => {
    const distance = NODES.map((c) => end * exp(((p + c) / count - 1) * h));
    return {
      time: distance.map((x) => (x * h) / count),
      at: distance.map((x) => at[2]! + (x - end)),
      place: p === count - 1 ? place : -1,
    };
  });
}

/** The state and, once quiet, a second one that the same rates move without noise. */
export function signStepper(
  kernels: SignKernels,
  nodes: SignNodes,
  { eta, noise }: SignProgram,
  met: Met,
  quick: boolean,
): Stepper {
  const settled = quick ? QUICK : SETTLED;
  const copy = ({ re, im }: ComplexArray): ComplexArray => ({ re: re.slice(), im: im.slice() });
  const state = copy(nodes.forcing);
  const none = nodes.source.re.map(() => 0);
  const silent: SignNodes = { ...nodes, source: { re: none, im: none } };
  let quiet: ComplexArray | undefined;
  let [before, time] = [0, 0];
  const meet = (rate: number, duration: number) => {
    met.rate = Math.max(met.rate, rate);
    time += 2 * rate * duration;
    met.time = Math.max(met.time, time);
  };

  /** Takes the first of the steps whose rates can be followed; their losses, and how many pieces the next is to be cut into. */
  function follow(steps: readonly GrowingStep[]): { losses: Float64Array; cut: number } {
    const joined = (name: "time" | "at") => Float64Array.from(steps.flatMap((step) => Array.from(step[name])));
    const [duration, at] = [joined("time"), joined("at")];
    const rates = new Float64Array(at.length);
    const stages = {
      ...{ eta: at.map(eta), rates, given: false, noise, time: duration, before, settled },
      slope: at.map((t) => (eta(t + 0.25) - eta(t - 0.25)) / (0.5 * eta(t)) || 0),
    };
    const start = copy(state);
    let losses = kernels.growSign(nodes, state, stages);
    const jump = (k: number) => Math.abs(log(rates[3 * k + 2]! / (k > 0 ? rates[3 * k - 1]! : before)));
    const lost = steps.findIndex((step, k) => {
      const followed = Number.isFinite(losses[k]!) && (jump(k) <= MOST_JUMP || before === 0);
      return !followed && step.time[2]! > SHORTEST;
    });
    const taken = lost < 0 ? steps.length : lost;
    const first = (values: Float64Array) => values.subarray(0, 3 * taken);
    const again = {
      ...{ eta: first(stages.eta), rates: first(rates), given: true, noise, before, settled },
      ...{ time: first(duration), slope: first(stages.slope) },
    };
    if (lost >= 0) {
      state.re.set(start.re);
      state.im.set(start.im);
      if (taken > 0) losses = kernels.growSign(nodes, state, again);
    }
    if (quiet && taken > 0) losses = kernels.growSign(silent, quiet, again);
    for (let i = 2; i < 3 * taken; i += 3)
      meet(rates[i]!, duration[i - 1]! * 0.512 + duration[i - 2]! * 0.377 + duration[i]! / 9);
    const cut = lost < 0 ? 0 : Math.min(Math.max(2, Math.ceil(jump(lost) / MOST_JUMP)) || 2, MOST_PIECES);
    if (taken > 0) before = rates[3 * taken - 1]!;
    return { losses: losses.subarray(0, taken), cut };
  }

  return {
    step(r) {
      const drive = { eta: r.map(eta), rates: new Float64Array(r.length), given: false, noise };
      const losses = kernels.stepSign(nodes, state, drive);
      for (const rate of drive.rates) meet(rate, 1);
      before = drive.rates[r.length - 1]!;
      return quiet ? kernels.stepSign(silent, quiet, { ...drive, given: true }) : losses;
    },
    grow({ time, at, ends }: Grid) {
      const losses = new Float64Array(ends.length);
      const three = (values: Float64Array, k: number) => values.subarray(3 * k, 3 * k + 3);
      let ahead: GrowingStep[] = ends.map((_, place) => ({ time: three(time, place), at: three(at, place), place }));
      for (let most = AT_ONCE; ahead.length > 0; ) {
        const tried = ahead.slice(0, most);
        const { losses: found, cut } = follow(tried);
        found.forEach((P, k) => {
          if (tried[k]!.place >= 0) losses[tried[k]!.place] = P;
        });
        const rest = ahead.slice(found.length);
        ahead = cut > 0 ? [...pieces(rest[0]!, cut), ...rest.slice(1)] : rest;
        most = cut > 0 ? AFTER_CUT : Math.min(2 * most, AT_ONCE);
      }
      return losses;
    },
    loss: () => total(nodes, quiet ?? state),
    size: () => size(quiet ?? state),
    observed: () => 0,
    quiet() {
      quiet ??= copy(state);
    },
  };
}
