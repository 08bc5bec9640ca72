// The third view: a reader's own training runs, from a file that never leaves the page.

import { fitFigure } from "../../figures/index.ts";
import { type FitResult, type Interval, isLaw, type Model, plan } from "../../index.ts";
import { scripted } from "../../numbers.ts";
import { Card } from "../card.ts";
import { choice, controlPanel } from "../controls.ts";
import { h, rich } from "../dom.ts";
import { exampleRuns } from "../example.ts";
import { save } from "../export.ts";
import { FIELDS as ALL } from "../fields.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { WorkerChannel } from "../work/channel.ts";
import { type FitInput, received } from "../work/fit.ts";
import { TEXTS } from "./runs-text.ts";

const FIELDS = ALL.runs;
/** A file larger than this is surely not a table of runs. */
const MOST_BYTES = 64e6;

export function mount(root: HTMLElement): Mounted {
  const store = new Store("runs", FIELDS);
  let lane: WorkerChannel | undefined;
  let file: Pick<FitInput, "name" | "content"> | undefined;
  let result: FitResult | undefined;

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
      h(
        "button",
        { type: "button", class: "main", onclick: () => start({ name: "example.csv", content: exampleRuns() }) },
        "Try an example",
      ),
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
  const method = choice(
    "method",
    "Fitted by",
    FIELDS.method.choices,
    { all: "all three approaches", "1": "1, lower envelope", "2": "2, isoFLOP minima", "3": "3, parametric law" },
    (value) => store.set({ method: value }),
  );
  const controls = controlPanel("Budget and fit", [
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
  ]);
  const card = new Card("fit", TEXTS.fit);
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
        h("div", { class: "choices" }, method.node),
        controls.node,
        answer,
      ),
      h("div", { class: "figures" }, card.node),
    ),
  );

  async function take(chosen: File): Promise<void> {
    if (chosen.size > MOST_BYTES)
      return tell(`${chosen.name} has ${(chosen.size / 1e6).toFixed(0)} MB: too much for a table of runs`);
    start({ name: chosen.name, content: await chosen.arrayBuffer() });
  }

  function tell(message: string, notes: readonly string[] = []): void {
    const list = notes.map((note) => h("li", {}, note));
    state.replaceChildren(message, ...(list.length > 0 ? [h("ul", {}, ...list)] : []));
    state.hidden = message === "";
  }

  function start(given: Pick<FitInput, "name" | "content">): void {
    file = given;
    lane?.close();
    lane = new WorkerChannel();
    result = undefined;
    bar.hidden = false;
    bar.value = 0;
    tell("");
    const { seed } = store.values;
    lane.ask(
      "fit",
      { ...file, methods: methods(), seed },
      {
        part(part) {
          if ("progress" in part) bar.value = part.progress;
          else {
            result = received(part.result, part.slices);
            show();
          }
        },
        failed(message) {
          bar.hidden = true;
          tell(`${given.name}: ${message}`);
          answer.replaceChildren();
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
    if (!result || !file) return;
    const { budget } = store.values;
    const { unavailable, warnings } = result;
    tell(`${file.name}: ${result.runs.n} rows.`, [
      ...warnings,
      ...unavailable.map(({ method, reason }) => `no approach ${method}: ${reason}`),
    ]);
    answer.replaceChildren(...recommendation(result, budget));
    // in a page beside its controls there is room for two panels a row
    const figure = fitFigure({ result, budgets: [budget] });
    const rows = Math.ceil(figure.panels.length / 2);
    card.show({ ...figure, width: 960, columns: 2, height: 56 + 370 * rows }, 1);
  }

  let fitted = "";
  const update = (settled: boolean) => {
    controls.show();
    method.show(store.values.method);
    const wanted = `${store.values.method} ${store.values.seed}`;
    if (file && settled && wanted !== fitted) start(file);
    else show();
    if (settled) fitted = wanted;
  };
  store.subscribe(update);
  update(true);

  for (const name of ["dragenter", "dragover"] as const)
    root.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  root.addEventListener("dragleave", () => drop.classList.remove("over"));
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const dropped = event.dataTransfer?.files[0];
    if (dropped) void take(dropped);
  });
  return {
    problems: store.problems,
    close() {
      store.close();
      lane?.close();
    },
  };
}

/** What to train on the budget, by each approach, and the numbers of its fit. */
function recommendation(result: FitResult, budget: number): Node[] {
  const approaches = [
    { name: "Approach 3, parametric", fitted: result.parametric },
    { name: "Approach 2, isoFLOP", fitted: result.isoflop },
    { name: "Approach 1, envelope", fitted: result.envelope },
  ].filter(({ fitted }) => fitted !== null);
  if (approaches.length === 0) return [h("strong", {}, "No fit"), h("p", {}, "The note above says why.")];
  return approaches.flatMap(({ name, fitted }) => {
    const { fit, ci, bootstrap, bridge } = fitted!;
    const best = plan(
      fit as Model,
      { flops: budget },
      { flopsPerToken: result.runs.flopsPerToken, draws: bootstrap?.draws ?? [] },
    );
    const rows: [string, string][] = [
      ["best N", `${scripted(best.N)} parameters ${range(best.ci?.N, scripted)}`],
      ["best D", `${scripted(best.D)} tokens ${range(best.ci?.D, scripted)}`],
      ["loss then", `${best.loss.toFixed(3)} ${range(best.ci?.loss, (x) => x.toFixed(3))}`],
      ...Object.entries(numbers(fit as Model)).map(([key, value]): [string, string] => [
        SYMBOLS[key] ?? key,
        `${scripted(value)} ${range(ci?.[key], scripted)}`,
      ]),
      ...(bridge
        ? ([["solvable model", `phase ${bridge.phase} (${(100 * bridge.phases[bridge.phase]).toFixed(0)} %)`]] as [
            string,
            string,
          ][])
        : []),
    ];
    return [
      h("h2", {}, name),
      h("dl", {}, ...rows.flatMap(([label, value]) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))])),
    ];
  });
}

const SYMBOLS: Readonly<Record<string, string>> = { alpha: "α", beta: "β", a: "a, N^{*} ∝ C^{a}" };

function numbers(fit: Model): Record<string, number> {
  if (isLaw(fit)) {
    const { E, A, B, alpha, beta } = fit;
    return { E, A, B, alpha, beta, a: beta / (alpha + beta) };
  }
  return { a: fit.size.exponent };
}

/** An interval of 95 %. */
const range = (ci: Interval | undefined, format: (x: number) => string): string =>
  ci ? `(${format(ci[0])} … ${format(ci[1])})` : "";
