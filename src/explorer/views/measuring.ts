// What colours the plane: exponents predicted at once, or measured on demand, row by row.

import { phase } from "../../index.ts";
import { conceal, h } from "../dom.ts";
import { exportButtons } from "../export.ts";
import { FIELDS as ALL } from "../fields.ts";
import { type PhasePlane, type Span, spanAround } from "../plane.ts";
import type { Store } from "../store.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";

const FIELDS = ALL.phases;
type PhaseStore = Store<typeof FIELDS>;

/** Cells a side of the predicted plane, and of the measured one. */
const CELLS = 72;
const MEASURED_CELLS = 22;

/** The plane's colours: predicted at once, measured on demand. */
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
  let key = "";
  let span = spanAround(0, 0);
  let rows: { xi: Float64Array; eta: Float64Array }[] = [];

  const paint = (side: number, exponent: "xi" | "eta", isMeasured: boolean) => {
    const [alpha, beta] = [centres(span.alpha, side), centres(span.beta, side)];
    const cells = beta.map((b) => alpha.map((a) => phase({ alpha: a, beta: b })));
    const predicted = cells.map((row) => Float64Array.from(row, (cell) => cell[exponent]));
    const measured = isMeasured
      ? beta.map((_, i) => rows[i]?.[exponent] ?? new Float64Array(side).fill(Number.NaN))
      : undefined;
    const names = cells.map((row) => row.map((cell) => cell.phase));
    plane.show({ setting: "", alpha, beta, phase: names, exponent, predicted, measured }, span);
    buttons.update();
  };
  const update = (settled: boolean) => {
    const { color, from, to, alpha, beta } = store.values;
    if (settled && !within(alpha, span.alpha, beta, span.beta)) span = spanAround(alpha, beta);
    choice.value = color;
    const isMeasured = color.startsWith("measured");
    const exponent = color.endsWith("xi") ? "xi" : "eta";
    const wanted = `${isMeasured ? `measured ${from} ${to}` : "predicted"} ${span.alpha} ${span.beta}`;
    if (`${wanted} ${exponent}` === key) return;
    const again = key.startsWith(`${wanted} `);
    key = `${wanted} ${exponent}`;
    if (!isMeasured) {
      lane?.stop();
      state.hidden = true;
      return paint(CELLS, exponent, false);
    }
    if (again) return paint(MEASURED_CELLS, exponent, true);
    rows = [];
    paint(MEASURED_CELLS, exponent, true);
    state.hidden = false;
    bar.value = 0;
    lane ??= openLane();
    lane.ask(
      "measure",
      {
        alpha: centres(span.alpha, MEASURED_CELLS),
        beta: centres(span.beta, MEASURED_CELLS),
        flops: [from, to],
      },
      {
        part({ row, ...found }) {
          rows[row] = found;
          bar.value = (row + 1) / MEASURED_CELLS;
          paint(MEASURED_CELLS, store.values.color.endsWith("xi") ? "xi" : "eta", true);
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

/** The centres of n equal cells. */
function centres([lo, hi]: readonly [number, number], n: number): number[] {
  return Array.from({ length: n }, (_, i) => lo + ((i + 0.5) * (hi - lo)) / n);
}
