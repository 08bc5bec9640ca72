// What a user wrote as text and saved as something else is told by what it is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { readText } from "../../src/cli/text-file.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-text-"));
afterAll(() => rmSync(folder, { recursive: true }));
const saved = (bytes: Uint8Array | string) => {
  writeFileSync(join(folder, "plan.json"), bytes);
  return () => readText(join(folder, "plan.json"));
};
const plan = '{ "job": "phase", "name": "Λ" }';

it("is read in UTF-8, with a mark or without", () => {
  expect(saved(plan)()).toBe(plan);
  expect(saved(`\ufeff${plan}`)()).toBe(plan);
  expect(saved("")()).toBe("");
});

it.each([
  ["UTF-16, little-endian", Buffer.from(`\ufeff${plan}`, "utf16le"), /is in UTF-16: save it as UTF-8$/],
  ["UTF-16, big-endian", Buffer.from(`\ufeff${plan}`, "utf16le").swap16(), /is in UTF-16: save it as UTF-8$/],
  ["UTF-16 without a mark", Buffer.from(plan, "utf16le"), /is in UTF-16: save it as UTF-8$/],
  ["Latin-1", Buffer.from('{ "name": "é" }', "latin1"), /is not in UTF-8: save it as UTF-8$/],
  ["gzip", gzipSync(plan), /is compressed by gzip: unpack it by gunzip$/],
])("%s is named, with the remedy", (_, bytes, message) => {
  expect(saved(bytes)).toThrow(message);
});

it("that cannot be read says why", () => {
  expect(() => readText(join(folder, "none"), "the file of a plan")).toThrow(
    /cannot be read \(ENOENT\): give the file of a plan$/,
  );
  expect(() => readText(folder)).toThrow(/cannot be read \(EISDIR\)/);
});
