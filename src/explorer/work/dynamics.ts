// What the dynamical model's figures show at one setting: losses over time for several sizes, the parts of one loss, what an
// average of students gains, and what is left of single modes. Its best use of compute is in optimal.ts.

import type { CurvesData, Series } from "../../figures/index.ts";
import { type DynamicsCurve, dynamics, logspace, responses, ruleInWords, UnstableStep } from "../../index.ts";
import { scripted } from "../../numbers.ts";
import { taskOf } from "../task.ts";
import type { Context } from "./context.ts";
import {
  type DynamicsInput,
  type DynamicsKind,
  type DynamicsSetting,
  settingOf,
  sizesNear,
} from "./dynamics-setting.ts";
import { epochs } from "./epochs.ts";
import { approach, optimal } from "./optimal.ts";

export type DynamicsPart =
  | { readonly kind: DynamicsKind; readonly data: CurvesData }
  /** A figure that there is not here, and why. */
  | { readonly kind: DynamicsKind; readonly reason: string };

const DETAIL = { coarse: { times: 28, sizes: 3 }, fine: { times: 90, sizes: 5 } };
const MODES = [1, 10];
/** Below this nothing is left to see. */
const LEAST_LEFT = 1e-4;
/** A variance below this share of the loss is none. */
const ROUNDING = 1e-9;

export async function dynamicsJob(question: DynamicsInput, { emit, pause }: Context<DynamicsPart>): Promise<void> {
  const input = { ...question, ...(await taskOf(question)) };
  const { rule, parts } = input;
  const flow = rule.kind === "gradient-flow";
  const points = logspace(...input.times, DETAIL[input.detail].times);
  const times = flow ? points : Float64Array.from(new Set(points.map((t) => Math.max(1, Math.round(t)))));
  const x = { label: flow ? "training time t (units of 1/λ_{1})" : "training time t (steps)", log: true };
  if (parts.includes("losses") || parts.includes("parts")) await losses(input, times, x, { emit, pause });
  // a step that is too large for this size is told of every figure
  else if (!flow) {
    const { spectrum, N, P, noise } = input;
    dynamics({ spectrum, N, P, noise, rule }, { times: [times[0]!] });
  }
  if (input.detail === "coarse") return;
  if (parts.includes("transfer")) emit({ kind: "transfer", data: transfer(input, times, x) });
  for (const [kind, figure] of [
    ["epochs", epochs],
    ["approach", approach],
    ["optimal", optimal],
  ] as const) {
    if (!parts.includes(kind)) continue;
    await pause();
    if (kind !== "epochs" && rule.kind === "heavy-ball") {
      emit({
        kind,
        reason: "Not drawn for the heavy ball, whose many sizes take half a minute here: choose another rule.",
      });
      continue;
    }
    try {
      emit({ kind, data: await figure(input, pause) });
    } catch (error) {
      // a step may be too large for the smallest of many sizes, and right for this one
      if (!(error instanceof RangeError)) throw error;
      emit({ kind, reason: error.message });
    }
  }
}

/** The losses of several sizes, and the parts of one. */
async function losses(
  input: DynamicsSetting,
  times: Float64Array,
  x: { label: string; log: boolean },
  { emit, pause }: Context<DynamicsPart>,
): Promise<void> {
  const { spectrum, N, P, noise, rule, students, fan } = input;
  const y = { label: noise > 0 ? "loss, σ^{2} included" : "loss", log: true };
  const setting = settingOf(input);

  const isFresh = rule.kind === "sgd" && P === Infinity;
  const own = dynamics(
    { spectrum, N, P, noise, rule },
    { times, decompose: true, ensemble: { students, data: isFresh ? "separate" : input.data } },
  );
  if (!own.stats.converged) throw new Error("no loss was found here: the contour could not be followed");
  await pause();
  const sizes = sizesNear(fan === "N" ? N : P, DETAIL[input.detail].sizes);
  const curves: (DynamicsCurve & { readonly size: number })[] = [];
  const unstable: number[] = [];
  for (const size of sizes) {
    const same = size === (fan === "N" ? N : P);
    try {
      curves.push({ size, ...(same ? own : dynamics({ spectrum, N, P, noise, rule, [fan]: size }, { times })) });
    } catch (error) {
      // a step that is right for this size may be too large for a smaller one
      if (!(error instanceof UnstableStep)) throw error;
      unstable.push(size);
    }
    await pause();
  }
  const shade = (i: number) => (sizes.length > 1 ? i / (sizes.length - 1) : 0.5);
  const name = (size: number) => `${fan} = ${size === Infinity ? "∞" : scripted(size, 4)}`;
  const infinite =
    rule.kind === "sgd"
      ? []
      : [{ label: "N = P = ∞", x: times, y: plain(input, times), role: "muted" as const, unbounded: true }];
  const again = rule.kind === "sgd" && !isFresh;
  const onePass = again
    ? [
        {
          label: `N = ${N === Infinity ? "∞" : scripted(N, 4)}, one pass`,
          x: times,
          y: dynamics({ spectrum, N, noise, rule }, { times }).test,
          role: "ink" as const,
        },
      ]
    : [];
  // fresh samples leave no gap, but its rounding
  const gaps = curves.flatMap(({ size, train, test }, i): Series[] =>
    (fan === "P" ? size : P) === Infinity
      ? []
      : [{ label: name(size), x: times, y: test.map((value, k) => value - train[k]!), shade: shade(i) }],
  );
  emit({
    kind: "losses",
    data: {
      id: "dynamics",
      title: "Losses of random features in training",
      setting: unstable.length > 0 ? `${setting}; not stable, and left out: ${unstable.map(name).join(", ")}` : setting,
      caption: `Test loss, solid, and train loss, dashed, over training time for several ${fan}; and the gap between them.${again ? " Black: one pass through fresh samples; the dashed line is the end of the first epoch." : ""}`,
      panels: [
        {
          title: "Test loss L (solid), train loss L̂ (dashed)",
          x,
          y,
          series: [
            ...infinite,
            ...onePass,
            ...curves.flatMap(({ size, train, test }, i): Series[] => [
              ...(P === Infinity && fan === "N"
                ? []
                : [
                    {
                      x: times,
                      label: `${name(size)}, train`,
                      y: train,
                      mark: "dashed" as const,
                      // it may fall without end: where it is below all the others it leaves the picture
                      unbounded: true,
                      unlisted: true,
                      shade: shade(i),
                    },
                  ]),
              { label: name(size), x: times, y: test, shade: shade(i) },
            ]),
          ],
          // after one epoch every further sample has been seen
          ...(again && fan === "N" && typeof rule.batch === "number" ? { at: { x: [P / rule.batch] } } : {}),
        },
        ...(gaps.length > 0
          ? [{ title: "Gap L − L̂", x, y: { label: "test loss − train loss", log: true }, series: gaps }]
          : []),
      ],
    },
  });
  const { bias, features, data, both, batches } = own.decomposition!;
  const part = (label: string, values: Float64Array, category: number): Series[] =>
    values.some((value) => value > ROUNDING * own.test[0]!) ? [{ label, x: times, y: values, category }] : [];
  emit({
    kind: "parts",
    data: {
      id: "decomposition",
      title: "What the test loss is made of",
      setting,
      caption:
        "Squared bias and the variances over features, data and both together, over time; and the loss of averaged students.",
      panels: [
        {
          title: "Bias and variances",
          x,
          y,
          series: [
            { label: "test loss", x: times, y: own.test, role: "accent" },
            ...part("bias^{2}", bias, 0),
            ...part("variance: features", features, 1),
            ...part("data", data, 2),
            ...part("both", both, 3),
            ...(batches ? part("batches", batches, 4) : []),
            ...(noise > 0
              ? [{ label: "noise σ^{2}", x: times, y: times.map(() => noise), role: "muted" as const }]
              : []),
          ],
        },
        {
          title: "Averaging students",
          x,
          y,
          series: [
            { label: "one student", x: times, y: own.test, role: "accent" },
            { label: `${students} averaged`, x: times, y: own.ensemble!, category: 0 },
            {
              label: "their common bias",
              x: times,
              y: bias.map((value) => value + noise),
              mark: "dashed",
              role: "ink",
            },
          ],
        },
      ],
    },
  });
}

/** What is left of modes 1 and 10, for several P. */
function transfer(
  { spectrum, words, N, P, rule }: DynamicsSetting,
  times: Float64Array,
  x: { label: string; log: boolean },
): CurvesData {
  const fresh = rule.kind === "sgd" && P === Infinity;
  const sizes = fresh ? [Infinity] : [...sizesNear(Number.isFinite(P) ? P : N, 3).filter(Number.isFinite), Infinity];
  const found = sizes.map((P) => ({ P, ...responses({ spectrum, N, P, rule }, { times, modes: MODES }) }));
  const free = responses({ spectrum, rule }, { times, modes: MODES });
  const seen = (values: Float64Array) => values.map((value) => (value > LEAST_LEFT ? value : Number.NaN));
  return {
    id: "transfer",
    title: "What is left of a mode",
    setting: `${words}, N = ${N === Infinity ? "∞" : scripted(N, 4)}, ${ruleInWords(rule, P)}`,
    caption: `Transfer functions of modes ${MODES.join(" and ")} over time, for several P, and of a mode without any bottleneck.`,
    panels: MODES.map((k, m) => ({
      title: `Mode k = ${k}`,
      x,
      y: { label: `H_{${k}}(t), share not learned`, log: true },
      series: [
        ...found.map(({ P, transfer }, i) => ({
          label: P === Infinity ? "P = ∞" : `P = ${scripted(P, 4)}`,
          x: times,
          y: seen(transfer[m]!),
          shade: sizes.length > 1 ? i / (sizes.length - 1) : 0.5,
        })),
        { label: "N = P = ∞", x: times, y: seen(free.transfer[m]!), mark: "dashed" as const, role: "ink" as const },
      ],
    })),
  };
}

/** L(t) without any bottleneck but time. */
function plain({ spectrum, noise, rule }: DynamicsSetting, times: Float64Array): Float64Array {
  return dynamics({ spectrum, noise, rule }, { times }).test;
}
