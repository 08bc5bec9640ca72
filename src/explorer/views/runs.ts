// The third view: a reader's own training runs, from a file that never leaves the page.

import { designFigure, fitFigure } from "../../figures/index.ts";
import { BESIROGLU } from "../../fitting/laws/published.ts";
import { type Plan, parseColumns, parseUnits } from "../../index.ts";
import { Card } from "../card.ts";
import { choice, controlPanel, type Panel } from "../controls.ts";
import { h } from "../dom.ts";
import { FIELDS as ALL } from "../fields.ts";
import { written } from "../state.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import { received } from "../work/fit.ts";
import type { ForecastAnswer } from "../work/forecast.ts";
import { answerCard, bestPlan, lawTable, type Question, recommendation } from "./runs-answer.ts";
import { columnMapper, inOneText } from "./runs-columns.ts";
import { type DropZone, dropZone } from "./runs-drop.ts";
import { type Kept, remember, remembered, theExample } from "./runs-kept.ts";
import { TEXTS } from "./runs-text.ts";

const FIELDS = ALL.runs;
type RunsStore = Store<typeof FIELDS>;

let kept: Kept | undefined;

/** What the view is made of. */
interface Parts {
  readonly drop: DropZone;
  readonly mapper: HTMLElement;
  readonly answer: HTMLElement;
  readonly laws: HTMLElement;
  readonly fit: Card;
  readonly design: Card;
}

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("runs", FIELDS, life);
  let lane: WorkerChannel | undefined;
  let asked = "";
  const parts: Parts = {
    drop: dropZone({ onTable: take, onExample: example }, life),
    mapper: h("div", {}),
    answer: h("div", { class: "verdict", role: "status" }),
    laws: h("div", {}),
    fit: new Card("fit", TEXTS.fit, life),
    design: new Card("design", TEXTS.design, life),
  };
  parts.fit.fail("Nothing fitted yet: drop a file, or try the example.");
  parts.design.fail("Nothing fitted yet.");
  const method = choice("method", "Fitted by", FIELDS.method.choices, METHODS, (value) => store.set({ method: value }));
  const controls = controlsOf(store, life);
  root.append(layout(parts, method.node, controls.node));
  const show = showing(store, parts, life);

  function take(name: string, content: ArrayBuffer): void {
    kept = { file: { name, content }, isExample: false };
    remember(name, content);
    // another table has other columns
    asked = "";
    store.set({ data: "none", columns: "", units: "" });
  }

  function example(): void {
    kept = theExample();
    store.set({ data: "example", columns: "", units: "" });
    if (lane === undefined) start();
  }

  function start(): void {
    if (!kept) return;
    lane?.close();
    lane = openLane();
    fitTable(lane, kept, store, parts, () => !life.aborted && show());
  }

  const update = (settled: boolean) => {
    const { data } = store.values;
    controls.show();
    method.show(store.values.method);
    if (data === "example" && !kept?.isExample) kept = theExample();
    if (data === "none" && kept?.isExample) kept = undefined;
    kept ??= remembered();
    const by = fittedBy(store);
    const now = `${kept?.file.name} ${data} ${by}`;
    showColumns(store, parts.mapper);
    if (kept && settled && kept.fitted?.by !== by && (now !== asked || lane === undefined)) start();
    else show();
    if (settled) asked = now;
  };
  store.subscribe(update);
  update(true);
  life.addEventListener("abort", () => lane?.close());
  return { problems: store.problems };
}

const METHODS = {
  all: "all three approaches",
  "1": "1, lower envelope",
  "2": "2, isoFLOP minima",
  "3": "3, parametric law",
};

function layout({ drop, mapper, answer, laws, fit, design }: Parts, ...choices: [Node, Node]): HTMLElement {
  const [method, controls] = choices;
  return h(
    "div",
    { class: "split" },
    h(
      "div",
      { class: "side" },
      h(
        "p",
        { class: "lead" },
        h("strong", {}, "Drop your runs."),
        " How large a model, on how much data, for a budget?",
      ),
      drop.node,
      mapper,
      answer,
      h("div", { class: "choices" }, method),
      controls,
    ),
    h("div", { class: "figures" }, fit.node, laws, design.node),
  );
}

function controlsOf(store: RunsStore, life: AbortSignal): Panel {
  const field = (name: "budget" | "spend" | "seed" | "devices" | "rate") => ({
    id: name,
    field: FIELDS[name],
    value: () => store.values[name],
    onChange: (value: number, settled: boolean) => store.set({ [name]: value }, settled),
  });
  return controlPanel(
    "Budget and fit",
    [
      {
        title: "The budget",
        controls: [
          { ...field("budget"), label: "C, compute", hint: "flops", slider: { least: 1e18, most: 1e27, log: true } },
          {
            ...field("spend"),
            label: "for more runs",
            hint: "flops, to know that loss better",
            slider: { least: 1e17, most: 1e25, log: true },
          },
          { ...field("seed"), label: "seed of the bootstrap", slider: { least: 1, most: 100, step: 1 } },
        ],
      },
      {
        title: "The machine",
        controls: [
          { ...field("devices"), label: "devices", slider: { least: 1, most: 1e5, log: true } },
          {
            ...field("rate"),
            label: "flop/s of each",
            hint: "what it really does",
            slider: { least: 1e12, most: 1e16, log: true },
          },
        ],
      },
    ],
    life,
  );
}

/** What a fit depends on. */
function fittedBy({ values: { method, seed, columns, units } }: RunsStore): string {
  return `${method} ${seed} ${columns} ${units}`;
}

/** Fits a table; `done` once it is. */
function fitTable(lane: WorkerChannel, mine: Kept, store: RunsStore, parts: Parts, done: () => void): void {
  const { method, seed, columns, units } = store.values;
  const { drop, answer, laws, fit, design } = parts;
  const by = fittedBy(store);
  delete mine.fitted;
  drop.progress(0);
  drop.tell("");
  lane.ask(
    "fit",
    {
      ...mine.file,
      methods: method === "all" ? [1, 2, 3] : [Number(method) as 1 | 2 | 3],
      seed,
      columns: columns === "" ? {} : parseColumns(columns),
      units: units === "" ? {} : parseUnits(units),
    },
    {
      part(part) {
        if ("progress" in part) drop.progress(part.progress);
        else if ("table" in part) {
          mine.seen = part.table;
          showColumns(store, parts.mapper);
        } else {
          mine.fitted = { by, result: received(part.result, part.slices) };
          done();
        }
      },
      failed(message) {
        drop.progress(undefined);
        drop.tell(`${mine.file.name}: ${message}`);
        answer.replaceChildren();
        laws.replaceChildren();
        fit.fail("This file could not be fitted.");
        design.fail("This file could not be fitted.");
      },
      done: () => drop.progress(undefined),
    },
  );
}

/** Shows what has been found, and asks for the forecast of it and for the runs to be made next. */
function showing(store: RunsStore, parts: Parts, life: AbortSignal): () => void {
  const { drop, answer, laws, fit, design } = parts;
  let seer: WorkerChannel | undefined;
  let known: { readonly key: string; readonly answer: ForecastAnswer } | undefined;
  let asked = "";
  life.addEventListener("abort", () => seer?.close());

  const foresee = (question: Question, best: Plan, key: string) => {
    const { budget, spend } = store.values;
    const now = `${key} ${budget} ${spend}`;
    if (now === asked) return;
    asked = now;
    const { runs } = question.result;
    const stillAsked = () => asked === now && !life.aborted;
    seer ??= openLane();
    seer.ask(
      "forecast",
      { key, runs, N: best.N, D: best.D, budget, spend },
      {
        part(part) {
          if ("forecast" in part) known = { key: `${key} ${budget}`, answer: part.forecast };
          if (!stillAsked()) return;
          if ("design" in part) design.show(designFigure({ runs, design: part.design }), 1);
          else if ("undesigned" in part) design.fail(`No runs to be made: ${part.undesigned}.`);
          else {
            laws.replaceChildren(lawTable(part.forecast));
            const { devices, rate } = store.values;
            const card = answerCard({ ...question, devices, rate }, best, part.forecast, commandOf(store));
            answer.firstElementChild?.replaceWith(card);
          }
        },
        failed(message) {
          if (!stillAsked()) return;
          laws.replaceChildren(h("p", { class: "card hint" }, `No forecast by several laws: ${message}`));
          design.fail(`No runs to be made without a forecast: ${message}`);
        },
      },
    );
  };

  return () => {
    if (!kept?.fitted) return;
    const { file, fitted, isExample } = kept;
    const { result } = fitted;
    const { budget, devices, rate } = store.values;
    const { unavailable, warnings } = result;
    drop.tell(`${file.name}: ${result.runs.n} rows.`, [
      ...warnings,
      ...unavailable.map(({ method, reason }) => `no approach ${method}: ${reason}`),
    ]);
    const question = { result, budget, devices, rate, isExample };
    const best = bestPlan(question);
    const key = `${file.name} ${fitted.by}`;
    const forecast = known?.key === `${key} ${budget}` ? known.answer : undefined;
    answer.replaceChildren(
      ...(best ? [answerCard(question, best, forecast, commandOf(store))] : []),
      ...recommendation(question),
    );
    if (best) foresee(question, best, key);
    else design.fail("No runs to be made: there is no law to foretell a loss by.");
    // in a page beside its controls there is room for two panels a row
    const figure = fitFigure({ result, budgets: [budget], references: [BESIROGLU] });
    const rows = Math.ceil(figure.panels.length / 2);
    fit.show({ ...figure, width: 960, columns: 2, height: 56 + 370 * rows }, 1);
  };
}

/** What gives the same on the command line. */
function commandOf({ values: { method, seed, columns, units, budget } }: RunsStore): string {
  const quoted = (text: string) => (/^[\w./=,:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return [
    `isoflop fit ${quoted(kept!.file.name)} --method ${method === "all" ? "1,2,3" : method} --budget ${written(budget)} --seed ${seed}`,
    ...(columns ? [`--columns ${quoted(columns)}`] : []),
    ...(units ? [`--units ${quoted(units)}`] : []),
  ].join(" ");
}

function showColumns(store: RunsStore, mapper: HTMLElement): void {
  const { seen } = kept ?? {};
  if (!seen) {
    mapper.replaceChildren();
    return;
  }
  const { columns, units } = store.values;
  const given = {
    columns: columns === "" ? {} : parseColumns(columns),
    units: Object.fromEntries(units === "" ? [] : units.split(",").map((part) => part.split("=") as [string, string])),
  };
  mapper.replaceChildren(
    columnMapper(seen, given, (to) => store.set({ columns: inOneText(to.columns), units: inOneText(to.units) })),
  );
}
