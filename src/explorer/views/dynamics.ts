// The second view: the dynamical model of random features of width N trained on P samples for time t.

import { curvesFigure } from "../../figures/index.ts";
import { dynamicsExponents, RULE_LABELS, type Rule } from "../../index.ts";
import { Card } from "../card.ts";
import { Follower } from "../coarse-then-fine.ts";
import { choice, controlPanel } from "../controls.ts";
import { h, rich } from "../dom.ts";
import { FIELDS as ALL } from "../fields.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { TEXTS } from "./dynamics-text.ts";

const FIELDS = ALL.dynamics;
type Name = "a" | "b" | "N" | "P" | "noise" | "eta" | "mu" | "batch" | "students" | "start" | "end";

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("dynamics", FIELDS, life);
  if (store.values.end < 10 * store.values.start) store.values.end = store.values.start * 1e4;
  const cards = {
    losses: new Card("losses", TEXTS.losses, life),
    parts: new Card("decomposition", TEXTS.parts, life),
    optimal: new Card("optimal", TEXTS.optimal, life),
    approach: new Card("approach", TEXTS.approach, life),
    transfer: new Card("transfer", TEXTS.transfer, life),
  };
  const verdict = h("div", { class: "verdict", role: "status" });
  const field = (name: Name) => ({
    id: name,
    field: FIELDS[name],
    value: () => store.values[name],
    onChange: (value: number, settled: boolean) => store.set({ [name]: value }, settled),
  });
  const rule = choice("rule", "Trained by", FIELDS.rule.choices, RULE_LABELS, (value) => store.set({ rule: value }));
  const fan = choice("fan", "Curves for several", FIELDS.fan.choices, { N: "N", P: "P" }, (value) =>
    store.set({ fan: value }),
  );
  const controls = controlPanel(
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
          { ...field("batch"), label: "B, samples a step", slider: { least: 1, most: 1000, log: true } },
          { ...field("start"), label: "from t", slider: { least: 0.01, most: 100, log: true } },
          { ...field("end"), label: "to t", slider: { least: 100, most: 1e8, log: true } },
        ],
      },
    ],
    life,
  );
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
        h("div", { class: "choices" }, rule.node, fan.node),
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
      input(detail) {
        const { a, b, P, noise, students, start, end, fan } = store.values;
        const rule = ruleOf(store.values);
        // one-pass SGD never sees a sample twice
        const fresh = rule.kind === "sgd";
        const size = fresh ? { P: Infinity, fan: "N" as const } : { P, fan };
        return { a, b, N: store.values.N, noise, rule, students, data: "shared", times: [start, end], detail, ...size };
      },
      kind: ({ kind }) => kind,
      show(part, version) {
        if ("reason" in part) cards[part.kind].fail(part.reason);
        else cards[part.kind].show(curvesFigure(part.data), version);
      },
      fail(message) {
        const limit = Number(/^rule\.eta must be below ([\d.e+-]+)/.exec(message)?.[1]);
        const fits = +(WELL_BELOW * limit).toPrecision(2);
        for (const card of Object.values(cards)) {
          if (Number.isNaN(limit)) card.fail(message);
          else
            card.fail(
              `η = ${store.values.eta} is too large a step: from ${+limit.toPrecision(3)}, the largest stable one here, the loss grows. `,
              h("button", { type: "button", onclick: () => store.set({ eta: fits }) }, `Lower η to ${fits}`),
            );
        }
        if (limit > 0) controls.limit("eta", limit);
      },
    },
    life,
  );
  const follow = (settled: boolean) => {
    const { values } = store;
    controls.show();
    rule.show(values.rule);
    fan.show(values.fan);
    const uses: Readonly<Record<string, readonly string[]>> = {
      eta: ["gradient-descent", "heavy-ball", "sgd"],
      mu: ["heavy-ball"],
      batch: ["sgd"],
      P: ["gradient-flow", "gradient-descent", "heavy-ball"],
    };
    for (const [name, rules] of Object.entries(uses))
      document.getElementById(name)!.closest<HTMLElement>(".control")!.hidden = !rules.includes(values.rule);
    fan.node.hidden = values.rule === "sgd";
    say(verdict, values);
    follower.follow(settled);
  };
  store.subscribe(follow);
  follow(true);
  return { problems: store.problems };
}

/** A step is made smaller than the largest stable one by this factor. */
const WELL_BELOW = 0.8;

type State = Store<typeof FIELDS>["values"];

function ruleOf({ rule, eta, mu, batch }: State): Rule {
  if (rule === "gradient-flow") return { kind: rule };
  if (rule === "heavy-ball") return { kind: rule, eta, momentum: mu };
  return rule === "sgd" ? { kind: rule, eta, batch } : { kind: rule, eta };
}

function say(node: HTMLElement, { a, b, rule }: State): void {
  const { time, features, data, optimal } = dynamicsExponents({ a, b, sgd: rule === "sgd" });
  const row = (label: string, value: string) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))];
  node.replaceChildren(
    h("strong", {}, "Where one thing is short"),
    h(
      "dl",
      {},
      ...row("time", `L ∝ t^{−${time.toFixed(3)}}`),
      ...row("features", `L ∝ N^{−${features.toFixed(3)}}`),
      ...(rule === "sgd" ? [] : row("samples", `L ∝ P^{−${data.toFixed(3)}}`)),
      ...row("compute C = N·t, used best", `L ∝ C^{−${optimal.loss.toFixed(3)}}`),
    ),
  );
}
