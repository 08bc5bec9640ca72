// A schedule as knots with straight lines between them: what the address says of it, and what a hand does to it. A knot is
// a share of the horizon and a multiple of γ, so that a longer training has the same shape.

import { type Field, written } from "./state.ts";

export type Knot = readonly [share: number, multiple: number];
export type Knots = readonly Knot[];

export const MOST_KNOTS = 24;
export const MOST_MULTIPLE = 4;

/** "0*1_0.7*1_1*0": signs that an address keeps as they are. */
export function knotsField(initial: Knots): Field<Knots> {
  return {
    initial,
    parse(text) {
      const knots = text.split("_").map((part): Knot => {
        const numbers = part
          .split("*")
          .map((word) => (/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? +word : Number.NaN));
        return numbers.length === 2 ? [numbers[0]!, numbers[1]!] : [Number.NaN, Number.NaN];
      });
      const rising = knots.every(([share], i) => (i === 0 ? share === 0 : share > knots[i - 1]![0]));
      const within = knots.every(([, multiple]) => multiple >= 0 && multiple <= MOST_MULTIPLE);
      const some = knots.some(([, multiple]) => multiple > 0);
      if (knots.length < 2 || knots.length > MOST_KNOTS || !rising || knots.at(-1)![0] !== 1 || !within || !some)
        throw new RangeError(
          `must be 2 to ${MOST_KNOTS} knots share*multiple joined by _, shares rising from 0 to 1, multiples from 0 to ${MOST_MULTIPLE} and not all 0`,
        );
      return knots;
    },
    format: (knots) => knots.map((knot) => knot.map(written).join("*")).join("_"),
  };
}

/** The knots as whole steps from 0 to T; of knots on one step the first. */
export function onSteps(knots: Knots, horizon: number): (readonly [step: number, multiple: number])[] {
  const steps = knots.map(([share, multiple]) => [Math.round(share * horizon), multiple] as const);
  return steps.filter(([step], i) => i === 0 || step > steps[i - 1]![0]);
}

/** The multiple at a share of the horizon. */
export function multipleAt(knots: Knots, share: number): number {
  const after = knots.findIndex(([at]) => at >= share);
  if (after <= 0) return knots[after === 0 ? 0 : knots.length - 1]![1];
  const [[x0, y0], [x1, y1]] = [knots[after - 1]!, knots[after]!];
  return y0 + ((share - x0) / (x1 - x0)) * (y1 - y0);
}

/** One knot put elsewhere: on a whole step between its neighbours, the first and the last at their ends. */
export function moved(knots: Knots, i: number, share: number, multiple: number, horizon: number): Knots {
  const last = knots.length - 1;
  const step = (at: number) => Math.round(at * horizon);
  const least = i > 0 ? step(knots[i - 1]![0]) + 1 : 0;
  const most = i < last ? step(knots[i + 1]![0]) - 1 : horizon;
  const x = i === 0 ? 0 : i === last ? 1 : least > most ? knots[i]![0] : clamp(step(share), least, most) / horizon;
  const y = clamp(Math.round(multiple * 1000) / 1000, 0, MOST_MULTIPLE);
  const next = knots.map((knot, k): Knot => (k === i ? [x, y] : knot));
  // a training takes some step
  return next.some(([, m]) => m > 0) ? next : knots;
}

/** With one more knot, and its place; the same where there is no room. */
export function added(knots: Knots, share: number, multiple: number, horizon: number): { knots: Knots; at: number } {
  const at = knots.findIndex(([x]) => x > share);
  const step = Math.round(share * horizon);
  const isFree = at > 0 && knots.every(([x]) => Math.round(x * horizon) !== step) && step > 0 && step < horizon;
  if (knots.length >= MOST_KNOTS || !isFree) return { knots, at: -1 };
  const y = clamp(Math.round(multiple * 1000) / 1000, 0, MOST_MULTIPLE);
  return { knots: [...knots.slice(0, at), [step / horizon, y], ...knots.slice(at)], at };
}

/** Without one knot; the ends stay. */
export function removed(knots: Knots, i: number): Knots {
  const rest = knots.filter((_, k) => k !== i);
  return i > 0 && i < knots.length - 1 && rest.some(([, m]) => m > 0) ? rest : knots;
}

const clamp = (x: number, lo: number, hi: number): number => Math.min(Math.max(x, lo), hi);
