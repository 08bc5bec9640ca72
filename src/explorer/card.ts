// A figure on the page: drawn to the width there is, when it is in sight, with its text and its export.

import { compose, type Figure } from "../figures/index.ts";
import { Crosshair } from "./crosshair.ts";
import { h, rich } from "./dom.ts";
import { type ExportButtons, exportButtons } from "./export.ts";
import { readingOf } from "./reading.ts";
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

/** Pixels of a presented page that are not the figure's. */
const STAGE = 80;

export class Card {
  readonly node: HTMLElement;
  readonly #place = h("div", { class: "drawing" });
  readonly #note = h("p", { class: "note", hidden: true });
  readonly #buttons: ExportButtons;
  readonly #crosshair: Crosshair;
  #figure: Figure | undefined;
  #version = 0;
  readonly #watchers: ((inSight: boolean) => void)[] = [];
  #inSight = false;
  #isComplete = () => true;
  #complete: (() => Promise<void>) | undefined;
  #failed = false;
  #stale = false;
  #width = 0;

  constructor(name: string, text: CardText, life: AbortSignal, ...extra: Node[]) {
    this.#crosshair = new Crosshair(name, readingOf(life));
    this.#buttons = exportButtons(name, {
      canBe: () => this.#figure !== undefined || (this.#complete !== undefined && !this.#failed),
      figure: async () => {
        await this.#complete?.();
        return this.#figure;
      },
    });
    this.#place.append(h("p", { class: "waiting" }, "Computing…"));
    this.node = h(
      "section",
      { class: "card", id: name, "aria-label": name },
      ...extra,
      h("div", { class: "plot" }, this.#place, this.#crosshair.node),
      this.#note,
      h(
        "div",
        { class: "about" },
        h("p", {}, rich(text.see)),
        h("p", { class: "formula" }, rich(text.formula)),
        h("p", {}, rich(text.why)),
      ),
      this.#buttons.node,
    );
    const sight = new IntersectionObserver(
      (entries) => {
        const inSight = entries.at(-1)!.isIntersecting;
        if (inSight === this.#inSight) return;
        this.#inSight = inSight;
        if (inSight && this.#figure && !this.#isComplete()) this.node.classList.add("off");
        if (inSight && this.#stale) drawSoon(this);
        for (const watcher of this.#watchers) watcher(inSight);
      },
      { rootMargin: "20px" },
    );
    sight.observe(this.node);
    const size = new ResizeObserver(() => {
      if (Math.abs(this.#place.clientWidth - this.#width) > 1) this.redraw();
    });
    size.observe(this.#place);
    onTheme(() => this.redraw(), life);
    // paper shows what was out of sight
    addEventListener("beforeprint", () => this.#print(), { signal: life });
    toPrint.add(this);
    life.addEventListener("abort", () => {
      sight.disconnect();
      size.disconnect();
      waiting.delete(this);
      toPrint.delete(this);
    });
  }

  /** Shows a figure, now if it is in sight. `version` says of which state, to who watches the page. */
  show(figure: Figure, version = 0): void {
    this.#figure = figure;
    this.#version = version;
    this.#failed = false;
    this.#note.hidden = true;
    this.#place.hidden = false;
    this.#buttons.update();
    this.node.classList.remove("off");
    this.redraw();
  }

  /** Says why there is nothing to show, and offers what would do. */
  fail(reason: string, ...remedies: Node[]): void {
    this.#note.replaceChildren(reason, ...remedies);
    this.#note.hidden = false;
    this.node.classList.add("off");
    this.#place.hidden = this.#figure === undefined;
    this.#failed = true;
    this.#buttons.update();
  }

  /** Says something beside what is shown, until another figure is. */
  tell(what: string): void {
    this.#note.replaceChildren(what);
    this.#note.hidden = what === "";
  }

  /** Whether it has anything to show. */
  get hasFigure(): boolean {
    return this.#figure !== undefined;
  }

  /** Whether a reader may see it now. */
  get inSight(): boolean {
    return this.#inSight;
  }

  /** Tells whenever it comes into sight, or leaves it. */
  watch(watcher: (inSight: boolean) => void): void {
    this.#watchers.push(watcher);
  }

  /** Its figures are computed where they are seen: `onSight` is told of that, `complete` computes the present one wherever it is. */
  follow(onSight: () => void, isComplete: () => boolean, complete: () => Promise<void>): void {
    this.watch((inSight) => inSight && onSight());
    this.#isComplete = isComplete;
    this.#complete = complete;
    this.#buttons.update();
  }

  /** Resolves when its figure is that of the present state, or cannot be. */
  async complete(): Promise<void> {
    await this.#complete?.();
  }

  redraw(): void {
    this.#stale = true;
    if (this.#inSight) drawSoon(this);
  }

  /** On paper, at once: what is not computed yet is there the next time. */
  #print(): void {
    this.draw();
    if (this.#figure || !this.#complete || this.#failed) return;
    this.#place.replaceChildren(h("p", { class: "waiting" }, "Not computed when this was printed: print it again."));
    void this.#complete();
  }

  draw(): void {
    const width = this.#place.clientWidth;
    if (!this.#figure || !this.#stale || width === 0) return;
    this.#stale = false;
    this.#width = width;
    // on a stage as high as the screen lets it be, where its panels stand side by side
    const staged = width >= NARROW && document.documentElement.classList.contains("presenting");
    const left = (innerHeight - STAGE) / ((this.#place.getBoundingClientRect().width || width) / width);
    const shrunk = width >= NARROW ? Math.min(1, Math.max(0.8, width / this.#figure.width)) : 1;
    const drawing = compose(this.#figure, {
      width,
      dark: isDark(),
      ...(staged ? { height: left } : shrunk < 1 ? { height: this.#figure.height * shrunk } : {}),
    });
    this.#place.replaceChildren(drawing.svg);
    this.node.dataset.version = String(this.#version);
    this.#crosshair.follow(this.#figure, drawing);
  }
}

const toPrint = new Set<Card>();

// a browser prints at once what it is told to: the keys for it wait for what nobody has seen yet
addEventListener("keydown", async (event: KeyboardEvent) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p") return;
  event.preventDefault();
  await Promise.all([...toPrint].map((card) => card.complete()));
  print();
});

const waiting = new Set<Drawn>();
let scheduled = false;

export interface Drawn {
  draw(): void;
}

/** One figure a task, the first asked for first: the page never waits for more than one. */
export function drawSoon(card: Drawn): void {
  waiting.add(card);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(next);
}

function next(): void {
  const [card] = waiting;
  if (card) waiting.delete(card);
  scheduled = waiting.size > 0;
  if (scheduled) requestAnimationFrame(next);
  card?.draw();
}
