// The packed library in Node, Deno and Bun, and the package under publint and attw. Slow: it installs them all from the
// registry into a folder of its own. Run after npm run build: npm run test:runtimes
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "isoflop-runtimes-"));
const run = (command, args, cwd = folder) => execFileSync(command, args, { cwd, encoding: "utf8" });
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const packed = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root));
const tarball = join(folder, packed[0].filename);
writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
run("npm", ["install", "--omit=optional", tarball]);
// platform binaries of Deno and Bun are optional dependencies
run("npm", ["install", "deno@2", "bun@1", "publint", "@arethetypeswrong/cli"]);

writeFileSync(
  join(folder, "run.js"),
  `import { frontier, logspace, loss, phase, plrf, powerLaw } from "isoflop";
   const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
   const curve = loss(plrf({ spectrum, d: 1e6 }), { steps: logspace(1, 1e9, 20) });
   const best = frontier({ spectrum, flops: [1e8, 1e12], points: 3 });
   console.log(JSON.stringify([...curve.loss, ...best.loss, phase({ alpha: 0.4, beta: 0.9 }).eta]));`,
);
const bin = (name) => join(folder, "node_modules", ".bin", name);
const numbers = {
  node: run(process.execPath, ["run.js"]),
  deno: run(bin("deno"), ["run", "--no-prompt", "run.js"]),
  bun: run(bin("bun"), ["run", "run.js"]),
};
const expected = JSON.parse(numbers.node);
for (const [name, told] of Object.entries(numbers)) {
  const off = JSON.parse(told).map((value, i) => Math.abs(value / expected[i] - 1));
  if (off.length !== expected.length || !(Math.max(...off) < 1e-9))
    throw new Error(`${name} gives other numbers: ${told}`);
  console.log(`${name}: ${off.length} numbers, off by at most ${Math.max(...off).toExponential(1)}`);
}
console.log(run(bin("publint"), ["run", tarball, "--strict"]).trim());
console.log(
  run(bin("attw"), [tarball, "--profile", "esm-only", "--exclude-entrypoints", "isoflop.wasm", "package.json"]).trim(),
);
