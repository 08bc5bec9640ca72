// What colours the plane: exponents predicted, or measured at the chosen window of compute, coarse at once and fine a second later.

import { phase } from "../../index.ts";
import { centres } from "../../math/grid.ts";
import { conceal, h } from "../dom.ts";
import { exportButtons } from "../export.ts";
import { FIELDS as ALL } from "../fields.ts";
import { type PhasePlane, type Span, spanAround } from "../plane.ts";
import type { Store } from "../store.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import type { MeasuredPlane } from "../work/measure.ts";

const FIELDS = ALL.phases;
type PhaseStore = Store<typeof FIELDS>;

/** Cells a side of the predicted plane, and of the measured one: at once, and after a second. */
const CELLS = 72;
const MEASURED_CELLS = [9, 22] as const;

/** The plane's colours. */
export function measuring(store: PhaseStore, plane: PhasePlane, life: AbortSignal): { node: HTMLElement } {
  let lane: WorkerChannel | undefined;
  const choice = h(
    "select",
    { id: "color", onchange: () => store.set({ color: choice.value as (typeof FIELDS.color.choices)[number] }) },
    h("option", { value: "xi" }, "ξ predicted"),
    h("option", { value: "eta" }, "η predicted"),
    h("option", { value: "measured-xi" }, "ξ measured on the exact frontier"),
    h("option", { value: "measured-eta" }, "η measured on the exact frontier"),
  );
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Share of the plane measured" });
  const ended = () => conceal(state, choice);
  const stop = h(
    "button",
    {
      type: "button",
      onclick: () => {
        lane?.stop();
        ended();
      },
    },
    "Stop",
  );
  const state = h("span", { class: "measuring", hidden: true }, bar, stop);
  const buttons = exportButtons("phase plane", {
    canBe: () => plane.figure !== undefined,
    figure: async () => plane.figure,
  });
  /** What colours the plane, and what was last measured. */
  let shown = "";
  let asked = "";
  let span = spanAround(0, 0);
  let found: MeasuredPlane | undefined;

  const paint = (exponent: "xi" | "eta", over: Span, side: number, measured?: readonly Float64Array[]) => {
    const [alpha, beta] = [centres(over.alpha, side), centres(over.beta, side)];
    const cells = beta.map((b) => alpha.map((a) => phase({ alpha: a, beta: b })));
    const predicted = cells.map((row) => Float64Array.from(row, (cell) => cell[exponent]));
    const names = cells.map((row) => row.map((cell) => cell.phase));
    plane.show({ setting: "", alpha, beta, phase: names, exponent, predicted, measured }, over);
    buttons.update();
  };
  const paintMeasured = (exponent: "xi" | "eta") => {
    if (found) paint(exponent, found, found.side, found[exponent]);
    else {
      const side = MEASURED_CELLS[0];
      paint(
        exponent,
        span,
        side,
        Array.from({ length: side }, () => new Float64Array()),
      );
    }
  };
  const exponentOf = (color: string) => (color.endsWith("xi") ? "xi" : "eta");
  const update = (settled: boolean) => {
    const { color, from, to, alpha, beta } = store.values;
    if (settled && !within(alpha, span.alpha, beta, span.beta)) span = spanAround(alpha, beta);
    choice.value = color;
    const isMeasured = color.startsWith("measured");
    const exponent = exponentOf(color);
    const window = `${from} ${to} ${span.alpha} ${span.beta}`;
    const now = isMeasured ? `${color} ${window}` : `${color} ${span.alpha} ${span.beta}`;
    const isNew = now !== shown;
    shown = now;
    if (!isMeasured) {
      if (!isNew) return;
      lane?.stop();
      state.hidden = true;
      asked = "";
      found = undefined;
      return paint(exponent, span, CELLS);
    }
    // while the window is moved: what is there at once, and until then the colours of the one before
    const held = !settled && window !== asked;
    const question = held ? `${window} held` : window;
    if (question === asked) {
      if (isNew) paintMeasured(exponent);
      return;
    }
    if (asked === "") paintMeasured(exponent);
    asked = question;
    state.hidden = false;
    bar.value = 0;
    lane ??= openLane();
    lane.ask(
      "measure",
      // while a slider is held, what is there at once
      { ...span, sides: held ? MEASURED_CELLS.slice(0, 1) : MEASURED_CELLS, flops: [from, to] },
      {
        part(part) {
          if ("progress" in part) bar.value = part.progress;
          else {
            found = part.plane;
            paintMeasured(exponentOf(store.values.color));
          }
        },
        failed: ended,
        done: ended,
      },
    );
  };
  store.subscribe(update);
  update(true);
  life.addEventListener("abort", () => lane?.close());
  return {
    node: h("div", { class: "colour" }, h("label", { for: "color" }, "Colour "), choice, state, buttons.node),
  };
}

const within = (alpha: number, across: Span["alpha"], beta: number, up: Span["beta"]): boolean =>
  alpha <= across[1] && beta >= up[0] && beta <= up[1];
