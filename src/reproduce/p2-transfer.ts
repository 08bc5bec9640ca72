// Paper 2, the transfer functions H_k(t): what is left on average of the residual in mode k.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, logspace, responses, sourceCapacity } from "../index.ts";
import { exp, pow } from "../math/elementary.ts";
import { atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const [A, B, N] = [1.5, 1.25, 128];
const SAMPLES = [16, 64, 256, 1024, Infinity];
const MODES = [1, 10];

export const transfer: Recipe = {
  id: "p2-transfer",
  title: "Transfer functions of modes 1 and 10 for several P",
  settings: "N = 128 and k = 1, 10 are the paper's; (a, b) = (1.5, 1.25), the values of P and gradient flow are ours.",
  run({ quick }) {
    const spectrum = sourceCapacity({ a: A, b: B });
    const times = logspace(0.01, 1e5, quick ? 40 : 160);
    const found = SAMPLES.map((P) => responses({ spectrum, N, P }, { times, modes: MODES }));
    // without bottlenecks a mode decays by itself
    const free = responses({ spectrum, N: 1e9, P: 1e9 }, { times, modes: MODES });
    const decay = MODES.map((k) => times.map((t) => exp(-t / pow(k, B))));
    const farthest = Math.max(
      ...MODES.flatMap((_, m) => [...free.transfer[m]!].map((H, i) => Math.abs(H - decay[m]![i]!))),
    );
    const claims: Claim[] = [atMost("N = P = 10⁹: largest |H_k − e^{−λ_k t}|", 1e-3, { measured: farthest })];
    // at the end a share κ*/(κ* + λ_k) stays, D(κ*) = min(N, P)
    for (const [i, P] of SAMPLES.entries()) {
      if (P !== 16 && P !== Infinity) continue;
      const { kappa } = dynamics({ spectrum, N, P }, { times: [1] }).limit;
      MODES.forEach((k, m) => {
        claims.push(
          equals(`P = ${P === Infinity ? "∞" : P}, k = ${k}: H_k(10⁵) over κ*/(κ* + λ_k)`, 1, 0.02, {
            measured: found[i]!.transfer[m]!.at(-1)! / (kappa / (kappa + pow(k, -B))),
            source: "theory",
          }),
        );
      });
    }
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-transfer",
          title: "Transfer functions",
          setting: `a = ${A}, b = ${B}, N = ${N}, gradient flow`,
          caption:
            "With few samples a mode is learned later, and in part only. Dashed, the mode by itself, without any bottleneck.",
          panels: MODES.map((k, m) => ({
            title: `k = ${k}`,
            x: { label: "time t", log: true },
            y: { label: `H_{${k}}(t)`, log: true },
            series: [
              ...found.map(({ transfer }, i) => ({
                label: SAMPLES[i] === Infinity ? "P = ∞" : `P = ${SAMPLES[i]}`,
                x: times,
                y: transfer[m]!,
                shade: i / (SAMPLES.length - 1),
              })),
              {
                label: "e^{−λt}",
                x: times,
                y: decay[m]!.map((H) => (H > 2e-3 ? H : Number.NaN)),
                mark: "dashed" as const,
                role: "ink" as const,
              },
            ],
          })),
        }),
      ],
      remarks: ["H_k depends on the spectrum of the data alone: the exponent a of the target does not enter."],
    };
  },
};
