// A figure on the page: drawn to the width there is, when it is in sight, with its text and its export.

import { compose, type Drawing, type Figure } from "../figures/index.ts";
import { h, rich } from "./dom.ts";
import { exportButtons } from "./export.ts";
import { isDark, onTheme } from "./theme.ts";

export interface CardText {
  /** What one sees. */
  readonly see: string;
  /** Why. */
  readonly why: string;
  /** The formula behind it. */
  readonly formula: string;
}

/** Below this width panels stand one below the other (figures/draw.ts). */
const NARROW = 600;

export class Card {
  readonly node: HTMLElement;
  readonly #place = h("div", { class: "drawing" });
  readonly #note = h("p", { class: "note", hidden: true });
  #figure: Figure | undefined;
  #version = 0;
  #inSight = false;
  #stale = false;
  #width = 0;
  /** Called with each drawing made. */
  onDrawn: ((drawing: Drawing) => void) | undefined;

  constructor(name: string, text: CardText, ...extra: Node[]) {
    this.#place.append(h("p", { class: "waiting" }, "Computing…"));
    this.node = h(
      "section",
      { class: "card", id: name, "aria-label": name },
      ...extra,
      this.#place,
      this.#note,
      h(
        "div",
        { class: "about" },
        h("p", {}, rich(text.see)),
        h("p", { class: "formula" }, rich(text.formula)),
        h("p", {}, rich(text.why)),
      ),
      exportButtons(name, () => this.#figure),
    );
    new IntersectionObserver(
      ([entry]) => {
        this.#inSight = entry!.isIntersecting;
        if (this.#inSight && this.#stale) drawSoon(this);
      },
      { rootMargin: "20px" },
    ).observe(this.node);
    new ResizeObserver(() => {
      if (Math.abs(this.#place.clientWidth - this.#width) > 1) this.redraw();
    }).observe(this.#place);
    onTheme(() => this.redraw());
  }

  /** Shows a figure, now if it is in sight. `version` says of which state, to who watches the page. */
  show(figure: Figure, version = 0): void {
    this.#figure = figure;
    this.#version = version;
    this.#note.hidden = true;
    this.#place.hidden = false;
    this.node.classList.remove("off");
    this.redraw();
  }

  /** Says why there is nothing to show. */
  fail(reason: string): void {
    this.#note.textContent = reason;
    this.#note.hidden = false;
    this.node.classList.add("off");
    this.#place.hidden = this.#figure === undefined;
  }

  /** Whether a reader may see it now. */
  get inSight(): boolean {
    return this.#inSight;
  }

  redraw(): void {
    this.#stale = true;
    if (this.#inSight) drawSoon(this);
  }

  draw(): void {
    const width = this.#place.clientWidth;
    if (!this.#figure || !this.#stale || width === 0) return;
    this.#stale = false;
    this.#width = width;
    const shrunk = width >= NARROW ? Math.min(1, Math.max(0.8, width / this.#figure.width)) : 1;
    const drawing = compose(this.#figure, {
      width,
      dark: isDark(),
      ...(shrunk < 1 ? { height: this.#figure.height * shrunk } : {}),
    });
    this.#place.replaceChildren(drawing.svg);
    this.node.dataset.version = String(this.#version);
    this.onDrawn?.(drawing);
  }
}

const waiting = new Set<{ draw(): void }>();
let scheduled = false;

/** One figure a task, the first asked for first: the page never waits for more than one. */
export function drawSoon(card: { draw(): void }): void {
  waiting.add(card);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(next);
}

function next(): void {
  const [card] = waiting;
  waiting.delete(card!);
  scheduled = waiting.size > 0;
  if (scheduled) requestAnimationFrame(next);
  card!.draw();
}
