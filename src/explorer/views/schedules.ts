// The view of schedules: the step over training drawn by hand, and what it does to the loss.

import { curvesFigure, schedulePartsFigure } from "../../figures/index.ts";
import type { Free } from "../../index.ts";
import { OPTIMIZER_CHOICES } from "../../theory/training/optimizer.ts";
import { Card } from "../card.ts";
import { Follower } from "../coarse-then-fine.ts";
import { choice, controlPanel } from "../controls.ts";
import { h } from "../dom.ts";
import { exportButtons } from "../export.ts";
import { FIELDS as ALL } from "../fields.ts";
import { MOST_KNOTS, MOST_MULTIPLE } from "../knots.ts";
import { ScheduleEditor } from "../schedule-editor.ts";
import { numberField } from "../state.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import { type ModelInput, STARTS } from "../work/schedules.ts";
import { TEXTS } from "./schedules-text.ts";
import { chosenBy, inNumbers, say } from "./schedules-words.ts";

const FIELDS = ALL.schedules;
type State = Store<typeof FIELDS>["values"];
type Name = "alpha" | "beta" | "d" | "ratio" | "step" | "batch" | "noise" | "steps" | "mu" | "delta" | "strength";

const OPTIMIZERS = Object.fromEntries(OPTIMIZER_CHOICES.map(({ name, label }) => [name, label]));
const strengthOf = (name: string) => {
  const made = chosenBy(name).make({});
  return "strength" in made ? { strength: made.strength } : {};
};
/** The control of each number that an optimiser may leave free. */
const CONTROLS: Readonly<Record<keyof Free, string>> = { momentum: "mu", delta: "delta", strength: "strength" };

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("schedules", FIELDS, life);
  const cards = {
    losses: new Card("losses", TEXTS.losses, life),
    parts: new Card("parts", TEXTS.parts, life),
    optimizers: new Card("optimizers", TEXTS.optimizers, life),
  };
  const numbers = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Losses at the end" });
  cards.parts.node.querySelector(".about")!.before(numbers);
  const verdict = h("div", { class: "verdict", role: "status" });
  let starter: WorkerChannel | undefined;
  const start = (name: (typeof STARTS)[number]) => {
    starter ??= openLane();
    starter.ask(
      "knots",
      { ...modelOf(store.values), start: name },
      {
        part: (knots) => store.set({ knots }),
        failed: (message) =>
          verdict.replaceChildren(h("strong", { class: "wrong" }, "No such shape here"), h("p", {}, message)),
      },
    );
  };
  const time = choice("time", "Time", FIELDS.time.choices, { linear: "linear", log: "logarithmic" }, (value) =>
    store.set({ time: value }),
  );
  const knot = knotControls(() => editor, time.node);
  const editor: ScheduleEditor = new ScheduleEditor(
    {
      onChange: (knots, settled) => store.set({ knots }, settled),
      onSelect: () => knot.show(store.values),
    },
    life,
  );
  const optimizer = choice("optimizer", "Optimiser", FIELDS.optimizer.choices, OPTIMIZERS, (value) =>
    // each variant's own share of momentum
    store.set({ optimizer: value, ...strengthOf(value) }),
  );
  const controls = makeControls(store, life);
  const buttons = exportButtons("schedule", {
    canBe: () => editor.figure !== undefined,
    figure: async () => editor.figure,
  });
  root.append(
    h(
      "div",
      { class: "split" },
      h(
        "div",
        { class: "side" },
        h("p", { class: "lead" }, h("strong", {}, "Drag a knot"), ", or start from a shape:"),
        h(
          "div",
          { class: "starts", role: "group", "aria-label": "Start from a shape" },
          ...STARTS.map((name) => h("button", { type: "button", onclick: () => start(name) }, name)),
        ),
        editor.node,
        knot.node,
        verdict,
        h("div", { class: "choices" }, optimizer.node),
        controls.node,
        buttons.node,
      ),
      h("div", { class: "figures" }, cards.losses.node, cards.parts.node, cards.optimizers.node),
    ),
  );

  /** The model whose named shapes stand behind the drawing. */
  let drawn = "";
  const follower = new Follower(
    {
      job: "schedules",
      root,
      cards,
      // of them the verdict and the numbers
      always: ["losses", "parts"],
      input(detail, parts) {
        const model = modelOf(store.values);
        return { ...model, knots: store.values.knots, withShapes: JSON.stringify(model) !== drawn, detail, parts };
      },
      kind: ({ kind }) => kind,
      show(part, version) {
        if (part.kind === "shapes") {
          editor.show(part.data);
          buttons.update();
          // fine ones are as good as they get
          drawn = Number.isInteger(version) ? "" : JSON.stringify(modelOf(store.values));
        } else if (part.kind === "losses") cards.losses.show(curvesFigure(part.data), version);
        else if (part.kind === "optimizers") {
          if (part.data.panels[0]!.series.length > 0) cards.optimizers.show(curvesFigure(part.data), version);
          else
            cards.optimizers.fail(
              "None of these optimisers is stable under this drawing: pull it down, or make γ smaller.",
            );
          if (part.unstable.length > 0 && cards.optimizers.hasFigure)
            cards.optimizers.tell(`Left out, unstable under this drawing: ${part.unstable.join(", ")}.`);
        } else {
          editor.mark(part.outcome.offence);
          if (part.data.schedules.length > 0) cards.parts.show(schedulePartsFigure(part.data), version);
          else cards.parts.fail("No schedule here is stable: make γ·Tr D smaller, or the drawing lower.");
          numbers.replaceChildren(inNumbers(part.outcome));
          say(verdict, part.outcome, store.values);
        }
      },
      fail(message) {
        for (const card of Object.values(cards)) card.fail(message);
        verdict.replaceChildren(h("strong", { class: "wrong" }, "Not computed"), h("p", {}, message));
      },
    },
    life,
  );
  const follow = (settled: boolean) => {
    const { values } = store;
    controls.show();
    optimizer.show(values.optimizer);
    time.show(values.time);
    const { free } = chosenBy(values.optimizer);
    for (const [name, id] of Object.entries(CONTROLS))
      document.getElementById(id)!.closest<HTMLElement>(".control")!.hidden = !free.includes(name as keyof Free);
    editor.place(values.knots, values.steps, values.time === "log");
    knot.show(values);
    follower.follow(settled);
  };
  store.subscribe(follow);
  follow(true);
  life.addEventListener("abort", () => starter?.close());
  return { problems: store.problems };
}

function modelOf({ knots: _, time: __, ...model }: State): ModelInput {
  return model;
}

/** The selected knot to type, and buttons for one more and one less. */
function knotControls(
  editor: () => ScheduleEditor,
  time: Node,
): { readonly node: HTMLElement; show(values: State): void } {
  const error = h("span", { id: "knot-error", class: "error", role: "alert" });
  const input = (id: string, what: () => { step: number; multiple: number }) =>
    h("input", {
      id,
      type: "text",
      inputmode: "decimal",
      size: 7,
      autocomplete: "off",
      "aria-describedby": "knot-error",
      onchange: () => {
        try {
          const { step: at, multiple: m } = what();
          error.textContent = "";
          editor().set(at, m);
        } catch (problem) {
          error.textContent = (problem as Error).message;
        }
      },
    });
  let horizon = 1;
  const step = input("knot-step", () => {
    const field = numberField(1, { least: 1, most: horizon, whole: true });
    return { ...editor().knot, step: field.parse(step.value) - 1 };
  });
  const multiple = input("knot-multiple", () => {
    const field = numberField(1, { least: 0, most: MOST_MULTIPLE });
    return { ...editor().knot, multiple: field.parse(multiple.value) };
  });
  const name = h("span", { class: "name" });
  const add = h("button", { type: "button", onclick: () => editor().add() }, "Add knot");
  const remove = h(
    "button",
    { type: "button", "aria-label": "Remove knot", onclick: () => editor().remove() },
    "Remove",
  );
  return {
    node: h(
      "div",
      {},
      h(
        "div",
        { class: "choices knots" },
        name,
        h("label", { for: "knot-step" }, "step "),
        step,
        h("label", { for: "knot-multiple" }, "× γ "),
        multiple,
        error,
      ),
      h("div", { class: "choices knots" }, add, remove, time),
      h(
        "p",
        { class: "hint", id: "knot-keys" },
        "Click beside a knot for one more. Keys: arrows move (Shift: faster), Insert adds, Delete removes.",
      ),
    ),
    show({ knots, steps }) {
      horizon = steps;
      const at = Math.min(editor().selected, knots.length - 1);
      const isEnd = at === 0 || at === knots.length - 1;
      const [share, m] = knots[at]!;
      name.textContent = `Knot ${at + 1}`;
      if (error.textContent === "" || document.activeElement !== step)
        step.value = String(Math.min(Math.round(share * steps) + 1, steps));
      step.disabled = isEnd;
      if (error.textContent === "" || document.activeElement !== multiple) multiple.value = String(m);
      remove.disabled = isEnd;
      add.disabled = knots.length >= MOST_KNOTS;
    },
  };
}

function makeControls(store: Store<typeof FIELDS>, life: AbortSignal) {
  const field = (name: Name) => ({
    id: name,
    field: FIELDS[name],
    value: () => store.values[name],
    onChange: (value: number, settled: boolean) => store.set({ [name]: value }, settled),
  });
  return controlPanel(
    "Optimiser, training and model",
    [
      {
        title: "The training",
        controls: [
          { ...field("mu"), label: "μ, momentum", slider: { least: 0, most: 0.99 } },
          { ...field("delta"), label: "δ, of Δ = δ/(δ+r)", slider: { least: 1, most: 32, step: 0.1 } },
          { ...field("strength"), label: "c, share of momentum", slider: { least: 0, most: 2 } },
          { ...field("noise"), label: "σ^{2}, label noise", slider: { least: 0, most: 2 } },
          { ...field("steps"), label: "T, steps", slider: { least: 100, most: 1e7, log: true } },
          { ...field("step"), label: "γ·Tr D, step of 1", slider: { least: 0.01, most: 2, log: true } },
          { ...field("batch"), label: "B, samples a step", slider: { least: 1, most: 1000, log: true } },
        ],
      },
      {
        title: "The model and its task",
        controls: [
          { ...field("alpha"), label: "α, data complexity", slider: { least: 0.05, most: 1.4 } },
          { ...field("beta"), label: "β, target complexity", slider: { least: 0, most: 1.4 } },
          { ...field("d"), label: "d, parameters", slider: { least: 10, most: 1e6, log: true } },
          { ...field("ratio"), label: "v/d, data modes", slider: { least: 1, most: 100, log: true } },
        ],
      },
    ],
    life,
  );
}
