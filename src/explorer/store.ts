// The values of a view, shared by its controls and figures and written to the address.

import { choiceField, type Field, read, type Values, write } from "./state.ts";
import { THEMES } from "./theme.ts";

/** Fields every view has. */
export const COMMON = { theme: choiceField(THEMES) };

type Fields = Readonly<Record<string, Field>>;

export class Store<F extends Fields> {
  readonly fields: F;
  values: Values<F>;
  readonly problems: readonly string[];
  readonly #view: string;
  readonly #listeners = new Set<(settled: boolean) => void>();
  #timer = 0;

  constructor(view: string, fields: F) {
    this.#view = view;
    this.fields = fields;
    ({ values: this.values, problems: this.problems } = read(fields, location.search));
  }

  /** Changes values; `settled` is false while more is sure to come. */
  set(patch: Partial<Values<F>>, settled = true): void {
    this.values = { ...this.values, ...patch };
    for (const listener of this.#listeners) listener(settled);
    // browsers refuse an address that changes too often
    clearTimeout(this.#timer);
    if (settled) this.#write();
    else this.#timer = window.setTimeout(() => this.#write(), 300);
  }

  subscribe(listener: (settled: boolean) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #write(): void {
    history.replaceState(null, "", address(this.#view, write(this.fields, this.values)));
  }
}

/** An address of this page: the view first, where it is not the first one. */
export function address(view: string, rest = ""): string {
  const theme = new URLSearchParams(location.search).get("theme");
  const parts = [
    view === "phases" ? "" : `view=${view}`,
    rest,
    theme && (THEMES as readonly string[]).includes(theme) && theme !== "auto" ? `theme=${theme}` : "",
  ];
  const search = parts.filter(Boolean).join("&");
  return search ? `?${search}` : location.pathname;
}
