// One version, wherever it is stated.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { version } from "../src/provenance.ts";

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

it("is the same in the package, its lock, results, the changelog and the examples", () => {
  const { version: own } = JSON.parse(read("package.json"));
  const lock = JSON.parse(read("package-lock.json"));
  expect(own).toMatch(/^\d+\.\d+\.\d+$/);
  expect([lock.version, lock.packages[""].version, version]).toEqual([own, own, own]);
  expect(/^## (\S+)/m.exec(read("CHANGELOG.md"))![1]).toBe(own);
  expect(/image: isoflop:(\S+)/.exec(read("examples/cluster/sweep.yaml"))![1]).toBe(own);
});
