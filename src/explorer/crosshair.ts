// Reading values off a figure: a line at one x over every panel that has the quantity, a dot on each curve at its nearest number,
// and those numbers beside it, as they are exported; on a map a cross at one place, and what is there. By mouse, by touch and by
// keys; a click or Enter pins.

import type { Drawing, Figure, Plane, Readout, ReadSeries } from "../figures/index.ts";
import { dark, light } from "../figures/index.ts";
import { h, rich } from "./dom.ts";
import { nearest, own, quantityOf, type Reading, shared } from "./reading.ts";
import { written } from "./state.ts";
import { isDark } from "./theme.ts";

const SVG = "http://www.w3.org/2000/svg";
/** A curve whose nearest number is further from the line than this, in pixels, has none there. */
const NEAR = 14;
/** Values shown in a box, at most. */
const MOST = 6;
const BOX = 168;

interface Shown {
  readonly plane: Plane;
  readonly readout: Readout;
  readonly log: boolean;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly color: string;
}

export interface CrosshairOptions {
  /** Whether a click pins: not where it means something else. Default true. */
  readonly click?: boolean;
}

export class Crosshair {
  readonly node: HTMLElement;
  readonly #lines = document.createElementNS(SVG, "svg");
  readonly #boxes = h("div", { class: "boxes" });
  readonly #card: string;
  readonly #reading: Reading;
  #panels: (Shown | undefined)[] = [];

  constructor(card: string, reading: Reading, { click = true }: CrosshairOptions = {}) {
    this.#card = card;
    this.#reading = reading;
    this.#lines.setAttribute("aria-hidden", "true");
    this.node = h("div", {
      class: "crosshair",
      hidden: true,
      tabindex: 0,
      role: "slider",
      "aria-label": `Values of ${card}. Arrow keys: left and right along a curve, up and down to another, Page Up and Page Down to another panel, Enter pins, Escape ends.`,
      "aria-valuenow": 0,
      "aria-valuetext": "nothing read yet",
      onpointermove: (event: PointerEvent) => {
        if (!this.#reading.pinned && (event.pointerType !== "touch" || event.buttons > 0)) this.#point(event, false);
      },
      onpointerleave: (event: PointerEvent) => {
        if (!this.#reading.pinned && event.pointerType !== "touch") this.#reading.at(undefined);
      },
      ...(click ? { onclick: (event: PointerEvent) => this.#point(event, true) } : {}),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.node.append(this.#lines, this.#boxes);
    reading.subscribe(() => this.show());
  }

  /** A figure has been drawn: what of it can be read. */
  follow({ panels }: Pick<Figure, "panels">, { planes, svg }: Drawing): void {
    this.#panels = panels.map(({ readout }, i) => {
      const plane = planes[i]!;
      return readout && plane.x && plane.y ? { plane, readout, log: plane.x.type === "log" } : undefined;
    });
    this.node.hidden = !this.#panels.some(Boolean);
    this.#lines.setAttribute("viewBox", svg.getAttribute("viewBox")!);
    const { wanted } = this.#reading;
    const panel = wanted?.card === this.#card ? this.#panels[wanted.panel] : undefined;
    if (wanted && panel?.readout.series[wanted.series])
      this.#reading.at({ ...wanted, quantity: quantityOf(panel.readout) }, true);
    else this.show();
  }

  /** Draws what is being read, in every panel that has its quantity. */
  show(): void {
    const { place, pinned } = this.#reading;
    this.#lines.replaceChildren();
    this.#boxes.replaceChildren();
    this.node.classList.toggle("pinned", pinned);
    if (!place || this.node.hidden) return;
    this.#panels.forEach((panel, i) => {
      if (!panel || quantityOf(panel.readout) !== place.quantity) return;
      const { plane, readout } = panel;
      const here = place.card === this.#card && place.panel === i;
      const x = own(readout, place.value);
      const px = plane.x!.apply(x) as number;
      const [x0, x1] = plane.x!.range as [number, number];
      const [y0, y1] = plane.y!.range as [number, number];
      if (!(px >= Math.min(x0, x1) - 0.5 && px <= Math.max(x0, x1) + 0.5)) return;
      this.#line(plane, `M${px.toFixed(1)},${y1}V${y0}`);
      const [told, rows] = readout.map
        ? this.#place(panel, x, place.series)
        : this.#curves(panel, x, px, here ? place.series : 0);
      this.#box(i, plane, px, [x0, x1], told, rows);
      if (!here) return;
      this.node.setAttribute("aria-valuenow", String(x));
      const values = rows.map(({ name, value }) => `${unset(name)} ${value}`).join(", ");
      this.node.setAttribute("aria-valuetext", `${told.map(unset).join(" ")}: ${values}${pinned ? ", pinned" : ""}`);
    });
  }

  /** Of every curve that has a number near x, that number: the followed one first. */
  #curves({ plane, readout, log }: Shown, x: number, px: number, first: number): [string[], Row[]] {
    const [y0, y1] = plane.y!.range as [number, number];
    const order = [first, ...readout.series.keys()].filter((k, at, all) => all.indexOf(k) === at);
    const rows = order.flatMap((k) => {
      const one = readout.series[k];
      const j = one ? nearest(one, x, log) : -1;
      if (!one || j < 0) return [];
      const [qx, qy] = [plane.x!.apply(one.x[j]!) as number, plane.y!.apply(one.y[j]!) as number];
      if (Math.abs(qx - px) > NEAR || !Number.isFinite(qy)) return [];
      const color = one.color(isDark() ? dark : light);
      if (qy >= Math.min(y0, y1) - 1 && qy <= Math.max(y0, y1) + 1) this.#dot(plane, qx, qy, color);
      return [{ name: one.name, value: written(one.y[j]!), color }];
    });
    return [[readout.x, written(x)], rows];
  }

  /** Of a map, what is at one place. */
  #place({ plane, readout }: Shown, x: number, series: number): [string[], Row[]] {
    const one = readout.series[series];
    const j = one ? nearest(one, x, false) : -1;
    if (!one || j < 0) return [[readout.x, written(x)], []];
    const [x0, x1] = plane.x!.range as [number, number];
    const [qx, qy] = [plane.x!.apply(one.x[j]!) as number, plane.y!.apply(one.y[j]!) as number];
    const color = one.color(isDark() ? dark : light);
    this.#line(plane, `M${x0},${qy.toFixed(1)}H${x1}`);
    this.#dot(plane, qx, qy, color);
    const point = one.points?.[j];
    return [
      [one.name, ...(point === undefined ? [] : [point])],
      [
        ...(readout.map === "bars" ? [] : [{ name: readout.x, value: written(one.x[j]!), color }]),
        { name: readout.y, value: told(one.value![j]!), color },
      ],
    ];
  }

  #line({ left, top }: Plane, d: string): void {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("transform", `translate(${left},${top})`);
    line.setAttribute("d", d);
    this.#lines.append(line);
  }

  #dot({ left, top }: Plane, x: number, y: number, color: string): void {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("cx", (left + x).toFixed(1));
    dot.setAttribute("cy", (top + y).toFixed(1));
    dot.setAttribute("r", "4");
    dot.setAttribute("fill", color);
    this.#lines.append(dot);
  }

  #box(
    panel: number,
    { left, top }: Plane,
    px: number,
    [x0, x1]: [number, number],
    [what, ...rest]: readonly string[],
    rows: readonly Row[],
  ): void {
    const list = h(
      "dl",
      {},
      ...rows.slice(0, MOST).flatMap(({ name, value, color }) => {
        const term = h("dt", {}, rich(name));
        term.style.borderLeftColor = color;
        return [term, h("dd", {}, value)];
      }),
    );
    const more = rows.length > MOST ? [h("p", {}, `and ${rows.length - MOST} more: keys ↑ ↓`)] : [];
    const title = h("p", {}, rich(what!), " ", h("b", {}, rich(rest.join(" "))));
    const box = h("div", { class: "readout", "data-panel": panel }, title, list, ...more);
    const right = px + 10 + BOX <= Math.max(x0, x1) || px - x0 < x1 - px;
    box.style.top = `${top + 8}px`;
    box.style.left = `${left + (right ? px + 10 : Math.max(x0 - 50, px - 10 - BOX))}px`;
    this.#boxes.append(box);
  }

  #point(event: PointerEvent, click: boolean): void {
    const box = this.node.getBoundingClientRect();
    // where the page is enlarged the figure's pixels are larger than the pointer's
    const scale = box.width / this.node.offsetWidth || 1;
    const [px, py] = [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
    const panel = this.#panels.findIndex((one) => {
      if (!one) return false;
      const { left, top, x, y } = one.plane;
      const [[x0, x1], [y0, y1]] = [x!.range as [number, number], y!.range as [number, number]];
      return px >= left + x0 - 4 && px <= left + x1 + 4 && py >= top + y1 - 4 && py <= top + y0 + 4;
    });
    const { place, pinned } = this.#reading;
    if (panel < 0) {
      if (click || !pinned) this.#reading.at(undefined, false);
      return;
    }
    const { plane, readout, log } = this.#panels[panel]!;
    const at = plane.x!.invert!(px - plane.left) as number;
    // the curve nearest to the pointer, of those that have a number there
    let [series, least, value] = [0, Infinity, at];
    readout.series.forEach((one, k) => {
      const j = nearest(one, at, log);
      if (j < 0) return;
      const dx = (plane.x!.apply(one.x[j]!) as number) - (px - plane.left);
      const dy = (plane.y!.apply(one.y[j]!) as number) - (py - plane.top);
      const off = Math.hypot(dx, dy);
      if (off < least) [series, least, value] = [k, off, one.x[j]!];
    });
    const next = { card: this.#card, panel, quantity: quantityOf(readout), value: shared(readout, value), series };
    const same =
      pinned &&
      place?.card === next.card &&
      place.panel === panel &&
      place.value === next.value &&
      (!readout.map || place.series === series);
    this.#reading.at(next, click ? !same : pinned);
  }

  #key(event: KeyboardEvent): void {
    const { place, pinned } = this.#reading;
    const here = place?.card === this.#card ? place : undefined;
    const panel = here?.panel ?? this.#panels.findIndex(Boolean);
    const { readout, log } = this.#panels[panel]!;
    const first = readout.map ? Math.floor((readout.series.length - 1) / 2) : 0;
    const series = here?.series ?? first;
    const curve = readout.series[series]!;
    const now = here ? nearest(curve, own(readout, here.value), log) : middleOf(curve);
    const to = (panel: number, series: number, x: number) => {
      const { readout } = this.#panels[panel]!;
      const value = shared(readout, x);
      this.#reading.at({ card: this.#card, panel, quantity: quantityOf(readout), value, series }, pinned);
    };
    const along = (by: number) => {
      let j = here ? now + by : now;
      // over what cannot be drawn
      while (j >= 0 && j < curve.x.length && !Number.isFinite(curve.y[j]!)) j += Math.sign(by);
      if (j >= 0 && j < curve.x.length) to(panel, series, curve.x[j]!);
    };
    const n = readout.series.length;
    const big = event.shiftKey ? 10 : 1;
    const another = (by: number) => to(panel, (series + by + n) % n, here ? own(readout, here.value) : curve.x[now]!);
    const sideways = (by: number) => {
      const all = [...this.#panels.keys()].filter((i) => this.#panels[i]);
      const next = all[(all.indexOf(panel) + by + all.length) % all.length]!;
      const first = this.#panels[next]!.readout.series[0]!;
      to(next, 0, first.x[middleOf(first)]!);
    };
    const keys: Record<string, () => void> = {
      ArrowLeft: () => along(-big),
      ArrowRight: () => along(big),
      ArrowUp: () => another(-1),
      ArrowDown: () => another(1),
      PageUp: () => sideways(-1),
      PageDown: () => sideways(1),
      Enter: () => this.#reading.at(place, !pinned),
      " ": () => this.#reading.at(place, !pinned),
      Escape: () => this.#reading.at(undefined, false),
    };
    const move = keys[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move();
  }
}

const middleOf = ({ x }: ReadSeries): number => Math.floor((x.length - 1) / 2);
const told = (value: number): string => (Number.isNaN(value) ? "none" : written(value));
const unset = (text: string): string => text.replace(/[\^_]\{([^}]*)\}/g, "$1");
