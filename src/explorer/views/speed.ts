// The view of speed: the kernels as SIMD WebAssembly, scalar WebAssembly and plain JavaScript, measured where the reader is.

import { duration, size as errorSize, times } from "../../../bench/format.ts";
import { Card } from "../card.ts";
import { controlPanel } from "../controls.ts";
import { h, rich } from "../dom.ts";
import { FIELDS as ALL } from "../fields.ts";
import { machine } from "../machine.ts";
import { Store } from "../store.ts";
import type { Mounted } from "../view.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import type { SpeedRow } from "../work/speed.ts";
import { speedFigure } from "./speed-figure.ts";
import { TEXTS } from "./speed-text.ts";

const FIELDS = ALL.speed;

export function mount(root: HTMLElement, life: AbortSignal): Mounted {
  const store = new Store("speed", FIELDS, life);
  let lane: WorkerChannel | undefined;
  let measuring = false;
  let rows: SpeedRow[] = [];
  let kernels: readonly string[] = [];
  let turns = "";

  const start = h(
    "button",
    { type: "button", class: "main", onclick: () => (measuring ? stop("stopped") : run()) },
    "Measure",
  );
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Share of the measuring done" });
  const state = h("p", { class: "note", role: "status", hidden: true });
  const controls = controlPanel(
    "How long to measure",
    [
      {
        title: "Turns",
        controls: [
          {
            id: "rounds",
            field: FIELDS.rounds,
            label: "rounds",
            hint: "in which all builds take turns",
            slider: { least: 1, most: 25, step: 1 },
            value: () => store.values.rounds,
            onChange: (rounds, settled) => store.set({ rounds }, settled),
          },
          {
            id: "slice",
            field: FIELDS.slice,
            label: "a turn",
            hint: "milliseconds",
            slider: { least: 5, most: 200, log: true },
            value: () => store.values.slice,
            onChange: (slice, settled) => store.set({ slice }, settled),
          },
        ],
      },
    ],
    life,
  );
  const card = new Card("speed", TEXTS.speed, life);
  card.fail("Nothing measured yet: press Measure.");
  const table = h("div", {
    class: "card scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Times and errors",
    hidden: true,
  });
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
          h("strong", {}, "How fast is this machine?"),
          " The same numbers by WebAssembly with and without vectors, and by plain JavaScript.",
        ),
        h("div", { class: "choices" }, start),
        bar,
        state,
        controls.node,
      ),
      h("div", { class: "figures" }, card.node, table),
    ),
  );

  function tell(text: string): void {
    state.textContent = text;
    state.hidden = text === "";
  }

  function stop(word: string): void {
    lane?.stop();
    measuring = false;
    start.textContent = "Measure";
    bar.hidden = true;
    tell(word);
  }

  function run(): void {
    lane ??= openLane();
    measuring = true;
    rows = [];
    const began = performance.now();
    const { rounds, slice } = store.values;
    start.textContent = "Stop";
    bar.hidden = false;
    bar.value = 0;
    tell("Preparing…");
    lane.ask(
      "speed",
      { rounds, slice },
      {
        part(part) {
          // what was on its way when it was stopped
          if (!measuring) return;
          if ("tick" in part) {
            kernels = part.kernels;
            const share = +((100 * part.tick) / slice).toPrecision(2);
            turns = `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${slice} ms · clock ticks of ${+part.tick.toPrecision(2)} ms: up to ${share} % of a turn`;
          } else if ("row" in part) {
            rows = [...rows, part.row];
            show();
          } else {
            bar.value = part.progress;
            const left = ((performance.now() - began) * (1 - part.progress)) / part.progress / 1000;
            tell(
              `${part.kernel}, ${rows.length + 1} of ${kernels.length}${part.progress > 0.1 ? `: about ${Math.ceil(left)} s left` : ""}`,
            );
          }
        },
        failed(message) {
          stop("");
          card.fail(`This could not be measured: ${message}`);
        },
        done: () => stop(`${rows.length} kernels measured`),
      },
    );
  }

  function show(): void {
    card.show(speedFigure(rows, kernels, machine(), turns), rows.length);
    const builds = [...new Set(rows.flatMap(({ timings }) => timings.map(({ name }) => name)))];
    const cell = ({ timings }: SpeedRow, build: string) => {
      const timing = timings.find(({ name }) => name === build);
      if (!timing) return "none";
      const time = build === builds[0] ? duration(timing.time) : `${times(timing.ratio)}×`;
      return rich(`${time} (${errorSize(timing.error)})`);
    };
    table.hidden = false;
    table.replaceChildren(
      h(
        "table",
        {},
        h(
          "caption",
          {},
          "Time with SIMD, then how many times as long; in brackets the error. ",
          `${machine()} · ${turns}`,
        ),
        h("thead", {}, h("tr", {}, ...["kernel", "size", ...builds].map((name) => h("th", { scope: "col" }, name)))),
        h(
          "tbody",
          {},
          ...rows.map((row) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, row.kernel),
              h("td", {}, row.size),
              ...builds.map((build) => h("td", {}, cell(row, build))),
            ),
          ),
        ),
      ),
    );
  }

  store.subscribe(() => controls.show());
  controls.show();
  life.addEventListener("abort", () => lane?.close());
  return { problems: store.problems };
}
