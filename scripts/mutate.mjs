// Which constants and signs no test would miss: each mutant changes one place of the theory, the fits or the reference kernels and
// runs the tests that are about it, in a copy of the tree. A mutant that passes them all survives, and is printed.
//
//   npm run mutate -- [--mutants 200] [--only PART] [--minutes M] [--list]
//
//   --mutants N    how many, the named ones first, then spread over all files by a hash of what they change: the same every time
//   --only PART    in files whose path holds PART
//   --minutes M    start none after M minutes
//   --list         print them and run nothing

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseSync } from "vite";

const { values: options } = parseArgs({
  options: {
    mutants: { type: "string", default: "200" },
    only: { type: "string", default: "" },
    minutes: { type: "string", default: "Infinity" },
    list: { type: "boolean", default: false },
  },
});

/** What is mutated, and the tests under test/ that are about it; the first that holds counts. */
const TESTS = [
  ["kernels/reference/sizes", "kernels/sizes"],
  ["kernels/reference/contour", "kernels/contour theory/loss"],
  ["kernels/reference/dynamics", "kernels/dynamics theory/dynamics-golden"],
  ["math/spiral", "math/spiral"],
  ["math/least-squares", "fitting/approaches fitting/published"],
  ["kernels/volterra", "kernels/growth"],
  ["kernels/reference/elementary", "kernels/random"],
  ["kernels/reference/random", "kernels/random"],
  ["kernels/reference/growth", "kernels/growth"],
  ["kernels/reference/grow", "kernels/volterra kernels/momentum theory/time-stepping"],
  ["kernels/reference/volterra", "kernels/volterra"],
  ["kernels/reference/momentum", "kernels/momentum"],
  ["kernels/huber/reference", "kernels/huber"],
  ["kernels/reference/resolvent", "kernels/resolvent theory/loss"],
  ["kernels/huber/projection", "kernels/huber fitting/approaches fitting/published"],
  ["kernels/laws/reference", "kernels/tape"],
  ["kernels/sign/reference", "kernels/sign"],
  ["kernels/learning/reference", "learning/kernels"],
  ["kernels/networks/reference", "networks/kernels"],
  ["kernels/reference/", "kernels/simulation kernels/dynamics"],
  ["theory/plrf/components", "theory/components"],
  ["theory/plrf/density", "theory/density"],
  ["theory/plrf/bands", "theory/density"],
  ["theory/plrf/(search|exact)", "theory/search theory/frontier"],
  ["theory/plrf/tuned", "theory/tuned-frontier"],
  ["theory/plrf/", "theory/loss theory/frontier theory/routes"],
  ["theory/measure/compress", "theory/compress theory/dynamics-golden"],
  ["theory/measure/", "theory/loss theory/modes theory/routes theory/density theory/time-stepping"],
  ["theory/exponents/", "theory/phases theory/frontier theory/trained-frontier"],
  ["theory/training/optimizers/", "theory/optimizers theory/golden-schedules theory/momentum"],
  ["theory/training/sign", "theory/sign"],
  [
    "theory/training/",
    "theory/time-stepping theory/training theory/golden-schedules theory/momentum theory/trained-frontier",
  ],
  ["theory/dynamics/reuse", "theory/reuse"],
  ["theory/dynamics/(batch|one-pass)", "theory/batch"],
  ["theory/dynamics/(unique|few-samples|epochs-plane)", "theory/unique theory/epochs-plane"],
  ["theory/dynamics/sgd", "theory/multi-epoch"],
  ["theory/dynamics/", "theory/dynamics theory/dynamics-golden"],
  ["fitting/inference", "fitting/errors fitting/inference"],
  ["fitting/identifiability", "fitting/errors fitting/inference"],
  ["fitting/(profile|bridge|bootstrap|resample|sensitivity|plan|allocation)", "fitting/inference"],
  ["fitting/(read|columns|cells|table|from-table|runs|points)", "fitting/tables fitting/runs"],
  ["fitting/(refit|clusters|needs)", "fitting/refit fitting/clusters fitting/needs"],
  ["fitting/", "fitting/approaches fitting/published"],
].map(([files, tests]) => [new RegExp(files), tests.split(" ").map((name) => `test/${name}.test.ts`)]);

/** Changes that tests once missed: always made. */
const NAMED = [
  ["src/theory/plrf/components.ts", "(target / (2 * alpha * d)) * inc", "(target / (3 * alpha * d)) * inc"],
  ["src/theory/plrf/components.ts", "? (gamma * gammaFunction(q)", "? (2 * gamma * gammaFunction(q)"],
  ["src/fitting/inference.ts", "1.959964 + 2.3723 /", "1.959964 + 0 /"],
  ["src/fitting/identifiability.ts", "FUNCTION = 0.03", "FUNCTION = 0.003"],
  ["src/theory/dynamics/solution.ts", "LATE = 1e6", "LATE = 1e12"],
];

const SWAPPED = { "+": "-", "-": "+", "*": "/", "/": "*" };
const testsOf = (file) => TESTS.find(([files]) => files.test(file))[1].filter((test) => existsSync(test));

function mutants() {
  const files = ["src/theory", "src/fitting", "src/kernels"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name.replaceAll("\\\\", "/")}`),
    )
    .filter((file) => !file.startsWith("src/kernels/") || /reference|projection/.test(file));
  const found = files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .flatMap((file) => sites(file, readFileSync(file, "utf8")));
  found.sort((a, b) => (a.order < b.order ? -1 : 1));
  return [...NAMED.map(named), ...found]
    .filter(({ file }) => file.includes(options.only))
    .slice(0, Number(options.mutants));
}

function named([file, from, to]) {
  const text = readFileSync(file, "utf8");
  const start = text.indexOf(from);
  if (start < 0) throw new Error(`${file} no longer holds "${from}": change NAMED`);
  return { file, start, end: start + from.length, to, line: text.slice(0, start).split("\n").length, from };
}

/** Every number, sum, product and minus sign of a file. Indices, digits of messages and parts of texts are left out. */
function sites(file, text) {
  const out = [];
  const add = (start, end, to) => {
    const line = text.slice(0, start).split("\n").length;
    const context = `${file} ${text.slice(text.lastIndexOf("\n", start) + 1, text.indexOf("\n", start))} ${out.length}`;
    const order = createHash("sha256").update(context).digest("hex");
    out.push({ file, start, end, to, line, from: text.slice(start, end), order });
  };
  const isText = (node) => node.type === "TemplateLiteral" || typeof node.value === "string";
  const visit = (node) => {
    if (!node || typeof node.type !== "string" || node.type.startsWith("TS")) {
      if (node?.expression) visit(node.expression);
      return;
    }
    if (node.type === "Literal" && typeof node.value === "number")
      add(node.start, node.end, node.value === 0 ? "1" : `(2 * ${node.raw})`);
    if (node.type === "UnaryExpression" && node.operator === "-") add(node.start, node.start + 1, "+");
    if (node.type === "BinaryExpression" && SWAPPED[node.operator] && !isText(node.left) && !isText(node.right)) {
      const at = node.left.end + text.slice(node.left.end, node.right.start).indexOf(node.operator);
      add(at, at + 1, SWAPPED[node.operator]);
    }
    if (node.type === "ThrowStatement" || node.type === "TemplateLiteral") return;
    for (const [key, child] of Object.entries(node)) {
      if (node.type === "MemberExpression" && key === "property" && child.type === "Literal") continue;
      for (const part of Array.isArray(child) ? child : [child]) if (typeof part === "object") visit(part);
    }
  };
  visit(parseSync(file, text).program);
  return out;
}

let running;

/** Whether the tests pass in the copy; null after the limit. Ends every process of a run that is too long. */
function passes(copy, tests, limit) {
  const run = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--bail", "1", "--reporter", "dot", ...tests],
    {
      cwd: copy,
      detached: true,
      stdio: "ignore",
    },
  );
  running = run;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      process.kill(-run.pid, "SIGKILL");
      resolve(null);
    }, limit);
    run.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

const all = mutants();
if (options.list) for (const { file, line, from, to } of all) console.log(`${file}:${line}  ${from} → ${to}`);
else {
  const copy = mkdtempSync(join(tmpdir(), "isoflop-mutants-"));
  const clean = () => rmSync(copy, { recursive: true, force: true });
  process.on("SIGINT", () => {
    if (running?.exitCode === null) process.kill(-running.pid, "SIGKILL");
    clean();
    process.exit(130);
  });
  for (const part of ["src", "test", "assembly", "package.json", "tsconfig.json", "vitest.config.ts"])
    cpSync(part, join(copy, part), { recursive: true });
  for (const part of ["node_modules", "build"]) symlinkSync(join(process.cwd(), part), join(copy, part), "junction");

  const started = performance.now();
  const seconds = new Map();
  const survivors = [];
  let [killed, late] = [0, 0];
  for (const { file, start, end, line, from, to } of all) {
    if (performance.now() - started > 60_000 * Number(options.minutes)) break;
    const tests = testsOf(file);
    const key = tests.join(" ");
    if (key === "") throw new Error(`${file}: no test is about it, see TESTS`);
    if (!seconds.has(key)) {
      const before = performance.now();
      if (!(await passes(copy, tests, 600_000))) throw new Error(`${key}: does not pass unchanged`);
      seconds.set(key, performance.now() - before);
    }
    const text = readFileSync(join(copy, file), "utf8");
    writeFileSync(join(copy, file), text.slice(0, start) + to + text.slice(end));
    const passed = await passes(copy, tests, 4 * seconds.get(key) + 20_000);
    writeFileSync(join(copy, file), text);
    const what = `${file}:${line}  ${from} → ${to}`;
    if (passed) survivors.push(what);
    else if (passed === null) late++;
    else killed++;
    console.log(`${passed ? "SURVIVES" : passed === null ? "too long" : "killed  "}  ${what}`);
  }
  clean();
  const made = killed + late + survivors.length;
  console.log(
    `\n${killed + late} of ${made} mutants seen (${late} by taking too long); survivors:\n${survivors.join("\n")}`,
  );
}
