// Talk mode: one figure on the whole screen. Left and right (or a clicker's page keys) step through the examples, up and down through
// the figures of one, Escape ends.

import { h } from "./dom.ts";
import { PRESETS } from "./presets.ts";

const ALL = PRESETS.flatMap(({ items }) => items);

export interface Stage {
  /** A view has been opened: shows its figure. */
  opened(root: HTMLElement, life: AbortSignal): void;
  readonly node: HTMLElement;
}

/** The example an address is, or −1. */
function exampleOf(search: string): number {
  const plain = (text: string) => {
    const given = new URLSearchParams(text.split("#")[0]);
    for (const name of ["theme", "present", "tour", "pin"]) given.delete(name);
    given.sort();
    return given.toString();
  };
  const now = plain(search);
  return ALL.findIndex((one) => plain(one.search) === now);
}

export function stage(go: (to: string) => void, end: () => void): Stage {
  let example = -1;
  let cards: HTMLElement[] = [];
  let shown = 0;
  const title = h("span", {});
  const node = h(
    "p",
    { id: "stage", role: "status" },
    title,
    h("span", { class: "hint" }, "← → examples · ↑ ↓ figures · Esc ends"),
    h("button", { type: "button", onclick: () => end() }, "End"),
  );
  const show = (i: number) => {
    if (cards.length === 0) return;
    shown = (i + cards.length) % cards.length;
    for (const [k, card] of cards.entries()) card.classList.toggle("staged", k === shown);
  };
  const step = (by: number) => {
    example = (example + by + ALL.length) % ALL.length;
    go(ALL[example]!.search);
  };
  return {
    node,
    opened(root, life) {
      cards = [...root.querySelectorAll<HTMLElement>(".card[id]")];
      const found = exampleOf(location.search);
      if (found >= 0 && (example < 0 || ALL[example]!.search.split("#")[0] !== ALL[found]!.search.split("#")[0]))
        example = found;
      title.textContent = example >= 0 ? ALL[example]!.title : "";
      const wanted = (ALL[example]?.search.split("#")[1] ?? location.hash.slice(1)) || cards[0]?.id;
      show(
        Math.max(
          0,
          cards.findIndex(({ id }) => id === wanted),
        ),
      );
      document.addEventListener(
        "keydown",
        (event) => {
          // a slider, a knot or a field has its own arrows
          const own = (event.target as HTMLElement).closest("input, select, [role=slider]");
          const keys: Record<string, () => void> = {
            PageDown: () => step(1),
            PageUp: () => step(-1),
            Escape: end,
            ...(own
              ? {}
              : {
                  ArrowRight: () => step(1),
                  ArrowLeft: () => step(-1),
                  ArrowDown: () => show(shown + 1),
                  ArrowUp: () => show(shown - 1),
                }),
          };
          if (event.defaultPrevented || !keys[event.key]) return;
          event.preventDefault();
          keys[event.key]!();
        },
        { signal: life },
      );
    },
  };
}
