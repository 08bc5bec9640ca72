// What to train on a budget: the answer to be pasted elsewhere, and the numbers of each approach behind it.

import { type FitResult, type Interval, isLaw, type Model, type Plan, plan } from "../../index.ts";
import { fixed, percent, scripted } from "../../numbers.ts";
import { h, rich } from "../dom.ts";
import { LAW } from "../example.ts";
import { written } from "../state.ts";
import type { ForecastAnswer } from "../work/forecast.ts";

export interface Question {
  readonly result: FitResult;
  readonly budget: number;
  readonly devices: number;
  /** Flop/s of each. */
  readonly rate: number;
  readonly isExample: boolean;
}

const approachesOf = ({ parametric, isoflop, envelope }: FitResult) =>
  [
    { name: "Approach 3, parametric", fitted: parametric },
    { name: "Approach 2, isoFLOP", fitted: isoflop },
    { name: "Approach 1, envelope", fitted: envelope },
  ].filter(({ fitted }) => fitted !== null);

/** The plan of the first approach there is. */
export function bestPlan({ result, budget }: Question): Plan | undefined {
  const [first] = approachesOf(result);
  return first && planOf(result, budget, first);
}

const planOf = (result: FitResult, budget: number, { fitted }: ReturnType<typeof approachesOf>[number]): Plan =>
  plan(
    fitted!.fit as Model,
    { flops: budget },
    { flopsPerToken: result.runs.flopsPerToken, draws: fitted!.bootstrap?.draws ?? [] },
  );

const largest = ({ runs }: FitResult): number => runs.C.reduce((most, C) => Math.max(most, C), 0);
const DAY = 86_400;

/** 9.1 B: as people say sizes. */
export function spoken(value: number): string {
  const units = [
    [1e12, " T"],
    [1e9, " B"],
    [1e6, " M"],
    [1e3, " k"],
  ] as const;
  const [scale, unit] = units.find(([scale]) => value >= 0.9995 * scale) ?? [1, ""];
  const digits = (value / scale).toPrecision(3);
  return digits.includes("e") ? written(value) : `${digits}${unit}`;
}

/** The answer in sentences. */
export function inSentences(question: Question, best: Plan, forecast: ForecastAnswer | undefined): string {
  const { result, budget, devices, rate } = question;
  const { ci, misses } = best;
  const between = (interval: Interval | undefined) =>
    interval ? ` (95 %: ${spoken(interval[0])} to ${spoken(interval[1])})` : "";
  const beyond = budget / largest(result);
  const [half, double] = misses ?? [];
  return [
    `For ${written(budget)} flops: ${spoken(best.N)} parameters${between(ci?.N)} on ${spoken(best.D)} tokens${between(ci?.D)}, ${best.tokensPerParameter.toPrecision(3)} tokens a parameter.`,
    forecast
      ? `Expected loss ${fixed(forecast.loss, 3)}, 95 % ${fixed(forecast.low, 3)} to ${fixed(forecast.high, 3)}, by ${forecast.laws.length} laws ${forecast.tested > 1 ? `tried up to ${forecast.tested} times the compute they had seen` : "that could not be tried beyond these runs"}.`
      : `Expected loss ${fixed(best.loss, 3)}.`,
    beyond > 1
      ? `This reaches ${beyond.toPrecision(2)} times beyond the largest run${beyond > FAR ? ": no interval covers that" : ""}.`
      : "This is within what the runs span.",
    half && double
      ? `Half that size at the same budget: loss ${signed(half.excess)}, as if ${percent(half.wasted, 2)} of it were wasted; twice: ${signed(double.excess)}, ${percent(double.wasted, 2)}.`
      : "",
    `About ${(budget / (devices * rate) / DAY).toPrecision(2)} days on ${devices} devices of ${written(rate)} flop/s each.`,
  ]
    .filter(Boolean)
    .join(" ");
}

const signed = (x: number): string => `${x < 0 ? "−" : "+"}${fixed(Math.abs(x), 4)}`;

/** The card: the answer, and three ways to take it along. */
export function answerCard(
  question: Question,
  best: Plan,
  forecast: ForecastAnswer | undefined,
  command: string,
): HTMLElement {
  const text = inSentences(question, best, forecast);
  const told = h("span", { role: "status" });
  const json = () =>
    JSON.stringify(
      {
        flops: question.budget,
        ...{ N: best.N, D: best.D, loss: best.loss, ci: best.ci, misses: best.misses },
        forecast: forecast ?? null,
        beyond: question.budget / largest(question.result),
        command,
      },
      undefined,
      1,
    );
  const copy = (name: string, what: () => string) =>
    h(
      "button",
      {
        type: "button",
        onclick: async () => {
          try {
            await navigator.clipboard.writeText(what());
            told.textContent = "copied";
          } catch {
            const area = h("textarea", { readonly: true, rows: 4, "aria-label": `The ${name}` });
            area.value = what();
            told.replaceChildren(area);
            area.select();
          }
        },
      },
      `Copy ${name}`,
    );
  return h(
    "div",
    { class: "answer" },
    h("p", {}, text),
    h(
      "p",
      { class: "choices" },
      copy("text", () => text),
      copy("command", () => command),
      copy("JSON", json),
      told,
    ),
  );
}

/** Laws beside each other: on the runs, and beyond what each had seen. */
export function lawTable({ laws, tested, warnings }: ForecastAnswer): HTMLElement {
  const cuts = [...new Set(laws.flatMap(({ heldOut }) => heldOut.map(({ beyond }) => beyond)))];
  const least = Math.min(...laws.map(({ aicc }) => aicc));
  return h(
    "div",
    { class: "card scroll", id: "laws", tabindex: 0, role: "region", "aria-label": "Laws compared" },
    h(
      "table",
      {},
      h(
        "caption",
        {},
        `Laws fitted to these runs, and what each gets wrong ${tested > 1 ? "at so many times the compute it had seen" : "on them: they are too few, or too narrow in compute, to try any law beyond"}. The forecast weighs them by that.`,
      ),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["law", "error", "AICc above best", ...cuts.map((cut) => `error at ${cut}×`), "weight"].map((name) =>
            h("th", { scope: "col" }, name),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...laws.map(({ name, form, rms, aicc, heldOut, weight }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row", title: form }, name),
            h("td", {}, percent(rms, 2)),
            h("td", {}, fixed(aicc - least, 1)),
            ...cuts.map((cut) => {
              const found = heldOut.find(({ beyond }) => beyond === cut);
              return h("td", {}, found ? percent(found.rms, 2) : "");
            }),
            h("td", {}, fixed(weight, 2)),
          ),
        ),
      ),
    ),
    ...warnings.map((warning) => h("p", { class: "hint" }, warning)),
  );
}

/** What to train on the budget, by each approach, and the numbers of its fit. */
export function recommendation({ result, budget, isExample }: Question): Node[] {
  const approaches = approachesOf(result);
  if (approaches.length === 0)
    return result.ray ? alongRay(result, budget) : [h("strong", {}, "No fit"), h("p", {}, "The note above says why.")];
  return approaches.flatMap((approach) => {
    const { name, fitted } = approach;
    const { fit, ci, bridge } = fitted!;
    const best = planOf(result, budget, approach);
    const rows: [string, string][] = [
      ["best N", `${scripted(best.N)} parameters ${range(best.ci?.N, scripted)}`],
      ["best D", `${scripted(best.D)} tokens ${range(best.ci?.D, scripted)}`],
      ["loss then", `${best.loss.toFixed(3)} ${range(best.ci?.loss, (x) => x.toFixed(3))}`],
      ...Object.entries(numbers(fit as Model)).map(([key, value]): [string, string] => [
        SYMBOLS[key] ?? key,
        `${scripted(value)} ${range(ci?.[key], scripted)}${isExample && key in LAW ? `, made with ${LAW[key as keyof typeof LAW]}` : ""}`,
      ]),
      ...(bridge
        ? ([["solvable model", `phase ${bridge.phase} (${(100 * bridge.phases[bridge.phase]).toFixed(0)} %)`]] as [
            string,
            string,
          ][])
        : []),
    ];
    return [
      h("h2", {}, name),
      h("dl", {}, ...rows.flatMap(([label, value]) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))])),
      ...[...gridBias(result, fitted), ...reach(result, budget), ...(bridge?.notes ?? [])].map((note) =>
        h("p", { class: "hint" }, rich(note)),
      ),
    ];
  });
}

/** How wrong an isoFLOP grid is by itself: what approach 2 makes of losses without any noise. */
function gridBias({ isoflop, isoflopBias }: FitResult, fitted: unknown): string[] {
  if (fitted !== isoflop || !isoflopBias) return [];
  const { a, size } = isoflopBias;
  const off = `${a < 0 ? "−" : "+"}${Math.abs(a).toFixed(3)}`;
  return [
    `This grid's own bias: on exact losses of the law of approach 3 at these N and D its minima give an a that is ${off} off, and at the largest budget an N^{*} that is ${size.toFixed(2)} times the best.`,
  ];
}

/** Beyond this many times the largest run no interval is to be believed. */
const FAR = 100;

/** How far a budget is from what the runs show. */
function reach(result: FitResult, budget: number): string[] {
  const beyond = budget / largest(result);
  if (beyond <= 1) return [];
  const times = `This budget is ${scripted(+beyond.toPrecision(2))} times your largest run`;
  return [
    beyond > FAR
      ? `${times}: an extrapolation that the intervals do not cover.`
      : `${times}: the intervals hold what the bootstrap shows, not that the law goes on.`,
  ];
}

/** All that runs along one line tell: the loss along it. */
function alongRay(result: FitResult, budget: number): Node[] {
  const { ray, runs } = result;
  const { E, K, eta, ci } = ray!;
  // log D is a straight line in log N to within rounding: where it meets the budget
  const [x, y] = [runs.N.map(Math.log), runs.D.map(Math.log)];
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / runs.n;
  const [x0, y0] = [mean(x), mean(y)];
  const slope =
    x.reduce((sum, v, i) => sum + (v - x0) * (y[i]! - y0), 0) / x.reduce((sum, v) => sum + (v - x0) ** 2, 0);
  const logN = (Math.log(budget / runs.flopsPerToken) - y0 + slope * x0) / (1 + slope);
  const [N, D] = [Math.exp(logN), Math.exp(y0 + slope * (logN - x0))];
  const rows: [string, string][] = [
    ["on it N", `${scripted(N)} parameters`],
    ["on it D", `${scripted(D)} tokens, D/N = ${scripted(D / N)}`],
    ["loss then", (E + K * budget ** -eta).toFixed(3)],
    ["E", `${scripted(E)} ${range(ci?.E, scripted)}`],
    ["K", `${scripted(K)} ${range(ci?.K, scripted)}`],
    ["η", `${scripted(eta)} ${range(ci?.eta, scripted)}`],
  ];
  return [
    h("h2", {}, rich("Along the line of these runs, L = E + K/C^{η}")),
    h("p", {}, "D is a function of N in them: what another mix of size and data would do, they cannot tell."),
    h("dl", {}, ...rows.flatMap(([label, value]) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))])),
    ...reach(result, budget).map((note) => h("p", { class: "hint" }, rich(note))),
  ];
}

const SYMBOLS: Readonly<Record<string, string>> = { alpha: "α", beta: "β", a: "a, N^{*} ∝ C^{a}" };

function numbers(fit: Model): Record<string, number> {
  if (isLaw(fit)) {
    const { E, A, B, alpha, beta } = fit;
    return { E, A, B, alpha, beta, a: beta / (alpha + beta) };
  }
  return { a: fit.size.exponent };
}

/** An interval of 95 %. */
const range = (ci: Interval | undefined, format: (x: number) => string): string =>
  ci ? `(${format(ci[0])} … ${format(ci[1])})` : "";
