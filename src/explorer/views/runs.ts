// The third view: a reader's own training runs, from a file that never leaves the page.

import { fitFigure } from "../../figures/index.ts";
import { BESIROGLU } from "../../fitting/laws/published.ts";
import { parseColumns, parseUnits } from "../../index.ts";
import { Card } from "../card.ts";
import { choice, controlPanel } from "../controls.ts";
import { h, rich } from "../dom.ts";
import { exampleRuns } from "../example.ts";
import { save } from "../export.ts";
import { FIELDS as ALL } from "../fields.ts";
import { written } from "../state.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import { received } from "../work/fit.ts";
import type { ForecastAnswer } from "../work/forecast.ts";
import { answerCard, bestPlan, lawTable, recommendation } from "./runs-answer.ts";
import { columnMapper, inOneText } from "./runs-columns.ts";
import { type Kept, remember, remembered, theExample } from "./runs-kept.ts";
import { TEXTS } from "./runs-text.ts";

const FIELDS = ALL.runs;
/** A file larger than this is surely not a table of runs. */
const MOST_BYTES = 64e6;

let kept: Kept | undefined;

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("runs", FIELDS, life);
  let lane: WorkerChannel | undefined;
  let asked = "";

  const input = h("input", {
    id: "file",
    type: "file",
    accept: ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.gz",
    onchange: () => input.files?.[0] && void take(input.files[0]),
  });
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Share of the fit done" });
  const state = h("div", { class: "note", role: "status", hidden: true });
  const drop = h(
    "div",
    { class: "drop" },
    h("label", { for: "file" }, h("strong", {}, "Drop a table of runs here"), ", or choose a file: "),
    input,
    h(
      "p",
      { class: "hint" },
      rich(
        "CSV, TSV, JSON Lines or Parquet; a row for each run, with loss and two of N (parameters), D (tokens), C (flops).",
      ),
    ),
    h(
      "p",
      { class: "choices" },
      h("button", { type: "button", class: "main", onclick: () => example() }, "Try an example"),
      h(
        "button",
        {
          type: "button",
          onclick: () => save("isoflop-example.csv", new Blob([exampleRuns()], { type: "text/csv" })),
        },
        "Save the example",
      ),
    ),
    bar,
    state,
  );
  const answer = h("div", { class: "verdict", role: "status" });
  const mapper = h("div", {});
  const laws = h("div", {});
  let seer: WorkerChannel | undefined;
  let forecast: { readonly key: string; readonly answer: ForecastAnswer } | undefined;
  const method = choice(
    "method",
    "Fitted by",
    FIELDS.method.choices,
    { all: "all three approaches", "1": "1, lower envelope", "2": "2, isoFLOP minima", "3": "3, parametric law" },
    (value) => store.set({ method: value }),
  );
  const controls = controlPanel(
    "Budget and fit",
    [
      {
        title: "The budget",
        controls: [
          {
            id: "budget",
            field: FIELDS.budget,
            label: "C, compute",
            hint: "flops",
            slider: { least: 1e18, most: 1e27, log: true },
            value: () => store.values.budget,
            onChange: (budget, settled) => store.set({ budget }, settled),
          },
          {
            id: "seed",
            field: FIELDS.seed,
            label: "seed of the bootstrap",
            slider: { least: 1, most: 100, step: 1 },
            value: () => store.values.seed,
            onChange: (seed, settled) => store.set({ seed }, settled),
          },
        ],
      },
      {
        title: "The machine",
        controls: [
          {
            id: "devices",
            field: FIELDS.devices,
            label: "devices",
            slider: { least: 1, most: 1e5, log: true },
            value: () => store.values.devices,
            onChange: (devices, settled) => store.set({ devices }, settled),
          },
          {
            id: "rate",
            field: FIELDS.rate,
            label: "flop/s of each",
            hint: "what it really does",
            slider: { least: 1e12, most: 1e16, log: true },
            value: () => store.values.rate,
            onChange: (rate, settled) => store.set({ rate }, settled),
          },
        ],
      },
    ],
    life,
  );
  const card = new Card("fit", TEXTS.fit, life);
  card.fail("Nothing fitted yet: drop a file, or try the example.");
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
          h("strong", {}, "Drop your runs."),
          " How large a model, on how much data, for a budget?",
        ),
        drop,
        mapper,
        answer,
        h("div", { class: "choices" }, method.node),
        controls.node,
      ),
      h("div", { class: "figures" }, card.node, laws),
    ),
  );

  async function take(chosen: File): Promise<void> {
    if (chosen.size > MOST_BYTES)
      return tell(`${chosen.name} has ${(chosen.size / 1e6).toFixed(0)} MB: too much for a table of runs`);
    const content = await chosen.arrayBuffer();
    if (life.aborted) return;
    kept = { file: { name: chosen.name, content }, isExample: false };
    remember(chosen.name, content);
    // another table has other columns
    asked = "";
    store.set({ data: "none", columns: "", units: "" });
  }

  function example(): void {
    kept = theExample();
    store.set({ data: "example", columns: "", units: "" });
    if (lane === undefined) start();
  }

  function tell(message: string, notes: readonly string[] = []): void {
    const list = notes.map((note) => h("li", {}, note));
    state.replaceChildren(message, ...(list.length > 0 ? [h("ul", {}, ...list)] : []));
    state.hidden = message === "";
  }

  function start(): void {
    if (!kept) return;
    const mine = kept;
    const by = wanted();
    lane?.close();
    lane = openLane();
    delete mine.fitted;
    bar.hidden = false;
    bar.value = 0;
    tell("");
    const { seed, columns, units } = store.values;
    lane.ask(
      "fit",
      {
        ...mine.file,
        ...{ methods: methods(), seed },
        columns: columns === "" ? {} : parseColumns(columns),
        units: units === "" ? {} : parseUnits(units),
      },
      {
        part(part) {
          if ("progress" in part) bar.value = part.progress;
          else if ("table" in part) {
            mine.seen = part.table;
            showColumns();
          } else {
            mine.fitted = { by, result: received(part.result, part.slices) };
            if (!life.aborted) show();
          }
        },
        failed(message) {
          bar.hidden = true;
          tell(`${mine.file.name}: ${message}`);
          answer.replaceChildren();
          laws.replaceChildren();
          card.fail("This file could not be fitted.");
        },
        done() {
          bar.hidden = true;
        },
      },
    );
  }

  const methods = (): (1 | 2 | 3)[] => {
    const { method } = store.values;
    return method === "all" ? [1, 2, 3] : [Number(method) as 1 | 2 | 3];
  };

  function show(): void {
    if (!kept?.fitted) return;
    const { file, fitted, isExample } = kept;
    const { result } = fitted;
    const { budget, devices, rate } = store.values;
    const { unavailable, warnings } = result;
    tell(`${file.name}: ${result.runs.n} rows.`, [
      ...warnings,
      ...unavailable.map(({ method, reason }) => `no approach ${method}: ${reason}`),
    ]);
    const question = { result, budget, devices, rate, isExample };
    const best = bestPlan(question);
    const key = `${file.name} ${fitted.by}`;
    const known = forecast?.key === `${key} ${budget}` ? forecast.answer : undefined;
    answer.replaceChildren(
      ...(best ? [answerCard(question, best, known, command())] : []),
      ...recommendation(question),
    );
    if (best && !known) {
      seer ??= openLane();
      seer.ask(
        "forecast",
        { key, runs: result.runs, N: best.N, D: best.D },
        {
          part(part) {
            forecast = { key: `${key} ${budget}`, answer: part };
            if (store.values.budget !== budget || life.aborted) return;
            laws.replaceChildren(lawTable(part));
            answer.firstElementChild?.replaceWith(answerCard({ ...question, ...machine() }, best, part, command()));
          },
          failed(message) {
            laws.replaceChildren(h("p", { class: "card hint" }, `No forecast by several laws: ${message}`));
          },
        },
      );
    }
    // in a page beside its controls there is room for two panels a row
    const figure = fitFigure({ result, budgets: [budget], references: [BESIROGLU] });
    const rows = Math.ceil(figure.panels.length / 2);
    card.show({ ...figure, width: 960, columns: 2, height: 56 + 370 * rows }, 1);
  }

  const machine = () => ({ devices: store.values.devices, rate: store.values.rate });

  /** What gives the same on the command line. */
  function command(): string {
    const { method, seed, columns, units, budget } = store.values;
    const quoted = (text: string) => (/^[\w./=,:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
    return [
      `isoflop fit ${quoted(kept!.file.name)} --method ${method === "all" ? "1,2,3" : method} --budget ${written(budget)} --seed ${seed}`,
      ...(columns ? [`--columns ${quoted(columns)}`] : []),
      ...(units ? [`--units ${quoted(units)}`] : []),
    ].join(" ");
  }

  function showColumns(): void {
    const { seen } = kept ?? {};
    if (!seen) {
      mapper.replaceChildren();
      return;
    }
    const { columns, units } = store.values;
    const given = {
      columns: columns === "" ? {} : parseColumns(columns),
      units: Object.fromEntries(
        units === "" ? [] : units.split(",").map((part) => part.split("=") as [string, string]),
      ),
    };
    mapper.replaceChildren(
      columnMapper(seen, given, (to) => store.set({ columns: inOneText(to.columns), units: inOneText(to.units) })),
    );
  }

  const wanted = () => {
    const { method, seed, columns, units } = store.values;
    return `${method} ${seed} ${columns} ${units}`;
  };
  const update = (settled: boolean) => {
    const { data } = store.values;
    controls.show();
    method.show(store.values.method);
    if (data === "example" && !kept?.isExample) kept = theExample();
    if (data === "none" && kept?.isExample) kept = undefined;
    kept ??= remembered();
    const now = `${kept?.file.name} ${data} ${wanted()}`;
    showColumns();
    if (kept && settled && kept.fitted?.by !== wanted() && (now !== asked || lane === undefined)) start();
    else show();
    if (settled) asked = now;
  };
  store.subscribe(update);
  update(true);

  for (const name of ["dragenter", "dragover"] as const)
    document.addEventListener(
      name,
      (event) => {
        event.preventDefault();
        drop.classList.add("over");
      },
      { signal: life },
    );
  document.addEventListener("dragleave", () => drop.classList.remove("over"), { signal: life });
  // anywhere on the page: beside the box the browser would leave it and show the file
  document.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const dropped = event.dataTransfer?.files[0];
      if (dropped) void take(dropped);
    },
    { signal: life },
  );
  life.addEventListener("abort", () => {
    lane?.close();
    seer?.close();
  });
  return { problems: store.problems };
}
