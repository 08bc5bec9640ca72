// The second view: the dynamical model of random features of width N trained on P samples for time t.

import { curvesFigure } from "../../figures/index.ts";
import { dynamicsExponents, RULE_LABELS, type Rule } from "../../index.ts";
import { Card } from "../card.ts";
import { Follower } from "../coarse-then-fine.ts";
import { choice, controlPanel, type Panel } from "../controls.ts";
import { h, rich } from "../dom.ts";
import { FIELDS as ALL } from "../fields.ts";
import { Store } from "../store.ts";
import { type MeasuredTask, measuredTask } from "../task.ts";
import type { Mounted } from "../view.ts";
import type { DynamicsKind } from "../work/dynamics-setting.ts";
import { TEXTS } from "./dynamics-text.ts";

const FIELDS = ALL.dynamics;
type Name = "a" | "b" | "N" | "P" | "noise" | "eta" | "mu" | "batch" | "students" | "start" | "end";

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("dynamics", FIELDS, life);
  if (store.values.end < 10 * store.values.start) store.values.end = store.values.start * 1e4;
  const cards = cardsOf(life);
  const verdict = h("div", { class: "verdict", role: "status" });
  const choices = choicesOf(store);
  const controls = controlsOf(store, life);
  root.append(
    h(
      "div",
      { class: "split" },
      h(
        "div",
        { class: "side" },
        h(
          "p",
          { class: "lead" },
          h("strong", {}, "Pull a slider."),
          " Width, data and time: which one holds the loss up?",
        ),
        h("div", { class: "choices" }, ...choices.nodes),
        verdict,
        controls.node,
      ),
      h("div", { class: "figures" }, ...Object.values(cards).map(({ node }) => node)),
    ),
  );
  const follower = new Follower(
    {
      job: "dynamics",
      root,
      cards,
      input: (detail, parts) => ({ ...questionOf(store.values), detail, parts }),
      kind: ({ kind }) => kind,
      show(part, version) {
        if ("reason" in part) cards[part.kind].fail(part.reason);
        else cards[part.kind].show(curvesFigure(part.data), version);
      },
      fail(message, multiple) {
        for (const card of Object.values(cards)) {
          if (multiple === undefined) card.fail(message);
          else card.fail(...tooLarge(store, multiple));
        }
        if (multiple !== undefined) controls.limit("eta", store.values.eta * multiple);
      },
    },
    life,
  );
  const follow = (settled: boolean) => {
    controls.show();
    choices.show();
    for (const [name, isUsed] of Object.entries(USES))
      document.getElementById(name)!.closest<HTMLElement>(".control, .choice")!.hidden = !isUsed(store.values);
    say(verdict, store.values);
    follower.follow(settled);
  };
  store.subscribe(follow);
  follow(true);
  return { problems: store.problems };
}

const cardsOf = (life: AbortSignal): Readonly<Record<DynamicsKind, Card>> => ({
  losses: new Card("losses", TEXTS.losses, life),
  parts: new Card("decomposition", TEXTS.parts, life),
  epochs: new Card("epochs", TEXTS.epochs, life),
  optimal: new Card("optimal", TEXTS.optimal, life),
  approach: new Card("approach", TEXTS.approach, life),
  transfer: new Card("transfer", TEXTS.transfer, life),
});

function choicesOf(store: DynamicsStore): { readonly nodes: readonly Node[]; show(): void } {
  const task = choice("task", "Task", FIELDS.task.choices, TASK_LABELS, (value) => store.set({ task: value }));
  const rule = choice("rule", "Trained by", FIELDS.rule.choices, { ...RULE_LABELS, sgd: "SGD" }, (value) =>
    store.set({ rule: value }),
  );
  const reuse = choice("reuse", "Samples", FIELDS.reuse.choices, SOURCES, (value) => store.set({ reuse: value }));
  const fan = choice("fan", "Curves for several", FIELDS.fan.choices, { N: "N", P: "P" }, (value) =>
    store.set({ fan: value }),
  );
  return {
    nodes: [task.node, rule.node, reuse.node, fan.node],
    show() {
      task.show(store.values.task);
      rule.show(store.values.rule);
      reuse.show(store.values.reuse);
      fan.show(store.values.fan);
    },
  };
}

const TASK_LABELS = {
  "power-law": "a power law",
  mnist: "MNIST: even or odd",
  sotu: "State of the Union: a vowel next?",
};
const SOURCES = {
  fresh: "fresh at each step",
  replacement: "drawn from P, with replacement",
  batch: "drawn from P, none twice in a batch",
};

function controlsOf(store: DynamicsStore, life: AbortSignal): Panel {
  const field = (name: Name) => ({
    id: name,
    field: FIELDS[name],
    value: () => store.values[name],
    onChange: (value: number, settled: boolean) => store.set({ [name]: value }, settled),
  });
  return controlPanel(
    "Task, student and training",
    [
      {
        title: "The task",
        controls: [
          { ...field("a"), label: "a, target", hint: "energy of mode k: k^{−a}", slider: { least: 1.1, most: 4 } },
          {
            ...field("b"),
            label: "b, spectrum",
            hint: "eigenvalue of mode k: k^{−b}",
            slider: { least: 1.05, most: 3 },
          },
          { ...field("noise"), label: "σ^{2}, label noise", slider: { least: 0, most: 1 } },
        ],
      },
      {
        title: "The student",
        controls: [
          { ...field("N"), label: "N, features", hint: "inf for no limit", slider: { least: 8, most: 1e5, log: true } },
          { ...field("P"), label: "P, samples", hint: "inf for no limit", slider: { least: 8, most: 1e5, log: true } },
          { ...field("students"), label: "E, students averaged", slider: { least: 2, most: 100, log: true } },
        ],
      },
      {
        title: "The training",
        controls: [
          { ...field("eta"), label: "η, step size", slider: { least: 0.01, most: 2, log: true } },
          { ...field("mu"), label: "μ, momentum", slider: { least: 0.05, most: 0.99 } },
          {
            ...field("batch"),
            label: "B, samples a step",
            hint: "of SGD, and of the epochs",
            slider: { least: 1, most: 1000, log: true },
          },
          { ...field("start"), label: "from t", slider: { least: 0.01, most: 100, log: true } },
          { ...field("end"), label: "to t", slider: { least: 100, most: 1e8, log: true } },
        ],
      },
    ],
    life,
  );
}

/** One-pass SGD never sees a sample twice. */
const isFresh = ({ rule, reuse }: State) => rule === "sgd" && reuse === "fresh";

/** Which control means something, by its id. */
const USES: Readonly<Record<string, (values: State) => boolean>> = {
  a: ({ task }) => task === "power-law",
  b: ({ task }) => task === "power-law",
  eta: ({ rule }) => rule !== "gradient-flow",
  mu: ({ rule }) => rule === "heavy-ball",
  reuse: ({ rule }) => rule === "sgd",
  fan: (values) => !isFresh(values),
};

function questionOf(values: State) {
  const { task, a, b, N, P, noise, students, batch, start, end, fan } = values;
  const size = isFresh(values) ? { P: Infinity, fan: "N" as const } : { P, fan };
  return {
    ...{ task, a, b, N, noise, students, batch },
    rule: ruleOf(values),
    data: "shared" as const,
    times: [start, end] as const,
    ...size,
  };
}

/** What is said where the loss would grow, and what would do. */
function tooLarge(store: DynamicsStore, multiple: number): [string, Node] {
  const { eta } = store.values;
  const limit = eta * multiple;
  const fits = +(WELL_BELOW * limit).toPrecision(2);
  return [
    `η = ${eta} is too large a step: from ${+limit.toPrecision(3)}, the largest stable one here, the loss grows. `,
    h("button", { type: "button", onclick: () => store.set({ eta: fits }) }, `Lower η to ${fits}`),
  ];
}

/** A step is made smaller than the largest stable one by this factor. */
const WELL_BELOW = 0.8;

type DynamicsStore = Store<typeof FIELDS>;
type State = DynamicsStore["values"];

function ruleOf({ rule, eta, mu, batch, reuse }: State): Rule {
  if (rule === "gradient-flow") return { kind: rule };
  if (rule === "heavy-ball") return { kind: rule, eta, momentum: mu };
  if (rule === "gradient-descent") return { kind: rule, eta };
  return { kind: rule, eta, batch, ...(reuse === "fresh" ? {} : { sampling: reuse }) };
}

const row = (label: string, value: string) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))];

/** What is known of the task: the exponents of a power law, or what was measured. */
function say(node: HTMLElement, values: State): void {
  const { a, b, rule, task } = values;
  if (task !== "power-law") {
    node.dataset.task = task;
    void measuredTask(task).then((found) => {
      if (found && node.dataset.task === task) node.replaceChildren(...inWords(found));
    });
    return;
  }
  delete node.dataset.task;
  const { time, features, data, optimal } = dynamicsExponents({ a, b, sgd: rule === "sgd" });
  node.replaceChildren(
    h("strong", {}, "Where one thing is short"),
    h(
      "dl",
      {},
      ...row("time", `L ∝ t^{−${time.toFixed(3)}}`),
      ...row("features", `L ∝ N^{−${features.toFixed(3)}}`),
      ...(isFresh(values) ? [] : row("samples", `L ∝ P^{−${data.toFixed(3)}}`)),
      ...row("compute C = N·t, used best", `L ∝ C^{−${optimal.loss.toFixed(3)}}`),
    ),
  );
}

function inWords({ title, kernel, samples, a, b, noise, command }: MeasuredTask): Node[] {
  const estimate = ({ value, stderr }: MeasuredTask["a"]) => `${value.toFixed(2)} ± ${stderr.toFixed(2)}`;
  return [
    h("strong", {}, title),
    h(
      "p",
      {},
      `The spectrum that ${samples} samples show through an ${kernel}. Later modes are taken to go on by its power laws.`,
    ),
    h(
      "dl",
      {},
      ...row("a, of the energies", estimate(a)),
      ...row("b, of the eigenvalues", estimate(b)),
      ...row("not seen to be learnable", estimate(noise)),
    ),
    h("p", { class: "hint" }, "Measured by ", h("code", {}, command)),
  ];
}
