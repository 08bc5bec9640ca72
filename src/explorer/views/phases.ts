// The first view: a point in the phase plane, and all that follows from it.

import { type Figure, frontierFigure, lossFigure, type SpectrumData, spectrumFigure } from "../../figures/index.ts";
import { Card } from "../card.ts";
import { Follower } from "../coarse-then-fine.ts";
import { controlPanel, type Panel } from "../controls.ts";
import { h } from "../dom.ts";
import { FIELDS as ALL } from "../fields.ts";
import { PhasePlane } from "../plane.ts";
import { written } from "../state.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import type { Part } from "../work/scaling.ts";
import { drawing } from "./drawing.ts";
import { measuring } from "./measuring.ts";
import { TEXTS } from "./phases-text.ts";
import { inWords, say } from "./phases-words.ts";
import { streaming } from "./streaming.ts";

const FIELDS = ALL.phases;

/** Until a hand, a key or another view: once a visit. */
let isFirstSight = location.search === "" && !matchMedia("(prefers-reduced-motion: reduce)").matches;

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("phases", FIELDS, life);
  const problems = [...store.problems, ...mendWindow(store)];

  const plane = new PhasePlane({ onMove: (alpha, beta, settled) => store.set({ alpha, beta }, settled) }, life);
  const verdict = h("div", { class: "verdict", role: "status" });
  let theory: { readonly data: SpectrumData; readonly version: number } | undefined;
  const draws = drawing(
    {
      input() {
        const { alpha, beta, d, ratio, seed, draws } = store.values;
        return { alpha, beta, d, ratio, seed, draws };
      },
      turn: (draws) => store.set({ draws }),
      onDraw: () => showSpectrum(),
      inSight: () => cards.spectrum.inSight,
    },
    life,
  );
  const cards = {
    frontier: new Card("frontier", TEXTS.frontier, life),
    loss: new Card("components", TEXTS.components, life),
    spectrum: new Card("spectrum", TEXTS.spectrum, life, draws.node),
  };
  cards.spectrum.watch(draws.look);
  const showSpectrum = () => {
    if (theory) cards.spectrum.show(spectrumFigure({ ...theory.data, histogram: draws.histogram }), theory.version);
  };
  const controls = makeControls(store, life);
  const measured = measuring(store, plane, life);
  const runs = streaming(
    {
      input() {
        const { alpha, beta, d, step, batch, ratio, from, to, seed, runs } = store.values;
        return { alpha, beta, d, step, batch, ratio, flops: [from, to], seed, members: runs };
      },
      isOn: () => store.values.sgd === "on",
      turn: (on, d) => store.set({ sgd: on ? "on" : "off", ...(d ? { d } : {}) }),
      setSeed: (seed) => store.set({ seed }),
    },
    life,
  );
  root.append(
    h(
      "div",
      { class: "split" },
      h(
        "div",
        { class: "side" },
        h("p", { class: "lead" }, h("strong", {}, "Drag the point."), " Everything follows at once."),
        plane.node,
        verdict,
        measured.node,
        controls.node,
      ),
      h("div", { class: "figures" }, cards.frontier.node, cards.loss.node, runs.node, cards.spectrum.node),
    ),
  );

  const follower = new Follower(
    {
      job: "scaling",
      root,
      cards,
      input(detail, parts) {
        const { alpha, beta, d, step, batch, ratio, from, to } = store.values;
        return { alpha, beta, d, step, batch, ratio, flops: [from, to], detail, parts };
      },
      kind: (part) => (part.kind === "none" ? part.of : part.kind),
      show(part, version) {
        if (part.kind === "none") cards[part.of].fail(part.reason, ...remedies(part, store));
        else if (part.kind === "limits") {
          controls.limit("step", part.step);
          controls.limit("batch", part.batch + 1);
        } else if (part.kind === "spectrum") {
          theory = { data: part.data, version };
          showSpectrum();
        } else cards[part.kind].show(figureOf(part), version);
      },
      fail(message) {
        for (const card of Object.values(cards)) card.fail(message);
      },
    },
    life,
  );
  const follow = (settled: boolean) => {
    const { alpha, beta } = store.values;
    plane.place(alpha, beta, inWords(alpha, beta));
    say(verdict, alpha, beta);
    controls.show();
    runs.follow(settled);
    draws.follow(settled);
    follower.follow(settled);
  };
  store.subscribe(follow);
  follow(true);

  if (isFirstSight) drift(store, life);
  return { problems };
}

/** A window of compute that does not rise is replaced, and said. */
function mendWindow(store: PhaseStore): string[] {
  const { from, to } = store.values;
  if (to >= 10 * from) return [];
  const low = Math.min(from, to);
  const high = Math.max(from, to, 100 * low);
  store.values = { ...store.values, from: low, to: high };
  return [
    `The compute window must rise by a factor of 10 at least, the link says from ${written(from)} to ${written(to)}: using ${written(low)} to ${written(high)}.`,
  ];
}

/** A round of the point takes so long, in ms; it ends after two. */
const ROUND = 14_000;
const RADIUS = 0.1;

/** One slow motion on first sight: the point goes round, and everything follows; a hand, a key or an end bring it back. */
function drift(store: PhaseStore, life: AbortSignal): void {
  isFirstSight = false;
  const { alpha, beta } = store.values;
  const began = performance.now();
  const motion = new AbortController();
  const end = () => {
    if (motion.signal.aborted) return;
    motion.abort();
    clearInterval(timer);
    if (!life.aborted) store.drift({ alpha, beta }, true);
  };
  const timer = setInterval(() => {
    const angle = (2 * Math.PI * (performance.now() - began)) / ROUND;
    if (angle > 4 * Math.PI || document.hidden) return end();
    const at = (centre: number, by: number) => Math.round(1000 * (centre + RADIUS * by)) / 1000;
    store.drift({ alpha: at(alpha, Math.sin(angle)), beta: at(beta, Math.cos(angle) - 1) }, false);
  }, 80);
  for (const hand of ["pointerdown", "keydown", "wheel", "touchstart", "focusin"])
    addEventListener(hand, end, { capture: true, passive: true, signal: motion.signal });
  life.addEventListener("abort", end);
}

/** A button that sets what would do. */
function remedies({ remedy }: Extract<Part, { kind: "none" }>, store: PhaseStore): Node[] {
  if (!remedy) return [];
  return [" ", h("button", { type: "button", onclick: () => store.set(remedy.set) }, remedy.label)].map((part) =>
    typeof part === "string" ? document.createTextNode(part) : part,
  );
}

function figureOf(part: Extract<Part, { kind: "frontier" | "loss" }>): Figure {
  return part.kind === "frontier" ? frontierFigure(part.data) : lossFigure(part.data);
}

type PhaseStore = Store<typeof FIELDS>;

function makeControls(store: PhaseStore, life: AbortSignal): Panel {
  const field = (name: "alpha" | "beta" | "d" | "step" | "batch" | "ratio" | "from" | "to") => ({
    id: name,
    field: FIELDS[name],
    value: () => store.values[name],
    onChange: (value: number, settled: boolean) => {
      const patch = withWindow(name, value, store.values);
      store.set(patch, settled);
      for (const [other, moved] of Object.entries(patch))
        if (other !== name) panel.tell(other, `moved to ${written(moved)}: the window spans a factor of 100 at least`);
    },
  });
  const panel = controlPanel(
    "Model, training and compute",
    [
      {
        title: "The problem",
        controls: [
          {
            ...field("alpha"),
            label: "α, data complexity",
            hint: "eigenvalues λ_{j} = j^{−2α}",
            slider: { least: 0.05, most: 1.4 },
          },
          {
            ...field("beta"),
            label: "β, target complexity",
            hint: "target b_{j} = j^{−β}",
            slider: { least: 0, most: 1.4 },
          },
        ],
      },
      {
        title: "The model",
        controls: [
          {
            ...field("d"),
            label: "d, parameters",
            hint: "of the lower figures",
            slider: { least: 10, most: 1e6, log: true },
          },
          {
            ...field("ratio"),
            label: "v/d, data modes",
            hint: "for each parameter",
            slider: { least: 1, most: 100, log: true },
          },
        ],
      },
      {
        title: "The training",
        controls: [
          { ...field("step"), label: "γ·Tr D, step size", slider: { least: 0.01, most: 1.2, log: true } },
          { ...field("batch"), label: "B, samples a step", slider: { least: 1, most: 1000, log: true } },
        ],
      },
      {
        title: "The compute window, in flops",
        controls: [
          { ...field("from"), label: "from f", slider: { least: 1e4, most: 1e18, log: true } },
          { ...field("to"), label: "to f", slider: { least: 1e6, most: 1e24, log: true } },
        ],
      },
    ],
    life,
  );
  return panel;
}

/** A change, and what it drags along: the compute window spans at least a factor of 100. */
function withWindow(name: string, value: number, { from, to }: { from: number; to: number }): Record<string, number> {
  if (name === "from" && to < 100 * value) return { from: value, to: Math.min(100 * value, 1e30) };
  if (name === "to" && value < 100 * from) return { to: value, from: Math.max(value / 100, 1e3) };
  return { [name]: value };
}
