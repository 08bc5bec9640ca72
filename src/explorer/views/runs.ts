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
import { openLane, type WorkerChannel } from "../work/channel.ts";
import { type FitInput, received } from "../work/fit.ts";
import { TEXTS } from "./runs-text.ts";

const FIELDS = ALL.runs;
/** A file larger than this is surely not a table of runs. */
const MOST_BYTES = 64e6;

/** The reader's table and what was found of it, for as long as the page is open. */
interface Kept {
  readonly file: Pick<FitInput, "name" | "content">;
  readonly isExample: boolean;
  fitted?: { readonly by: string; readonly result: FitResult };
}
let kept: Kept | undefined;

/** A table as text outlives a reload too. */
const STORED = "isoflop-runs";
const MOST_STORED = 2e6;

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("runs", FIELDS, life);
  let lane: WorkerChannel | undefined;

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
    const content = await chosen.arrayBuffer();
    if (life.aborted) return;
    kept = { file: { name: chosen.name, content }, isExample: false };
    remember(chosen.name, content);
    if (store.values.data !== "none") store.set({ data: "none" });
    else start();
  }

  function example(): void {
    kept = { file: { name: "example.csv", content: exampleRuns() }, isExample: true };
    if (store.values.data !== "example") store.set({ data: "example" });
    else start();
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
    const { seed } = store.values;
    lane.ask(
      "fit",
      { ...mine.file, methods: methods(), seed },
      {
        part(part) {
          if ("progress" in part) bar.value = part.progress;
          else {
            mine.fitted = { by, result: received(part.result, part.slices) };
            if (!life.aborted) show();
          }
        },
        failed(message) {
          bar.hidden = true;
          tell(`${mine.file.name}: ${message}`);
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
    if (!kept?.fitted) return;
    const { file, fitted } = kept;
    const { result } = fitted;
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

  const wanted = () => `${store.values.method} ${store.values.seed}`;
  let asked = "";
  const update = (settled: boolean) => {
    const { data } = store.values;
    controls.show();
    method.show(store.values.method);
    if (data === "example" && !kept?.isExample)
      kept = { file: { name: "example.csv", content: exampleRuns() }, isExample: true };
    if (data === "none" && kept?.isExample) kept = undefined;
    kept ??= remembered();
    const now = `${kept?.file.name} ${data} ${wanted()}`;
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
  life.addEventListener("abort", () => lane?.close());
  return { problems: store.problems };
}

function remember(name: string, content: ArrayBuffer): void {
  try {
    sessionStorage.removeItem(STORED);
    if (content.byteLength > MOST_STORED || !/\.(csv|tsv|txt|jsonl?|ndjson)$/i.test(name)) return;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    sessionStorage.setItem(STORED, JSON.stringify({ name, content: text }));
  } catch {
    // no store, no room or no text: the table is kept until the page is reloaded
  }
}

function remembered(): Kept | undefined {
  try {
    const file = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
    return file && { file, isExample: false };
  } catch {
    return undefined;
  }
}

/** What to train on the budget, by each approach, and the numbers of its fit. */
function recommendation(result: FitResult, budget: number): Node[] {
  const approaches = [
    { name: "Approach 3, parametric", fitted: result.parametric },
    { name: "Approach 2, isoFLOP", fitted: result.isoflop },
    { name: "Approach 1, envelope", fitted: result.envelope },
  ].filter(({ fitted }) => fitted !== null);
  if (approaches.length === 0)
    return result.ray ? alongRay(result, budget) : [h("strong", {}, "No fit"), h("p", {}, "The note above says why.")];
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
      ...[...reach(result, budget), ...(bridge?.notes ?? [])].map((note) => h("p", { class: "hint" }, rich(note))),
    ];
  });
}

/** Beyond this many times the largest run no interval is to be believed. */
const FAR = 100;

/** How far a budget is from what the runs show. */
function reach({ runs }: FitResult, budget: number): string[] {
  const beyond = budget / runs.C.reduce((most, C) => Math.max(most, C), 0);
  if (beyond <= 1) return [];
  const times = `This budget is ${scripted(+beyond.toPrecision(2))} times your largest run`;
  return [
    beyond > FAR
      ? `${times}: an extrapolation that the intervals do not cover.`
      : `${times}: the intervals hold what the bootstrap shows, not that the law goes on.`,
  ];
}

/** All that runs along one line tell: the loss along it. */
function alongRay(result: FitResult, budget: number): Node[] {
  const { ray, runs } = result;
  const { E, K, eta, ci } = ray!;
  // log D is a straight line in log N to within rounding: where it meets the budget
  const [x, y] = [runs.N.map(Math.log), runs.D.map(Math.log)];
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / runs.n;
  const [x0, y0] = [mean(x), mean(y)];
  const slope =
    x.reduce((sum, v, i) => sum + (v - x0) * (y[i]! - y0), 0) / x.reduce((sum, v) => sum + (v - x0) ** 2, 0);
  const logN = (Math.log(budget / runs.flopsPerToken) - y0 + slope * x0) / (1 + slope);
  const [N, D] = [Math.exp(logN), Math.exp(y0 + slope * (logN - x0))];
  const rows: [string, string][] = [
    ["on it N", `${scripted(N)} parameters`],
    ["on it D", `${scripted(D)} tokens, D/N = ${scripted(D / N)}`],
    ["loss then", (E + K * budget ** -eta).toFixed(3)],
    ["E", `${scripted(E)} ${range(ci?.E, scripted)}`],
    ["K", `${scripted(K)} ${range(ci?.K, scripted)}`],
    ["η", `${scripted(eta)} ${range(ci?.eta, scripted)}`],
  ];
  return [
    h("h2", {}, rich("Along the line of these runs, L = E + K/C^{η}")),
    h("p", {}, "D is a function of N in them: what another mix of size and data would do, they cannot tell."),
    h("dl", {}, ...rows.flatMap(([label, value]) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))])),
    ...reach(result, budget).map((note) => h("p", { class: "hint" }, rich(note))),
  ];
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
