// Do the 95 % intervals of approach 3 hold the truth 95 times in 100? 200 random laws and designs (test/fitting/laws.ts), each with
// 400 bootstrap draws and both profiles. And how far approach 2's parabola is off on asymmetric designs, noise apart.
//   npx tsx bench/coverage.ts [studies] [draws]

import { bootstrap, fitIsoflop, fitParametric, interval, type Law, lossAt, profile, runs } from "../src/index.ts";
import { study } from "../test/fitting/laws.ts";

const [studies, draws] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 400)];
const derived: Record<string, (law: Law) => number> = {
  alpha: (law) => law.alpha,
  beta: (law) => law.beta,
  a: ({ alpha, beta }) => beta / (alpha + beta),
  E: (law) => law.E,
  "N*(1e24)": ({ alpha, A, beta, B }) =>
    ((alpha * A) / (beta * B)) ** (1 / (alpha + beta)) * (1e24 / 6) ** (beta / (alpha + beta)),
};
const hits: Record<string, { held: number; width: number }> = {};
const count = (name: string, [low, high]: readonly [number, number], truth: number, unit = 1) => {
  hits[name] ??= { held: 0, width: 0 };
  hits[name].held += Number(truth >= low && truth <= high);
  hits[name].width += Math.min(high - low, 10 * unit) / unit;
};
for (let seed = 1; seed <= studies; seed++) {
  const { law, runs } = study(seed);
  const fit = fitParametric(runs, { starts: "projection" });
  const { draws: laws } = await bootstrap(runs, { method: "parametric", law: fit, delta: fit.delta }, { draws, seed });
  for (const [name, of] of Object.entries(derived))
    count(`bootstrap ${name}`, interval(laws.map((draw) => of(draw as Law))), of(law), of(law));
  for (const parameter of ["alpha", "beta"] as const)
    count(
      `profile ${parameter}`,
      profile(runs, fit, parameter, { points: 2 }).interval,
      law[parameter],
      law[parameter],
    );
}
console.log(
  `${studies} laws, ${draws} draws each; Monte-Carlo error of a coverage of 95 %: ${(100 * Math.sqrt((0.95 * 0.05) / studies)).toFixed(1)} %`,
);
for (const [name, { held, width }] of Object.entries(hits))
  console.log(
    `${name.padEnd(22)} holds the truth ${((100 * held) / studies).toFixed(1)} %, mean width ${((100 * width) / studies).toFixed(1)} % of it`,
  );

console.log("approach 2 without noise, α = 0.5, β = 0.2 (a = 0.2857): error of a, and of N*(1e24) as a factor");
const law = { E: 1.8, A: 8000, B: 60, alpha: 0.5, beta: 0.2 };
for (const [what, off, width] of [
  ["centred, factor 4", 1, 4],
  ["centred, factor 36", 1, 36],
  ["centre drifts 3× over the budgets, factor 36", 3, 36],
] as const) {
  const [N, D, loss]: [number[], number[], number[]] = [[], [], []];
  const G = ((law.alpha * law.A) / (law.beta * law.B)) ** (1 / (law.alpha + law.beta));
  const a = law.beta / (law.alpha + law.beta);
  for (let i = 0; i < 7; i++)
    for (let j = 0; j < 9; j++) {
      const product = 10 ** (18 + i / 2) / 6;
      const size = G * product ** a * off ** (i / 3 - 1) * Math.sqrt(width) ** (j / 4 - 1);
      N.push(size);
      D.push(product / size);
      loss.push(lossAt(law, size, product / size));
    }
  const table = runs({ N, D, loss });
  for (const options of [{ within: Infinity }, {}, { curve: "akima" }] as const) {
    const fit = fitIsoflop(table, options);
    const at = fit.size.coefficient * 1e24 ** fit.a;
    const name = "curve" in options ? "Akima" : "within" in options ? "parabola, all sizes" : "parabola, within 8×";
    console.log(
      `  ${what.padEnd(46)} ${name.padEnd(20)} ${(fit.a - a).toFixed(4).padStart(8)}  ${(at / (G * (1e24 / 6) ** a)).toFixed(3)}`,
    );
  }
}
