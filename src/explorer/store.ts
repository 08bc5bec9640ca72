// The values of a view, shared by its controls and figures and written to the address.

import { address, keepAddress, keepPoint } from "./session.ts";
import { type Field, read, type Values, write } from "./state.ts";

type Fields = Readonly<Record<string, Field>>;

export class Store<F extends Fields> {
  readonly fields: F;
  values: Values<F>;
  readonly problems: readonly string[];
  readonly #view: string;
  readonly #listeners = new Set<(settled: boolean) => void>();
  #timer = 0;

  constructor(view: string, fields: F, life: AbortSignal) {
    this.#view = view;
    this.fields = fields;
    ({ values: this.values, problems: this.problems } = read(fields, location.search));
    keepPoint(fields, this.values, new URLSearchParams(location.search).keys());
    keepAddress(view, write(fields, this.values));
    life.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#listeners.clear();
    });
  }

  /** Changes values; `settled` is false while more is sure to come. */
  set(patch: Partial<Values<F>>, settled = true): void {
    this.values = { ...this.values, ...patch };
    keepPoint(this.fields, this.values, Object.keys(patch));
    for (const listener of this.#listeners) listener(settled);
    // browsers refuse an address that changes too often
    clearTimeout(this.#timer);
    if (settled) this.#write();
    else this.#timer = window.setTimeout(() => this.#write(), 300);
  }

  /** Changes values that nobody chose: they are shown, and neither written nor kept. */
  drift(patch: Partial<Values<F>>, settled: boolean): void {
    this.values = { ...this.values, ...patch };
    for (const listener of this.#listeners) listener(settled);
  }

  subscribe(listener: (settled: boolean) => void): void {
    this.#listeners.add(listener);
  }

  #write(): void {
    const rest = write(this.fields, this.values);
    keepAddress(this.#view, rest);
    history.replaceState(null, "", address(this.#view, rest));
  }
}
