// The dynamical model's slow figures: the best use of compute C = E·N·t, and the way to infinite width and data, early and late.

import type { CurvesData } from "../../figures/index.ts";
import {
  computeOptimal,
  type DynamicsCurve,
  dynamics,
  dynamicsExponents,
  fitPowerLaw,
  logspace,
  ruleInWords,
} from "../../index.ts";
import { fixed, scripted } from "../../numbers.ts";
import type { DynamicsSetting } from "./dynamics-setting.ts";

type Pause = () => Promise<void>;

const BUDGETS = logspace(1e3, 1e8, 9);
const SIZES = logspace(1e3, 1e6, 9);
/** Where 1/N and 1/P hold, and where they no longer do. */
const TIMES = [1, 10, 100, 1e3, 1e4];
/** A given step is less stable for fewer features than these. */
const FEWEST = 8;
const MOST_STEPS = 1e5;

/** L*(C), N*(C), t*(C) of one student, and L*(C) of E of them. */
export async function optimal(input: DynamicsSetting, pause: Pause): Promise<CurvesData> {
  const { spectrum, words, exponents, noise, rule, students } = input;
  // samples seen again are in a figure of their own
  const P = rule.kind === "sgd" ? Infinity : input.P;
  const problem = { spectrum, P, noise, rule };
  const discrete = rule.kind !== "gradient-flow";
  const best = async (E: number) => {
    const found = { N: [] as number[], t: [] as number[], loss: [] as number[] };
    for (const C of BUDGETS) {
      const { N, t, loss } = computeOptimal(problem, { compute: [C], students: E, minN: discrete ? FEWEST : 1 });
      found.N.push(N[0]!);
      found.t.push(t[0]!);
      found.loss.push(loss[0]!);
      await pause();
    }
    return found;
  };
  const [one, several] = [await best(1), await best(students)];
  const curves = [];
  const sizes = logspace(one.N[0]!, one.N.at(-1)!, 5);
  for (const N of sizes) {
    const all = logspace(BUDGETS[0]! / 10 / N, BUDGETS.at(-1)! / N, 60);
    const times = discrete ? Float64Array.from(new Set(all.map((t) => Math.max(1, Math.round(t))))) : all;
    // one-pass SGD is stepped: only the early part of small students
    if (rule.kind === "sgd" && times.at(-1)! > MOST_STEPS) continue;
    const { test } = dynamics({ ...problem, N }, { times });
    curves.push({ N, x: times.map((t) => N * t), y: test });
    await pause();
  }
  const reach = curves.map(({ N, x, y }, i) => ({
    ...(i === 0 || i === curves.length - 1 ? { label: `N = ${scripted(Math.round(N))}` } : {}),
    x,
    y: y.map((value, k) => (x[k]! <= BUDGETS.at(-1)! && x[k]! >= BUDGETS[0]! / 10 ? value : Number.NaN)),
    shade: i / Math.max(1, curves.length - 1),
  }));
  const predicted = exponents && dynamicsExponents({ ...exponents, sgd: rule.kind === "sgd" }).optimal.loss;
  const exponent = (y: readonly number[]) => {
    // a loss that is all noise leaves nothing to fit
    const used = BUDGETS.map((_, i) => i).filter((i) => y[i]! > 0);
    if (used.length < 3) return "?";
    return fixed(
      fitPowerLaw(
        used.map((i) => BUDGETS[i]!),
        used.map((i) => y[i]!),
      ).exponent.value,
      3,
    );
  };
  const x = { label: `compute C = E·N·t (features × ${discrete ? "steps" : "time"})`, log: true };
  return {
    id: "optimal",
    title: "The best use of compute",
    setting: `${words}, P = ${P === Infinity ? "∞" : scripted(P, 4)}${noise > 0 ? `, σ^{2} = ${noise}` : ""}, ${ruleInWords(rule, P)}`,
    caption: `The least test loss at each budget of compute, for one student and for ${students}, and the width and time that reach it.`,
    panels: [
      {
        title: "Loss of each N, and the best at a budget L^{*}(C)",
        x,
        y: { label: noise > 0 ? "test loss, σ^{2} included" : "test loss", log: true },
        series: [
          ...reach,
          { label: `L^{*} ∝ C^{${exponent(one.loss.map((L) => L - noise))}}`, x: BUDGETS, y: one.loss, role: "accent" },
          { label: `${students} students`, x: BUDGETS, y: several.loss, mark: "dashed", category: 0 },
          ...(P === Infinity && predicted !== undefined
            ? [
                {
                  label: `predicted C^{−${predicted.toFixed(3)}}`,
                  x: BUDGETS,
                  y: BUDGETS.map((C) => noise + (one.loss[0]! - noise) * (C / BUDGETS[0]!) ** -predicted),
                  mark: "dashed" as const,
                  role: "ink" as const,
                },
              ]
            : []),
        ],
      },
      {
        title: "Width and time that reach it",
        x,
        y: { label: `N^{*} (features), t^{*} (${discrete ? "steps" : "time"})`, log: true },
        series: [
          { label: `N^{*} ∝ C^{${exponent(one.N)}}`, x: BUDGETS, y: one.N, category: 0 },
          { label: `t^{*} ∝ C^{${exponent(one.t)}}`, x: BUDGETS, y: one.t, category: 1 },
        ],
      },
    ],
  };
}

/** L(N) − L(N = ∞) and L(P) − L(P = ∞), the other infinite, at several times and at the end. */
export async function approach(input: DynamicsSetting, pause: Pause): Promise<CurvesData> {
  const { spectrum, words, exponents, noise, rule } = input;
  const known = exponents && dynamicsExponents({ ...exponents, sgd: rule.kind === "sgd" });
  const infinite = dynamics({ spectrum, noise, rule }, { times: TIMES, accuracy: "reference" }).test;
  // one-pass SGD never sees a sample twice
  const resources = rule.kind === "sgd" ? (["N"] as const) : (["N", "P"] as const);
  const panels = [];
  for (const resource of resources) {
    const curves: DynamicsCurve[] = [];
    for (const size of SIZES) {
      curves.push(dynamics({ spectrum, noise, rule, [resource]: size }, { times: TIMES, accuracy: "reference" }));
      await pause();
    }
    const late = curves.map(({ limit }) => limit.test - noise);
    const exponent = known && (resource === "N" ? known.features : known.data);
    panels.push({
      title: resource === "N" ? "To infinite width" : "To infinite data",
      x: { label: resource === "N" ? "features N" : "samples P", log: true },
      y: { label: `L(${resource}) − L(${resource} = ∞)`, log: true },
      series: [
        ...TIMES.map((t, k) => ({
          label: `t = ${scripted(t)}`,
          x: SIZES,
          y: curves.map(({ test }) => test[k]! - infinite[k]!),
          shade: k / TIMES.length,
        })),
        {
          label: exponent === undefined ? "t = ∞" : `t = ∞, ∝ ${resource}^{−${exponent.toFixed(3)}} predicted`,
          x: SIZES,
          y: late,
          role: "accent" as const,
        },
        {
          label: `∝ 1/${resource}`,
          x: SIZES,
          y: SIZES.map((size) => (0.5 * (curves.at(-1)!.test[0]! - infinite[0]!) * SIZES.at(-1)!) / size),
          mark: "dashed" as const,
          role: "ink" as const,
        },
      ],
    });
  }
  return {
    id: "approach",
    title: "How the loss nears that of infinite width and data",
    setting: `${words}${noise > 0 ? `, σ^{2} = ${noise}` : ""}, ${ruleInWords(rule)}`,
    caption:
      "The loss above that of an infinite student, or of infinite data, over the size, at several times and at the end.",
    panels,
  };
}
