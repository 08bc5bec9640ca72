// The reader's table and what was found of it, for as long as the page is open; as text it outlives a reload too. It goes nowhere.

import type { FitResult } from "../../index.ts";
import { exampleRuns } from "../example.ts";
import type { FitInput, TableSeen } from "../work/fit.ts";

export interface Kept {
  readonly file: Pick<FitInput, "name" | "content">;
  readonly isExample: boolean;
  seen?: TableSeen;
  fitted?: { readonly by: string; readonly result: FitResult };
}

const STORED = "isoflop-runs";
const MOST_STORED = 2e6;

export const theExample = (): Kept => ({
  file: { name: "example.csv", content: exampleRuns() },
  isExample: true,
});

export function remember(name: string, content: ArrayBuffer): void {
  try {
    sessionStorage.removeItem(STORED);
    if (content.byteLength > MOST_STORED || !/\.(csv|tsv|txt|jsonl?|ndjson)$/i.test(name)) return;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    sessionStorage.setItem(STORED, JSON.stringify({ name, content: text }));
  } catch {
    // no store, no room or no text: the table is kept until the page is reloaded
  }
}

export function remembered(): Kept | undefined {
  try {
    const file = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
    return file && { file, isExample: false };
  } catch {
    return undefined;
  }
}
