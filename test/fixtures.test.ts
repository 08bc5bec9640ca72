// Golden files say where their values come from: test/fixtures/README.md names each of them.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readTable } from "./fixtures.ts";

const folder = new URL("./fixtures/", import.meta.url);
const files = readdirSync(folder).filter((name) => name !== "README.md");
const told = readFileSync(new URL("README.md", folder), "utf8");

it("every golden file is named where its values are explained, and every one named there exists", () => {
  const named = [...told.matchAll(/`([\w-]+\.csv)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(files.sort());
});

it.each(files)("%s is a table: every row has its header's columns", (name) => {
  const rows = readTable(name);
  expect(rows.length).toBeGreaterThan(10);
  const columns = Object.keys(rows[0]!).length;
  for (const row of rows) expect(Object.keys(row)).toHaveLength(columns);
  expect(Object.keys(rows[0]!)).not.toContain("undefined");
});
