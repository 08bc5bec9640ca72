// Where a reader's table comes in: dropped anywhere on the page, chosen, or the example; and what was said of it.

import { h, rich } from "../dom.ts";
import { exampleRuns } from "../example.ts";
import { save } from "../export.ts";

/** A file larger than this is surely not a table of runs. */
const MOST_BYTES = 64e6;

export interface DropZone {
  readonly node: HTMLElement;
  /** Says what became of the table, and what is to be noted. */
  tell(message: string, notes?: readonly string[]): void;
  /** The share of the fit that is done; undefined where none is under way. */
  progress(share: number | undefined): void;
}

export interface DropOptions {
  readonly onTable: (name: string, content: ArrayBuffer) => void;
  readonly onExample: () => void;
}

export function dropZone({ onTable, onExample }: DropOptions, life: AbortSignal): DropZone {
  const take = async (chosen: File) => {
    if (chosen.size > MOST_BYTES)
      return tell(`${chosen.name} has ${(chosen.size / 1e6).toFixed(0)} MB: too much for a table of runs`);
    const content = await chosen.arrayBuffer();
    if (!life.aborted) onTable(chosen.name, content);
  };
  const input = h("input", {
    id: "file",
    type: "file",
    accept: ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.gz",
    onchange: () => input.files?.[0] && void take(input.files[0]),
  });
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Share of the fit done" });
  const state = h("div", { class: "note", role: "status", hidden: true });
  const tell = (message: string, notes: readonly string[] = []) => {
    const list = notes.map((note) => h("li", {}, note));
    state.replaceChildren(message, ...(list.length > 0 ? [h("ul", {}, ...list)] : []));
    state.hidden = message === "";
  };
  const saveExample = () => save("isoflop-example.csv", new Blob([exampleRuns()], { type: "text/csv" }));
  const node = h(
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
      h("button", { type: "button", class: "main", onclick: onExample }, "Try an example"),
      h("button", { type: "button", onclick: saveExample }, "Save the example"),
    ),
    bar,
    state,
  );
  // anywhere on the page: beside the box the browser would leave it and show the file
  const on = (name: "dragenter" | "dragover" | "drop", then: (event: DragEvent) => void) =>
    document.addEventListener(
      name,
      (event) => {
        event.preventDefault();
        then(event);
      },
      { signal: life },
    );
  on("dragenter", () => node.classList.add("over"));
  on("dragover", () => node.classList.add("over"));
  document.addEventListener("dragleave", () => node.classList.remove("over"), { signal: life });
  on("drop", (event) => {
    node.classList.remove("over");
    const dropped = event.dataTransfer?.files[0];
    if (dropped) void take(dropped);
  });
  return {
    node,
    tell,
    progress(share) {
      bar.hidden = share === undefined;
      bar.value = share ?? 0;
    },
  };
}
