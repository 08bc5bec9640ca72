// What is being read off the figures of a view: one value of one quantity, shared by every panel that has it, pinned by a click and
// then kept in the address as figure.panel.value_curve.

import type { Readout, ReadSeries } from "../figures/index.ts";
import { frame, keepFrame, type Pin, parsePin, writtenPin } from "./session.ts";

/** `value` is that of the quantity, `series` of the card's panel. */
export interface Place extends Pin {
  /** What panels share. */
  readonly quantity: string;
}

export class Reading {
  place: Place | undefined;
  pinned = false;
  /** A pin of the address, until its figure is there. */
  wanted: Pin | undefined = parsePin(frame.pin);
  readonly #listeners = new Set<() => void>();

  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  at(place: Place | undefined, pinned = this.pinned): void {
    this.place = place;
    this.pinned = pinned && place !== undefined;
    this.wanted = undefined;
    const kept = this.pinned ? writtenPin(place!) : "";
    if (kept !== frame.pin) keepFrame({ pin: kept });
    for (const listener of this.#listeners) listener();
  }
}

const readings = new WeakMap<AbortSignal, Reading>();

/** The reading of a view, by its life. */
export function readingOf(life: AbortSignal): Reading {
  let found = readings.get(life);
  if (!found) {
    found = new Reading();
    readings.set(life, found);
  }
  return found;
}

/** What panels share: the quantity, and its value at a panel's x. */
export const quantityOf = ({ x, linked }: Readout): string => linked?.x ?? x;
export const shared = ({ linked }: Readout, x: number): number => x * (linked?.factor ?? 1);
export const own = ({ linked }: Readout, value: number): number => value / (linked?.factor ?? 1);

/** The point of a curve nearest to x in the logarithm (where all are positive), or −1 where it has none that can be drawn. */
export function nearest({ x, y }: ReadSeries, at: number, log: boolean): number {
  let [best, least] = [-1, Infinity];
  const f = log ? Math.log : (value: number) => value;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(y[i]!) || (log && !(x[i]! > 0))) continue;
    const off = Math.abs(f(x[i]!) - f(at));
    if (off < least) [best, least] = [i, off];
  }
  return best;
}
