// A schedule to draw: knots to drag, to move by arrow keys, to add and to take away. The plane behind is drawn by Plot when it
// changes; the curve and its knots follow the hand at once.

import { compose, type Drawing, type Figure, type Plane, shapesFigure } from "../figures/index.ts";
import { drawSoon } from "./card.ts";
import { Crosshair } from "./crosshair.ts";
import { h } from "./dom.ts";
import { added, type Knots, MOST_MULTIPLE, moved, multipleAt, onSteps, removed } from "./knots.ts";
import { readingOf } from "./reading.ts";
import { isDark, onTheme } from "./theme.ts";
import type { Offence, Shapes } from "./work/schedules.ts";

export interface EditorOptions {
  /** `settled` is false while a knot is being dragged. */
  readonly onChange: (knots: Knots, settled: boolean) => void;
  /** Another knot is the one that keys and buttons mean. */
  readonly onSelect: (knot: number) => void;
}

const SVG = "http://www.w3.org/2000/svg";
/** Where the multiples end: at least here, and so far beyond what is to be seen. */
const TOP = 1.25;
const ROOM = 1.2;

export class ScheduleEditor {
  readonly node: HTMLElement;
  readonly #drawing = h("div", { class: "drawing" });
  readonly #overlay = document.createElementNS(SVG, "svg");
  readonly #curve = document.createElementNS(SVG, "path");
  readonly #over = document.createElementNS(SVG, "path");
  readonly #handles = h("div", { role: "group", "aria-label": "Knots of the schedule" });
  readonly #options: EditorOptions;
  readonly #crosshair: Crosshair;
  #drawn: Drawing | undefined;
  #shapes: Shapes | undefined;
  #knots: Knots = [];
  #horizon = 1;
  #log = false;
  #offence: Offence | undefined;
  #plane: Plane | undefined;
  #width = 0;
  #top = TOP;
  #selected = 1;
  #dragging = false;

  constructor(options: EditorOptions, life: AbortSignal) {
    this.#options = options;
    this.#overlay.setAttribute("aria-hidden", "true");
    this.#curve.setAttribute("class", "curve");
    this.#over.setAttribute("class", "over");
    this.#overlay.append(this.#curve, this.#over);
    // a click makes a knot
    this.#crosshair = new Crosshair("schedule", readingOf(life), { click: false });
    this.node = h(
      "div",
      { class: "schedule-editor" },
      this.#drawing,
      this.#crosshair.node,
      this.#overlay,
      this.#handles,
    );
    this.node.addEventListener("pointerdown", (event) => this.#press(event));
    const size = new ResizeObserver(() => {
      if (Math.abs(this.#drawing.clientWidth - this.#width) > 1) drawSoon(this);
    });
    size.observe(this.#drawing);
    life.addEventListener("abort", () => size.disconnect());
    onTheme(() => drawSoon(this), life);
  }

  /** The named shapes and the limit behind the drawing. */
  show(shapes: Shapes): void {
    this.#shapes = shapes;
    drawSoon(this);
  }

  /** The schedule as it is now. */
  place(knots: Knots, horizon: number, log: boolean): void {
    const again = log !== this.#log || horizon !== this.#horizon;
    this.#knots = knots;
    this.#horizon = horizon;
    this.#log = log;
    this.#selected = Math.min(this.#selected, knots.length - 1);
    if (again || this.#reach() !== this.#top) drawSoon(this);
    this.#follow();
  }

  /** Marks where the step is too large. */
  mark(offence: Offence | undefined): void {
    this.#offence = offence;
    this.#follow();
  }

  get selected(): number {
    return this.#selected;
  }

  select(i: number, focus = false): void {
    this.#selected = i;
    this.#follow();
    if (focus) (this.#handles.children[i] as HTMLElement).focus({ preventScroll: true });
    this.#options.onSelect(i);
  }

  /** One more knot after the selected one, midway as it is drawn. */
  add(): void {
    const i = Math.min(this.#selected, this.#knots.length - 2);
    const [a, b] = [this.#x(this.#knots[i]![0]), this.#x(this.#knots[i + 1]![0])];
    this.#insert(this.#share((a + b) / 2));
  }

  remove(): void {
    const knots = removed(this.#knots, this.#selected);
    if (knots === this.#knots) return;
    const next = Math.max(1, this.#selected - 1);
    this.#options.onChange(knots, true);
    this.select(Math.min(next, knots.length - 1), true);
  }

  get figure(): Figure | undefined {
    return this.#figure(true);
  }

  draw(): void {
    this.#top = this.#reach();
    const figure = this.#figure(false);
    const width = this.#drawing.clientWidth;
    if (!figure || width === 0) return;
    this.#width = width;
    const { subtitle: _, ...rest } = figure;
    const drawing = compose(rest, { width, height: Math.min(0.82 * width, 380), dark: isDark() });
    this.#drawn = drawing;
    this.#plane = drawing.planes[0];
    this.#drawing.replaceChildren(drawing.svg);
    this.#overlay.setAttribute("viewBox", drawing.svg.getAttribute("viewBox")!);
    this.#follow();
  }

  /** Where the multiples end; not while one is dragged. */
  #reach(): number {
    if (this.#dragging) return this.#top;
    const limit = Math.min(...(this.#shapes?.limit ?? []));
    const most = Math.max(...this.#knots.map(([, m]) => m), ROOM * limit < MOST_MULTIPLE ? ROOM * limit : 0);
    return Math.min(MOST_MULTIPLE, Math.max(TOP, Math.ceil(4 * most) / 4));
  }

  #figure(whole: boolean): Figure | undefined {
    if (!this.#shapes) return undefined;
    const { steps } = this.#shapes;
    const multiple = whole
      ? steps.map((step) => multipleAt(this.#knots, (step - 1) / this.#horizon))
      : new Float64Array();
    return shapesFigure({
      ...this.#shapes,
      horizon: this.#horizon,
      own: { name: "yours", multiple },
      top: this.#top,
      log: this.#log,
    });
  }

  /** Where a share of the horizon, and a multiple, lie on the plane; and back. Steps are numbered from 1. */
  #x(share: number): number {
    const { x, left } = this.#plane!;
    return left + (x!.apply(Math.min(1 + share * this.#horizon, this.#horizon)) as number);
  }
  #y(multiple: number): number {
    const { y, top } = this.#plane!;
    return top + (y!.apply(Math.min(multiple, this.#top)) as number);
  }
  #share(px: number): number {
    const { x, left } = this.#plane!;
    return ((x!.invert!(px - left) as number) - 1) / this.#horizon;
  }
  #multiple(py: number): number {
    const { y, top } = this.#plane!;
    return Math.min(y!.invert!(py - top) as number, this.#top);
  }

  /** Curve and knots to where they are. */
  #follow(): void {
    if (!this.#plane?.x || !this.#plane.y || this.#knots.length === 0) return;
    const [from, to] = [this.#x(0), this.#x(1)];
    const points: { px: number; share: number }[] = [];
    for (let px = from; px <= to; px += 1.5) points.push({ px, share: Math.min(Math.max(this.#share(px), 0), 1) });
    for (const [share] of this.#knots) points.push({ px: this.#x(share), share });
    points.sort((a, b) => a.px - b.px || a.share - b.share);
    const path = (list: typeof points) =>
      list
        .map(
          ({ px, share }, i) =>
            `${i ? "L" : "M"}${px.toFixed(1)},${this.#y(multipleAt(this.#knots, share)).toFixed(1)}`,
        )
        .join("");
    this.#curve.setAttribute("d", path(points));
    const { step = Infinity, limit = 0 } = this.#offence ?? {};
    const over = points.filter(
      ({ share }) => share * this.#horizon >= step - 1 && multipleAt(this.#knots, share) >= 0.999 * limit,
    );
    this.#over.setAttribute("d", this.#offence ? path(over) : "");
    // what is read is the drawing as it is now
    const whole = this.#figure(true);
    if (whole && this.#drawn) this.#crosshair.follow(whole, this.#drawn);
    this.#place();
  }

  #place(): void {
    const n = this.#knots.length;
    while (this.#handles.children.length > n) this.#handles.lastChild!.remove();
    while (this.#handles.children.length < n) this.#handles.append(this.#handle(this.#handles.children.length));
    this.#knots.forEach(([share, multiple], i) => {
      const handle = this.#handles.children[i] as HTMLElement;
      handle.style.transform = `translate(${this.#x(share)}px, ${this.#y(multiple)}px)`;
      handle.classList.toggle("selected", i === this.#selected);
      handle.setAttribute("aria-label", `Knot ${i + 1} of ${n}`);
      handle.setAttribute("aria-valuenow", String(multiple));
      handle.setAttribute("aria-valuetext", this.#inWords(share, multiple));
    });
  }

  #inWords(share: number, multiple: number): string {
    const step = Math.min(Math.round(share * this.#horizon) + 1, this.#horizon);
    return `step ${step.toLocaleString("en")} of ${this.#horizon.toLocaleString("en")}, ${multiple} of γ`;
  }

  #handle(i: number): HTMLElement {
    return h("div", {
      class: "knot",
      role: "slider",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-valuemin": 0,
      "aria-valuemax": MOST_MULTIPLE,
      "aria-describedby": "knot-keys",
      onfocus: () => {
        if (this.#selected !== i) this.select(i);
      },
      ondblclick: () => {
        this.select(i);
        this.remove();
      },
      onkeydown: (event: KeyboardEvent) => this.#key(event, i),
    });
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || !this.#plane) return;
    const knot = [...this.#handles.children].indexOf(event.target as Element);
    if (knot >= 0) {
      this.#drag(event, knot);
      return;
    }
    // a finger beside the knots may want to scroll: it counts once it lifts without having moved
    if (event.pointerType === "touch") {
      const tap = (up: PointerEvent) => this.#insertAt(up);
      this.node.addEventListener("pointerup", tap, { once: true });
      this.node.addEventListener("pointercancel", () => this.node.removeEventListener("pointerup", tap), {
        once: true,
      });
      return;
    }
    const at = this.#insertAt(event);
    if (at >= 0) this.#drag(event, at);
  }

  #insertAt(event: PointerEvent): number {
    const box = this.#drawing.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const inside = px > this.#x(0) && px < this.#x(1) && py < this.#y(0) + 4 && py > this.#y(this.#top) - 4;
    return inside ? this.#insert(this.#share(px), this.#multiple(py)) : -1;
  }

  #insert(share: number, multiple = multipleAt(this.#knots, share)): number {
    const { knots, at } = added(this.#knots, share, multiple, this.#horizon);
    if (at < 0) return at;
    this.#options.onChange(knots, true);
    this.select(at, true);
    return at;
  }

  #drag(event: PointerEvent, i: number): void {
    event.preventDefault();
    this.select(i, true);
    this.node.setPointerCapture(event.pointerId);
    this.#dragging = true;
    this.node.classList.add("dragging");
    const to = (pointer: PointerEvent, settled: boolean) => {
      const box = this.#drawing.getBoundingClientRect();
      const [px, py] = [pointer.clientX - box.left, pointer.clientY - box.top];
      this.#options.onChange(moved(this.#knots, i, this.#share(px), this.#multiple(py), this.#horizon), settled);
    };
    const move = (pointer: PointerEvent) => to(pointer, false);
    const end = (pointer: PointerEvent) => {
      this.node.removeEventListener("pointermove", move);
      this.node.removeEventListener("pointerup", end);
      this.node.removeEventListener("pointercancel", end);
      this.node.classList.remove("dragging");
      this.#dragging = false;
      if (pointer.type === "pointerup") to(pointer, true);
      else this.#options.onChange(this.#knots, true);
    };
    this.node.addEventListener("pointermove", move);
    this.node.addEventListener("pointerup", end);
    this.node.addEventListener("pointercancel", end);
  }

  #key(event: KeyboardEvent, i: number): void {
    const [share, multiple] = this.#knots[i]!;
    const [aside, up] = event.shiftKey ? [30, 0.1] : [3, 0.01];
    const across = (px: number) => {
      const next = this.#share(this.#x(share) + px);
      // where a pixel is less than a step, a step
      return Math.abs(next - share) * this.#horizon < 1 ? share + Math.sign(px) / this.#horizon : next;
    };
    const to: Record<string, () => readonly [number, number]> = {
      ArrowLeft: () => [across(-aside), multiple],
      ArrowRight: () => [across(aside), multiple],
      ArrowUp: () => [share, multiple + up],
      ArrowDown: () => [share, multiple - up],
      Home: () => [share, 0],
      End: () => [share, 1],
    };
    if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "Insert" || event.key === "+") this.add();
    else if (to[event.key])
      this.#options.onChange(moved(this.#knots, i, ...to[event.key]!(), this.#horizon), !event.repeat);
    else return;
    event.preventDefault();
  }

  /** The selected knot, in whole steps. */
  get knot(): { readonly step: number; readonly multiple: number } {
    const [share, multiple] = this.#knots[this.#selected] ?? [0, 0];
    return { step: onSteps([[share, multiple]], this.#horizon)[0]![0], multiple };
  }

  /** Puts the selected knot where it is typed to be. */
  set(step: number, multiple: number): void {
    this.#options.onChange(moved(this.#knots, this.#selected, step / this.#horizon, multiple, this.#horizon), true);
  }
}
