// The dynamical model against values computed elsewhere: theory in NumPy without compression, and simulations of finite
// networks (quantities: test, train; ensA, ensD, ensAD correlate two students with other features, other data, both).

import { describe, expect, it } from "vitest";
import { defaultKernels } from "../../src/kernels/default.ts";
import { type DynamicsCurve, dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { dynamicsModel, sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { responses } from "../../src/theory/dynamics/response.ts";
import type { Rule } from "../../src/theory/training/optimizer.ts";
import { groupBy, readFixture, readTable } from "../fixtures.ts";

interface Row {
  a: number;
  b: number;
  M: number;
  N: number;
  P: number;
  sigma: number;
  eta?: number;
  mu?: number;
  B?: number;
  quantity: string;
  t: number;
  theory: number;
  sim_mean: number;
  sim_se: number;
}

const problem = ({ a, b, M, N, P = Infinity, sigma }: Omit<Row, "quantity">, rule?: Rule) => ({
  spectrum: sourceCapacity({ a, b }),
  modes: M,
  N,
  P,
  noise: sigma ** 2,
  ...(rule && { rule }),
});

/** Two students' correlations, from the decomposition. */
function correlations({ test, decomposition }: DynamicsCurve) {
  const { bias, features, data, both, noise } = decomposition!;
  return {
    ensA: test.map((L, i) => L - features[i]! - both[i]!),
    ensD: test.map((L, i) => L - data[i]! - both[i]!),
    ensAD: bias.map((B) => B + noise),
  };
}

describe("curves of gradient flow", () => {
  const cases = groupBy(readFixture("dmft-curves.csv"), ["a", "b", "M", "N", "P", "sigma"]);
  const solved = (accuracy: "fast" | "reference") =>
    cases.map((rows) => {
      const first = rows[0]! as unknown as Row;
      const times = rows.map(({ t }) => t!);
      const options = { times, accuracy, decompose: true, ensemble: { students: 4 } };
      return { rows, curve: dynamics(problem(first), options), scale: rows[0]!.test! };
    });

  it("agree with the reference form to 1e-8", () => {
    for (const { rows, curve, scale } of solved("reference")) {
      const { ensA, ensD, ensAD } = correlations(curve);
      rows.forEach((row, i) => {
        const pairs: [number, number][] = [
          [curve.test[i]!, row.test!],
          [curve.train[i]!, row.train!],
          [ensA[i]!, row.ensA_test!],
          [ensD[i]!, row.ensD_test!],
          [ensAD[i]!, row.ensAD_test!],
          [curve.ensemble![i]!, row.E4_test!],
        ];
        for (const [value, golden] of pairs)
          expect(Math.abs(value - golden)).toBeLessThanOrEqual(Math.max(1e-8 * golden, 1e-10 * scale));
      });
      expect(curve.stats.error).toBeLessThan(1e-10);
    }
  });

  it("agree with the fast form within the error it states, 1e-9 in both losses", () => {
    for (const { rows, curve, scale } of solved("fast")) {
      expect(curve.stats.converged).toBe(true);
      expect(Math.max(curve.stats.error, curve.stats.trainError)).toBeLessThan(1e-9);
      rows.forEach((row, i) => {
        const { error, trainError } = curve.stats;
        expect(Math.abs(curve.test[i]! - row.test!)).toBeLessThanOrEqual((2 * error + 1e-12) * row.test!);
        const least = Math.max(row.train!, 1e-6 * scale);
        expect(Math.abs(curve.train[i]! - row.train!)).toBeLessThanOrEqual((3 * trainError + 1e-12) * least);
      });
    }
  });
});

it("κ, D, G, R1 and R3 at complex z agree to 1e-12", () => {
  const kernels = defaultKernels();
  for (const row of readFixture("dmft-kappa.csv")) {
    const model = dynamicsModel(problem({ ...row, sigma: 0 } as unknown as Row));
    const [invN, invP] = [1 / model.N, 1 / model.P];
    const far = 2 * model.xmax;
    const path = { re: Float64Array.of(far, row.re_z!), im: Float64Array.of(0, row.im_z!) };
    const { kappa, reached } = kernels.walkKappa(model.data, invN, invP, path, far + model.trace * (invN + invP));
    expect(reached).toBe(2);
    const at = { re: kappa.re.slice(1), im: kappa.im.slice(1) };
    const D = kernels.measureSums(model.data, at).value;
    const G = kernels.measureSums(model.target, at).value;
    const near = (value: number[], golden: number[]) =>
      expect(Math.hypot(value[0]! - golden[0]!, value[1]! - golden[1]!)).toBeLessThan(
        1e-12 * Math.max(1, Math.hypot(golden[0]!, golden[1]!)),
      );
    const relative = Math.hypot(at.re[0]! - row.re_kappa!, at.im[0]! - row.im_kappa!);
    expect(relative / Math.hypot(row.re_kappa!, row.im_kappa!)).toBeLessThan(1e-12);
    near([D.re[0]!, D.im[0]!], [row.re_D!, row.im_D!]);
    near([G.re[0]!, G.im[0]!], [row.re_G!, row.im_G!]);
    near([1 - D.re[0]! * invP, -D.im[0]! * invP], [row.re_R1!, row.im_R1!]);
    near([1 - D.re[0]! * invN, -D.im[0]! * invN], [row.re_R3!, row.im_R3!]);
  }
});

describe.each([
  ["gradient flow", "dmft-gradient-flow-simulated.csv", () => undefined],
  [
    "gradient descent and heavy ball",
    "dmft-gd-momentum-simulated.csv",
    ({ eta, mu }: Row): Rule =>
      mu! > 0 ? { kind: "heavy-ball", eta: eta!, momentum: mu! } : { kind: "gradient-descent", eta: eta! },
  ],
  ["one-pass SGD", "dmft-sgd-simulated.csv", ({ eta, B }: Row): Rule => ({ kind: "sgd", eta: eta!, batch: B! })],
] as [string, string, (row: Row) => Rule | undefined][])("%s", (_, file, ruleOf) => {
  const rows = readTable(file).map(
    ({ quantity = "test", ...numbers }) =>
      ({
        quantity,
        ...Object.fromEntries(Object.entries(numbers).map(([name, cell]) => [name, Number(cell)])),
      }) as unknown as Row,
  );
  const cases = groupBy(rows as unknown as Record<string, unknown>[], [
    "a",
    "b",
    "M",
    "N",
    "P",
    "sigma",
    "eta",
    "mu",
    "B",
  ]).map((group) => {
    const some = group as unknown as Row[];
    const first = some[0]!;
    const rule = ruleOf(first);
    const times = [...new Set(some.map(({ t }) => t))].sort((x, y) => x - y);
    const curve = dynamics(problem(first, rule), { times, accuracy: "reference", decompose: rule?.kind !== "sgd" });
    const quantities: Record<string, Float64Array> = { test: curve.test, train: curve.train };
    if (curve.decomposition) Object.assign(quantities, correlations(curve));
    if (rule?.kind !== "sgd") {
      // Σ λ w ⟨v⟩ = Σ c_k H_k(t)
      const k = Array.from({ length: first.M }, (_, i) => i + 1);
      const { transfer } = responses(problem(first, rule), { times, modes: k });
      quantities.meanres = Float64Array.from(times, (_, i) =>
        k.reduce((sum, j) => sum + j ** -first.a * transfer[j - 1]![i]!, 0),
      );
    }
    return { some, times, quantities, first, scale: curve.model.energy + first.sigma ** 2 };
  });

  it("has the theory's values to 1e-8", () => {
    for (const { some, times, quantities, scale } of cases)
      for (const { quantity, t, theory } of some) {
        const value = quantities[quantity]![times.indexOf(t)]!;
        expect(Math.abs(value - theory)).toBeLessThanOrEqual(Math.max(1e-8 * Math.abs(theory), 1e-10 * scale));
      }
  });

  // where the top mode's factor vanishes (ηλ₁ = 1) or oscillates (heavy ball) the leading order in 1/N and 1/P is not enough
  const simulated = cases.filter(({ first }) => !(first.mu! > 0) && first.eta !== 1);
  it("is within 4 s.e. + 3/N + 3/P of the simulations", () => {
    expect(simulated.length).toBeGreaterThan(0);
    for (const { some, times, quantities, first } of simulated)
      for (const { quantity, t, sim_mean, sim_se } of some) {
        if (quantity === "train" && t >= 1e4) continue;
        const theory = quantities[quantity]![times.indexOf(t)]!;
        const finite = 3 / first.N + (Number.isFinite(first.P) ? 3 / first.P : 0);
        expect(Math.abs(sim_mean - theory)).toBeLessThanOrEqual(4 * sim_se + finite * Math.abs(theory));
      }
  });
});
