// Spectra of real tasks for the explorer, measured on data that come as packages: the leading modes, and the power laws that go on
// from the last of them. Needs the built command line.
//
//   node scripts/measure-spectra.mjs [--check]     writes src/explorer/spectra/, or compares what is there with a new measurement

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const SAMPLES = 2000;
const DIGITS = 5;
/** Modes follow their power law where they do so to this. */
const EXACT = 1e-9;
/** How far a new measurement on another machine may be from the digits kept. */
const SAME = 2e-4;
const TASKS = [
  { name: "mnist", title: "MNIST, parity of the digit" },
  { name: "sotu", title: "State of the Union, is a vowel next" },
];

function measure({ name, title }) {
  const command = ["measure", `--${name}`, "--samples", String(SAMPLES)];
  const out = execFileSync("node", ["build/lib/cli/main.js", ...command, "--json", "--quiet"], { maxBuffer: 2 ** 28 });
  const { eigenvalues, kernel, b, targets } = JSON.parse(out.toString());
  const [{ energies, a, noise }] = targets;
  const follows = (list, power, k) => Math.abs((list[k + 1] / list[k]) * ((k + 2) / (k + 1)) ** power - 1) < EXACT;
  let last = eigenvalues.length - 2;
  while (last > 0 && follows(eigenvalues, b.value, last - 1) && follows(energies, a.value, last - 1)) last--;
  const kept = (list) => list.slice(0, last + 1).map((x) => Number(x.toPrecision(DIGITS)));
  const number = ({ value, stderr }) => ({
    value: Number(value.toPrecision(DIGITS)),
    stderr: Number(stderr.toPrecision(2)),
  });
  return {
    title,
    command: `isoflop ${command.join(" ")}`,
    kernel,
    samples: SAMPLES,
    modes: eigenvalues.length,
    a: number(a),
    b: number(b),
    noise: number(noise),
    eigenvalues: kept(eigenvalues),
    energies: kept(energies),
  };
}

const file = (name) => `src/explorer/spectra/${name}.json`;
for (const task of TASKS) {
  const found = measure(task);
  if (process.argv.includes("--check")) {
    const kept = JSON.parse(readFileSync(file(task.name), "utf8"));
    for (const key of ["eigenvalues", "energies"])
      kept[key].forEach((value, k) => {
        if (Math.abs(value - found[key][k]) > SAME * value)
          throw new Error(`${task.name}: ${key}[${k}] is ${found[key][k]}, kept ${value}`);
      });
    console.log(`${task.name}: the ${kept.eigenvalues.length} modes kept are those measured`);
  } else {
    writeFileSync(file(task.name), `${JSON.stringify(found)}\n`);
    console.log(`${file(task.name)}: ${found.eigenvalues.length} of ${found.modes} modes`);
  }
}
