// The packed library, installed as a user would, in Node 20, 22 and 24, Deno, Bun and Chromium: the cells of every job, with threads
// and a store, and the commands give the same bytes in all of them (a page has no commands and no store: it computes the cells).
// Then Jest, publint and attw. Slow: it installs all that from the registry, into a folder of its own. Run after npm run build:
//
//   npm run test:runtimes -- [--keep FOLDER] [--only PART,PART]
//
//   --keep FOLDER   install there and leave it, to be taken up the next time
//   --only PARTS    of runtimes, jest, package

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { keep: { type: "string" }, only: { type: "string", default: "runtimes,jest,package" } },
});
const parts = options.only.split(",");
const root = new URL("..", import.meta.url).pathname;
const folder = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), "isoflop-runtimes-"));
mkdirSync(folder, { recursive: true });
if (!options.keep) process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const run = (command, args, { cwd = folder, env = {} } = {}) =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
    timeout: 600_000, // a hang is a failure
    killSignal: "SIGKILL",
  });

/** Installs packages into a folder of their own, once. */
function installed(name, ...packages) {
  const where = join(folder, name);
  if (existsSync(join(where, "done"))) return where;
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", ["install", "--no-audit", "--no-fund", "--silent", ...packages], { cwd: where });
  writeFileSync(join(where, "done"), "");
  return where;
}

const [packed] = JSON.parse(
  run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: root }),
);
const tarball = join(folder, packed.filename);
const told = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
rmSync(join(folder, "user"), { recursive: true, force: true });
const user = installed("user", tarball, `@duckdb/node-api@${told.peerDependencies["@duckdb/node-api"]}`);

async function runtimes() {
  const node = (version) => [join(installed(`node${version}`, `node@${version}`), "node_modules/node/bin/node")];
  const others = join(installed("others", "deno@2", "bun@1"), "node_modules/.bin");
  const engines = {
    "Node 20": node(20),
    "Node 22": node(22),
    "Node 24": node(24),
    Deno: [join(others, "deno"), "run", "--allow-all"],
    Bun: [join(others, "bun")],
  };
  const main = join(user, "node_modules/isoflop/build/lib/cli/main.js");
  const plans = plansOfEveryJob();
  const results = {};
  for (const [name, [engine, ...before]] of Object.entries(engines)) {
    const out = join(user, "out");
    const isoflop = (line) => run(engine, [...before, main, ...line], { cwd: user });
    const bytes = {};
    for (const [job, plan] of Object.entries(plans)) {
      rmSync(out, { recursive: true, force: true });
      writeFileSync(join(user, "plan.json"), JSON.stringify(plan));
      isoflop(["sweep", "plan.json", "--out", out, "--threads", "2", "--quiet"]);
      const file = join(user, "cells.jsonl");
      const exported = (...more) => {
        isoflop(["sweep", "export", out, "--to", file, ...more]);
        return readFileSync(file, "utf8");
      };
      bytes[`sweep of ${job}`] = exported() + (job === "phase" || job === "fit" ? "" : exported("--curves"));
    }
    for (const line of COMMANDS) bytes[line] = isoflop([...line.split(" "), "--json"]);
    results[name] = bytes;
    compare(name, bytes, results["Node 20"]);
  }
  const page = await inChromium(plans);
  let [cells, numbers] = [0, 0];
  for (const [job, outcomes] of Object.entries(page)) {
    const rows = results["Node 20"][`sweep of ${job}`]
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const { key, results: scalars, curves } of outcomes) {
      const mine = rows.filter((row) => row.key === key);
      const row = mine.find(({ point }) => point === undefined);
      const same = (what, found, wanted) => {
        numbers++;
        // JSON has no NaN and no infinities
        if (found !== wanted && !(wanted === null && !Number.isFinite(Number(found))))
          throw new Error(`Chromium, ${job} ${JSON.stringify(row)}: ${what} is ${found}, not ${wanted}`);
      };
      for (const [column, value] of Object.entries(JSON.parse(scalars))) same(column, value, row[column]);
      const points = mine.filter(({ point }) => point !== undefined);
      for (const [name, values] of Object.entries(curves))
        for (const [i, value] of values.entries())
          same(`${name}[${i}]`, value, points.find(({ point }) => point === i)[name]);
      cells++;
    }
  }
  console.log(`Chromium: ${cells} cells of ${Object.keys(plans).length} jobs, the same ${numbers} numbers`);
}

function compare(name, bytes, wanted) {
  const other = Object.keys(wanted).filter((what) => bytes[what] !== wanted[what]);
  if (other.length > 0) throw new Error(`${name} gives other bytes: ${other.join("; ")}`);
  const hash = createHash("sha256").update(JSON.stringify(bytes)).digest("hex").slice(0, 16);
  console.log(
    `${name}: sweeps of ${Object.keys(plansOfEveryJob()).length} jobs and ${COMMANDS.length} commands, SHA-256 ${hash}…`,
  );
}

const COMMANDS = [
  "phase --alpha 0.4 --beta 0.9",
  "loss --alpha 0.7 --beta 0.7 --d 1e4 --steps 1:1e9:9 --components",
  "frontier --alpha 0.7 --beta 0.7 --flops 1e8:1e12 --points 3",
  "schedule --alpha 0.7 --beta 0.7 --d 1000 --steps 1000",
  "diagram --size 4 --threads 2",
  "dynamics --a 1.5 --b 1.25 --N 100 --P 1000 --times 1:1e4:5",
  "spectrum --alpha 0.7 --beta 0.7 --d 100",
  "simulate --alpha 0.7 --beta 0.7 --d 30 --steps 300 --members 4 --points 3 --threads 2",
  "fit runs.csv --threads 2 --bootstrap 40",
  "predict runs.csv --N 1e9 --D 2e10",
];

/** A plan a job: one case of every optimiser, schedule and method that plans have, at least. */
function plansOfEveryJob() {
  writeFileSync(join(user, "runs.csv"), readFileSync(join(root, "examples/runs.csv")));
  const point = { alpha: 0.7, beta: 0.9 };
  return {
    phase: { job: "phase", axes: { alpha: { lin: [0.2, 1.2], points: 4 }, beta: { list: [0.3, 0.7, 1.1] } } },
    loss: {
      job: "loss",
      fixed: { ...point, steps: { log: [1, 1e5], points: 6 } },
      axes: {
        d: { log: [30, 3000], points: 3 },
        schedule: { list: ["constant", "cosine"] },
        optimizer: { list: ["sgd", "heavy-ball:0.9", "dana:decaying"] },
      },
    },
    frontier: {
      job: "frontier",
      fixed: { flops: [1e8, 1e12], points: 3 },
      axes: { alpha: { list: [0.4, 1] }, beta: { list: [0.3, 0.9] } },
    },
    simulate: {
      job: "simulate",
      fixed: { ...point, d: 20, steps: 200, members: 3, noise: 0.01 },
      axes: { method: { list: ["spectral", "dense"] } },
      seeds: 2,
    },
    dynamics: {
      job: "dynamics",
      fixed: { N: 100, times: { log: [1, 1e4], points: 5 } },
      axes: { a: { list: [1.2, 1.8] }, b: { list: [1.1, 1.6] }, P: { list: [300, 3000] } },
    },
    fit: { job: "fit", fixed: { table: "runs.csv", starts: "projection", bootstrap: 20 }, seeds: 2 },
    rehearsal: { job: "rehearsal", fixed: point, axes: { v: { log: [1, 1000], points: 4 } } },
  };
}

/** The cells of the plans as a page computes them: the sources of the jobs, bundled without what only Node has. */
async function inChromium(plans) {
  const { build } = await import("vite");
  const { chromium } = await import("playwright-core");
  const { readPlan } = await import(join(root, "src/sweep/plan.ts"));
  const { cellAt } = await import(join(root, "src/sweep/cells.ts"));
  const where = join(folder, "page");
  mkdirSync(where, { recursive: true });
  writeFileSync(
    join(where, "entry.ts"),
    `import { runCell } from ${JSON.stringify(join(root, "src/sweep/cells.ts"))};
     globalThis.runCell = runCell;`,
  );
  const bundled = await build({
    root: where,
    logLevel: "silent",
    configFile: false,
    plugins: [
      {
        name: "no-node",
        enforce: "pre",
        resolveId: (id) => (id.startsWith("node:") ? `\0${id}` : undefined),
        load: (id) =>
          id.startsWith("\0node:")
            ? "export const createHash = undefined, open = undefined, resolve = undefined;"
            : undefined,
      },
    ],
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry: join(where, "entry.ts"), formats: ["es"], fileName: "page" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output }] = [bundled].flat();
  const executable = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  const browser = await chromium.launch({
    executablePath: executable ?? (await (await import("@sparticuz/chromium")).default.executablePath()),
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ type: "module", content: output[0].code });
    await page.waitForFunction("globalThis.runCell");
    const found = {};
    for (const [job, given] of Object.entries(plans)) {
      const plan = await readPlan(given, { folder: user });
      const cells = Array.from({ length: plan.size }, (_, i) => cellAt(plan, i));
      const tables = [...plan.tables].map(([name, bytes]) => [name, [...bytes]]);
      found[job] = await page.evaluate(
        async ({ cells, tables }) => {
          const shared = new Map(tables.map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
          const outcomes = [];
          for (const cell of cells) {
            const { key, status, error, results, curves } = await globalThis.runCell(cell, "", shared);
            if (status !== "done") throw new Error(`${cell.job}: ${error}`);
            outcomes.push({
              key,
              results,
              curves: Object.fromEntries(Object.entries(curves).map(([name, v]) => [name, [...v]])),
            });
          }
          return outcomes;
        },
        { cells, tables },
      );
    }
    return found;
  } finally {
    await browser.close();
  }
}

/** Jest, in its default CommonJS: the package is an ES module, which Jest loads where Node's modules in a VM are allowed. */
function jest() {
  const where = installed("jest", "jest@30", tarball);
  writeFileSync(join(where, "package.json"), '{ "private": true }');
  writeFileSync(
    join(where, "use.test.js"),
    `test("isoflop from CommonJS", async () => {
       const { phase, fitRuns } = await import("isoflop");
       expect(phase({ alpha: 0.4, beta: 0.9 }).phase).toBe("IVa");
       expect(typeof fitRuns).toBe("function");
     });`,
  );
  run(process.execPath, ["--experimental-vm-modules", join(where, "node_modules/jest/bin/jest.js")], { cwd: where });
  console.log("Jest: a CommonJS test, with node --experimental-vm-modules");
}

if (parts.includes("runtimes")) await runtimes();
if (parts.includes("jest")) jest();
if (parts.includes("package")) {
  const tools = installed("tools", "publint", "@arethetypeswrong/cli");
  const bin = (name) => join(tools, "node_modules/.bin", name);
  console.log(run(bin("publint"), ["run", tarball, "--strict"]).trim());
  // CommonJS reaches the package by import() alone: there is no second copy of it
  const attw = ["--ignore-rules", "cjs-resolves-to-esm", "--exclude-entrypoints", "isoflop.wasm", "package.json"];
  console.log(run(bin("attw"), [tarball, ...attw, "sweep-plan.schema.json"]).trim());
}
