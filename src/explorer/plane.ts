// The phase plane with a point in it: to drag, to tap, or to move by the arrow keys.

import { compose, type DiagramData, diagramFigure, type Plane } from "../figures/index.ts";
import { drawSoon } from "./card.ts";
import { Crosshair } from "./crosshair.ts";
import { h } from "./dom.ts";
import { readingOf } from "./reading.ts";
import { isDark, onTheme } from "./theme.ts";

export interface PointOptions {
  /** `settled` is false while the point is being dragged. */
  readonly onMove: (alpha: number, beta: number, settled: boolean) => void;
}

/** The part of the plane shown. */
export interface Span {
  readonly alpha: readonly [number, number];
  readonly beta: readonly [number, number];
}

/** The usual part, or as much more as shows the point. */
export function spanAround(alpha: number, beta: number): Span {
  const most = Math.max(1.4, Math.ceil(5 * Math.max(alpha, beta)) / 5);
  return { alpha: [0, most], beta: [Math.min(0, Math.floor(5 * beta) / 5), most] };
}

/** A point is at two decimals: what a hand can mean. α > 0. */
const LEAST_ALPHA = 0.05;
const GRID = 100;

export class PhasePlane {
  readonly node: HTMLElement;
  readonly #drawing = h("div", { class: "drawing" });
  readonly #handle: HTMLElement;
  readonly #crosshair: Crosshair;
  readonly #options: PointOptions;
  #data: DiagramData | undefined;
  #span: Span = spanAround(0, 0);
  #plane: Plane | undefined;
  #point = { alpha: 0.5, beta: 0.5 };
  #width = 0;

  constructor(options: PointOptions, life: AbortSignal) {
    this.#options = options;
    this.#handle = h("div", {
      id: "point",
      tabindex: 0,
      role: "slider",
      "aria-label": "Point of the phase plane. Arrow keys move it: left and right change α, up and down β.",
      onkeydown: (event: KeyboardEvent) => this.#key(event),
    });
    // a click moves the point
    this.#crosshair = new Crosshair("plane", readingOf(life), { click: false });
    this.node = h("div", { class: "plane" }, this.#drawing, this.#crosshair.node, this.#handle);
    this.node.addEventListener("pointerdown", (event) => this.#grab(event));
    const size = new ResizeObserver(() => {
      if (Math.abs(this.#drawing.clientWidth - this.#width) > 1) drawSoon(this);
    });
    size.observe(this.#drawing);
    life.addEventListener("abort", () => size.disconnect());
    onTheme(() => drawSoon(this), life);
  }

  /** Colours the plane. */
  show(data: DiagramData, span: Span): void {
    this.#data = data;
    this.#span = span;
    this.#handle.setAttribute("aria-valuemin", String(LEAST_ALPHA));
    this.#handle.setAttribute("aria-valuemax", String(span.alpha[1]));
    drawSoon(this);
  }

  /** Puts the point there; `words` say where that is. */
  place(alpha: number, beta: number, words: string): void {
    this.#point = { alpha, beta };
    this.#handle.setAttribute("aria-valuenow", String(alpha));
    this.#handle.setAttribute("aria-valuetext", words);
    this.#move();
  }

  get figure() {
    if (!this.#data) return undefined;
    const whole = diagramFigure(this.#data);
    return { ...whole, width: 640, panels: whole.panels.slice(0, 1) };
  }

  draw(): void {
    const { figure } = this;
    const width = this.#drawing.clientWidth;
    if (!figure || width === 0) return;
    this.#width = width;
    const { title, subtitle: _, ...rest } = figure;
    const drawing = compose(
      { ...rest, title: width < 500 ? title.replace("compute-optimal ", "") : title },
      {
        width,
        // lower on a phone, so that what follows is in sight too
        height: width < 400 ? width * 0.82 : Math.min(width + 20, 560),
        dark: isDark(),
      },
    );
    this.#plane = drawing.planes[0];
    this.#drawing.replaceChildren(drawing.svg);
    this.#crosshair.follow(figure, drawing);
    this.#move();
  }

  #move(): void {
    const { x, y, left, top } = this.#plane ?? {};
    if (!x || !y) return;
    const { alpha, beta } = this.#point;
    // beyond the plane the point waits at its edge
    const at = (scale: typeof x, value: number) => {
      const [a, b] = scale.range as [number, number];
      return Math.min(Math.max(scale.apply(value), Math.min(a, b)), Math.max(a, b));
    };
    this.#handle.style.transform = `translate(${left! + at(x, alpha)}px, ${top! + at(y, beta)}px)`;
    this.#handle.classList.add("placed");
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0 || !this.#plane) return;
    const onHandle = event.target === this.#handle;
    // a finger beside the point may want to scroll: it counts once it lifts without having moved
    if (event.pointerType === "touch" && !onHandle) {
      const tap = (up: PointerEvent) => this.#to(up, true);
      this.node.addEventListener("pointerup", tap, { once: true });
      this.node.addEventListener("pointercancel", () => this.node.removeEventListener("pointerup", tap), {
        once: true,
      });
      return;
    }
    if (!this.#inside(event) && !onHandle) return;
    event.preventDefault();
    this.#handle.focus({ preventScroll: true });
    this.node.setPointerCapture(event.pointerId);
    this.node.classList.add("dragging");
    this.#to(event, false);
    const move = (moved: PointerEvent) => this.#to(moved, false);
    const end = (last: PointerEvent) => {
      this.node.removeEventListener("pointermove", move);
      this.node.removeEventListener("pointerup", end);
      this.node.removeEventListener("pointercancel", end);
      this.node.classList.remove("dragging");
      this.#to(last, true);
    };
    this.node.addEventListener("pointermove", move);
    this.node.addEventListener("pointerup", end);
    this.node.addEventListener("pointercancel", end);
  }

  #inside(event: PointerEvent): boolean {
    const { x, y, left, top } = this.#plane!;
    const box = this.#drawing.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left - left, event.clientY - box.top - top];
    const [x0, x1] = x!.range as [number, number];
    const [y0, y1] = y!.range as [number, number];
    return px >= x0 - 8 && px <= x1 + 8 && py >= y1 - 8 && py <= y0 + 8;
  }

  #to(event: PointerEvent, settled: boolean): void {
    const { x, y, left, top } = this.#plane!;
    const box = this.#drawing.getBoundingClientRect();
    this.#set(
      x!.invert!(event.clientX - box.left - left) as number,
      y!.invert!(event.clientY - box.top - top) as number,
      settled,
    );
  }

  #set(alpha: number, beta: number, settled: boolean): void {
    const within = (value: number, lo: number, hi: number) =>
      Math.min(Math.max(Math.round(value * GRID) / GRID, lo), hi);
    const { alpha: across, beta: up } = this.#span;
    this.#options.onMove(within(alpha, LEAST_ALPHA, across[1]), within(beta, ...up), settled);
  }

  #key(event: KeyboardEvent): void {
    const step = event.shiftKey ? 0.1 : 0.01;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.#set(this.#point.alpha + move[0], this.#point.beta + move[1], !event.repeat);
  }
}
