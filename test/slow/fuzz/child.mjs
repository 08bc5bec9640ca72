// Random and special-valued calls of the built library, one a line: the argument is "from to". Before each call its number is printed,
// after it "ok", or what is wrong. Deterministic: call n is the same whatever is asked for.

import { inspect } from "node:util";
import { chance } from "./chance.mjs";
import { calls as dynamics } from "./dynamics.mjs";
import { calls as figures } from "./figures.mjs";
import { calls as fits } from "./fits.mjs";
import { calls as plrf } from "./plrf.mjs";

const CALLS = { ...plrf, ...dynamics, ...fits, ...figures };

/** What may be unknown, or without end, by its meaning: its docstring says so. */
const UNKNOWN = new Set([
  ...["made", "model", "predicted", "slopes", "spectrum", "deviation", "v", "phase", "modes"],
  ...["bestEpochs", "byCompute", "byData", "divergedAt", "bounds", "ranges", "misses", "dropped", "window"],
]);

/** Numbers that are none, in what says it has converged. */
function broken(result) {
  const found = [];
  const look = (value, path, depth) => {
    if (depth > 5 || found.length > 0) return;
    if (typeof value === "number" && !Number.isFinite(value)) found.push(`${path} = ${value}`);
    else if (ArrayBuffer.isView(value) || Array.isArray(value))
      for (let i = 0; i < value.length; i++) look(value[i], `${path}[${i}]`, depth + 1);
    else if (value && typeof value === "object")
      for (const [key, inner] of Object.entries(value)) {
        if (UNKNOWN.has(key)) continue;
        if (inner && typeof inner === "object" && inner.stats?.converged === false) continue;
        look(inner, `${path}.${key}`, depth + 1);
      }
  };
  if (result && typeof result === "object" && result.stats?.converged === false) return undefined;
  look(result, "", 0);
  return found[0];
}

const MAY_BE_UNKNOWN = new Set([
  "phase",
  "diagram",
  "simulate",
  "trainedExponents",
  "stability",
  "sampleSpectrum",
  "fitRuns",
  "identifiability",
  "tailFit",
  "fitPowerLaw",
  "logspace",
  "runs",
  // the error of one draw's mean
  "expected",
  "simulateDynamics",
  // never: no time is best, no number of steps is enough, no budget reaches a loss below E
  "earlyStopping",
  "batchTradeoff",
  "budgetFor",
  // formulas as they stand: NaN of NaN
  "lossAt",
  "frontierExponents",
  // of no values
  "interval",
  // NaN where α + β ≤ 1/2
  "minimisedExponents",
]);
export const NAMES = Object.keys(CALLS);

async function one(n) {
  const name = NAMES[n % NAMES.length];
  const c = chance(n);
  try {
    const result = await CALLS[name](c)();
    const what = MAY_BE_UNKNOWN.has(name) ? undefined : broken(result);
    return what && `${what} in ${inspect(result.made ?? result, { depth: 4, breakLength: Infinity }).slice(0, 400)}`;
  } catch (error) {
    // a refusal is one line that says what was refused
    if (
      (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) &&
      !/of undefined|of null|not a function|not iterable|reading|BigInt|Invalid (typed )?array length|convert|\n/.test(
        error.message,
      )
    )
      return undefined;
    return `${error?.stack?.split("\n").slice(0, 4).join(" | ")}`;
  }
}

/** For a look at one call by hand: FUZZ_SHOW=1 prints every model made. */
if (process.env.FUZZ_SHOW) {
  globalThis.show = (x) => process.stdout.write(`${inspect(x, { depth: 3, breakLength: Infinity })}\n`);
}
const [from, to] = process.argv.slice(2).map(Number);
for (let n = from; n < to; n++) {
  process.stdout.write(`${n} ${NAMES[n % NAMES.length]}\n`);
  const start = performance.now();
  const what = await one(n);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    `${what === undefined ? "ok" : `wrong ${what.replace(/\n/g, " ")}`}\t${Math.round(performance.now() - start)} ms\t${megabytes} MB\n`,
  );
}
