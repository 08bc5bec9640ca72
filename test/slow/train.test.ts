// isoflop train, as its page has it, and killed in the middle.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { isoflop, MAIN } from "../cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("goes from images to a plan in the three commands of the page", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/from-data-to-law.md"), "utf8");
  const block = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, text]) => text!)
    .find((text) => text.includes("isoflop train"))!;
  const lines = block.trim().split("\n");
  expect(lines.map((line) => line.split(" ")[1])).toEqual(["train", "fit", "plan"]);
  const run = (line: string) =>
    execFileSync(process.execPath, [MAIN, ...line.split(" ").slice(1)], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  expect(run(lines[0]!)).toContain("width 128");
  // what the page says the fit finds
  const { alpha, beta, a } = JSON.parse(run(`${lines[1]} --json`)) as Record<string, number>;
  expect(page).toContain(`α = ${alpha!.toFixed(2)}`);
  expect(page).toContain(`β = ${beta!.toFixed(2)}`);
  expect(page).toContain(`C^${a!.toFixed(2)}`);
  expect(run(lines[2]!)).toContain("C = 1e12 flops, N = 1.5");
});

it("goes on to the same bits after kill -9 and after Ctrl-C", async () => {
  const words = [
    "train",
    "--task",
    "mnist",
    "--widths",
    "64,256",
    "--samples",
    "6000",
    "--tested",
    "500",
    "--ensemble",
    "2",
  ];
  const left = isoflop([...words, "--json", "--threads", "1"]);
  const out = join(folder, "run.json");
  const checkpoint = `${out}.checkpoint`;
  for (const [signal, status] of [
    ["SIGKILL", null],
    ["SIGINT", 130],
  ] as const) {
    const age = () => (existsSync(checkpoint) ? statSync(checkpoint).mtimeMs : 0);
    const before = age();
    const child = spawn(process.execPath, [MAIN, ...words, "--threads", "2", "--out", out], { stdio: "ignore" });
    const timer = setInterval(() => {
      if (age() > before) child.kill(signal);
    }, 20);
    const ended = await new Promise((resolve) => child.on("exit", resolve));
    clearInterval(timer);
    expect(ended).toBe(status);
    expect(existsSync(checkpoint)).toBe(true);
  }
  expect(isoflop([...words, "--out", out]).status).toBe(0);
  expect(existsSync(checkpoint)).toBe(false);
  expect(JSON.parse(readFileSync(out, "utf8")).runs).toEqual(JSON.parse(left.out).runs);
});
