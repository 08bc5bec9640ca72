// How far the numbers move with each accuracy setting of the contours (docs/theory.md, §4, §8): the sources are copied, one setting
// changed, and the results on random models compared with those of settings all much finer. Prints a table for docs/derivations.md.
//
//   npm run accuracy -- [--models 100]

import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { generator } from "../test/park-miller.mjs";

type Library = typeof import("../src/index.ts") & typeof import("../src/theory/plrf/contour.ts");
type Change = readonly [name: string, value: string];

interface Setting {
  readonly file: string;
  readonly name: string;
  readonly values: readonly string[];
  readonly what: Kind;
}

const CONTOUR = "theory/plrf/contour.ts";
const SETTINGS: readonly Setting[] = [
  { file: CONTOUR, name: "CIRCLE_NODES", values: ["64", "128", "256", "512"], what: "circle" },
  { file: CONTOUR, name: "TALBOT_NODES", values: ["10", "12", "14", "16", "18"], what: "single" },
  { file: CONTOUR, name: "PANEL_NODES", values: ["8", "12", "16", "20"], what: "curve" },
  { file: CONTOUR, name: "PANEL_RATIO", values: ["16", "8", "4", "2"], what: "curve" },
  {
    file: CONTOUR,
    name: "END",
    values: ["14", "28", "56", "84"].map((F) => `{ F: ${F}, K: ${2 * Number(F)}, P: ${F} }`),
    what: "curve",
  },
];
/** The finest: what all are compared with. One r takes Talbot's contour; its truth is the refined curve's. */
const FINEST: readonly Change[] = [
  ["CIRCLE_NODES", "1024"],
  ["PANEL_NODES", "28"],
  ["PANEL_RATIO", "2"],
  ["END", "{ F: 84, K: 168, P: 84 }"],
];

/** So many steps to 1e6 that one contour serves them all. */
const from = (first: number): number[] =>
  Array.from({ length: 60 }, (_, i) => Math.round(first * (1e6 / first) ** (i / 59)));

/** Which contour serves: r < 64, one r, a curve. */
const KINDS: Readonly<Record<Kind, readonly number[]>> = {
  circle: [1, 3, 10, 30, 63],
  single: [300],
  curve: from(64),
};
type Kind = "circle" | "single" | "curve";

const { values: options } = parseArgs({ options: { models: { type: "string", default: "100" } } });
const models = Number(options.models);
const root = join(tmpdir(), `isoflop-accuracy-${process.pid}`);

let variants = 0;

/** The library of sources in which each named constant has another value. */
async function variant(file: string, changes: readonly Change[]): Promise<Library> {
  const at = join(root, `variant${++variants}`);
  cpSync("src", at, { recursive: true });
  let text = readFileSync(join(at, file), "utf8");
  for (const [name, value] of changes) {
    const declared = new RegExp(`^const ${name} = [^;]+;`, "m");
    if (!declared.test(text)) throw new Error(`${file} declares no ${name}`);
    text = text.replace(declared, `const ${name} = ${value};`);
  }
  writeFileSync(join(at, file), text);
  const load = (module: string) => import(pathToFileURL(join(at, module)).href);
  return { ...(await load("index.ts")), ...(await load(file)) };
}

/** F, K and P of every model at the first `count` of the steps, each with its stated error. */
function resultsOf(
  { plrf, powerLaw, defaultKernels, contourValues }: Library,
  steps: readonly number[],
  count = steps.length,
) {
  const random = generator(4);
  return Array.from({ length: models }, () => {
    const [alpha, beta, d] = [0.2 + 1.2 * random(), 1.5 * random(), 10 ** (1 + 4 * random())];
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, stepFraction: 0.1 + 0.5 * random() });
    return (["F", "K", "P"] as const).flatMap((quantity) => {
      const { values, error } = contourValues(defaultKernels(), model, quantity, Float64Array.from(steps));
      return Array.from({ length: count }, (_, i) => ({ value: values[i]!, error: error[i]! }));
    });
  }).flat();
}

type Results = ReturnType<typeof resultsOf>;

/** Of the differences relative to the finest, where that knows the value to 1e-9: the median, 99 % and the largest. */
function spread(results: Results, truth: Results): string {
  const off = truth
    .flatMap(({ value, error }, i) => (error < 1e-9 * Math.abs(value) ? [Math.abs(results[i]!.value / value - 1)] : []))
    .sort((a, b) => a - b);
  return [0.5, 0.99, 1]
    .map((q) => off[Math.min(off.length - 1, Math.floor(q * off.length))]!.toExponential(1))
    .join(" | ");
}

mkdirSync(root, { recursive: true });
symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
writeFileSync(join(root, "package.json"), '{ "type": "module" }\n');
try {
  const finest = await variant(CONTOUR, FINEST);
  const refined = (kind: Kind) => {
    const steps = KINDS[kind];
    // one r alone would take Talbot's contour: here it begins a curve
    return kind === "single" ? resultsOf(finest, from(steps[0]!), 1) : resultsOf(finest, steps);
  };
  console.log("| setting | value | median | 99 % | largest |\n|---|---|---|---|---|");
  for (const { file, name, values, what } of SETTINGS) {
    const truth = refined(what);
    for (const value of values) {
      const now = readFileSync(join("src", file), "utf8").includes(`const ${name} = ${value}`) ? " (now)" : "";
      console.log(
        `| \`${name}\` | ${value}${now} | ${spread(resultsOf(await variant(file, [[name, value]]), KINDS[what]), truth)} |`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
