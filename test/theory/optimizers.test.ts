import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  loss,
  OPTIMIZER_CHOICES,
  optimizerInWords,
  parseOptimizer,
  plrf,
  powerLaw,
  RULE_LABELS,
  RULES,
  sgd,
} from "../../src/index.ts";
import {
  checkRule,
  dana,
  factor,
  gradientDescent,
  gradientFlow,
  hasMemory,
  heavyBall,
  hyperparameters,
  isDiscrete,
  nesterov,
  samplesBefore,
} from "../../src/theory/training/optimizer.ts";
import { shapeOf } from "../../src/theory/training/schedule.ts";

const model = plrf({ spectrum: powerLaw({ alpha: 0.8, beta: 0.6 }), d: 1000, batch: 4 });
const constantShape = shapeOf({ kind: "constant" }, 100);

describe("one language of optimisers", () => {
  it("leaves along an eigenvalue what its coefficients leave of the mean, step by step", () => {
    // (9.2) without noise against p_t of (8.16), (8.17): two descriptions of one optimiser
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.95, noNaN: true }),
        fc.double({ min: 0.001, max: 1.5, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 60 }),
        (mu, x, batch, t) => {
          for (const optimizer of [sgd({ eta: 0.7, batch }), heavyBall({ eta: 0.7, momentum: mu, batch })]) {
            const { at } = hyperparameters(model, optimizer, constantShape);
            let [y, delta] = [0, 1];
            for (let r = 0; r < t; r++) {
              const { gamma1, gamma2, gamma3, delta: forget, batch: B } = at(r);
              const G = B * x * delta;
              y = (1 - forget) * y + gamma1 * G;
              delta -= gamma2 * G + gamma3 * y;
            }
            expect(factor(checkRule(optimizer), x, t)).toBeCloseTo(delta, 10);
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it("takes η = γB for γ, of momentum what multiplies the gradient", () => {
    const steps = [1, 30, 1000];
    const [gamma, batch] = [0.01, 4];
    const by = (optimizer: Parameters<typeof loss>[1]["optimizer"]) =>
      loss(model, { steps, optimizer: optimizer! }).loss;
    expect(by(sgd({ eta: gamma * batch }))).toEqual(by(sgd({ gamma })));
    expect(by(sgd({ eta: gamma * 2, batch: 2 }))).toEqual(by(sgd({ gamma, batch: 2 })));
    expect(by(dana({ eta: gamma * batch }))).toEqual(by(dana({ gamma })));
    for (const make of [heavyBall, nesterov]) {
      const [a, b] = [by(make({ eta: 0.5 * gamma * batch, momentum: 0.5 })), by(make({ gamma, momentum: 0.5 }))];
      a.forEach((value, i) => {
        expect(value).toBeCloseTo(b[i]!, 14);
      });
    }
    // a ramp keeps η, so that γ falls as batches grow
    const { at } = hyperparameters(
      model,
      sgd({
        eta: 0.06,
        batch: [
          [0, 1],
          [10, 3],
        ],
      }),
      constantShape,
    );
    expect([at(9).gamma2, at(10).gamma2]).toEqual([0.06, 0.02]);
    expect(() => sgd({ gamma: 0.1, eta: 0.1 })).toThrow("gamma or eta = gamma·batch, not both");
  });

  it("names every optimiser once, for commands and choosers", () => {
    expect(OPTIMIZER_CHOICES.map(({ name }) => name)).toEqual([
      "sgd",
      "heavy-ball",
      "nesterov",
      "dana-constant",
      "dana-decaying",
      "sign",
    ]);
    for (const { label, make } of OPTIMIZER_CHOICES) {
      const optimizer = make({ momentum: 0.8, delta: 7, strength: 0.3 });
      expect(optimizerInWords(optimizer).toLowerCase()).toContain(label.toLowerCase());
      expect(parseOptimizer(optimizer.kind).kind).toBe(optimizer.kind);
    }
    expect([...RULES].sort()).toEqual(["gradient-descent", "gradient-flow", "heavy-ball", "sgd"]);
    expect(Object.keys(RULE_LABELS)).toEqual([...RULES]);
    expect(parseOptimizer("dana:decaying,delta=9")).toEqual(dana({ variant: "decaying", delta: 9 }));
    expect(samplesBefore([[0, 2], [5, 3]], 7)).toBe(16); // biome-ignore format: one line
  });

  it("gives rules whole, and says what is wrong with them", () => {
    expect(checkRule(undefined)).toEqual(gradientFlow());
    expect(isDiscrete(gradientFlow())).toBe(false);
    expect(checkRule(gradientDescent({ eta: 0.2 }))).toEqual({ kind: "gradient-descent", eta: 0.2 });
    expect(checkRule(sgd({ gamma: 0.1, batch: 3, sampling: "batch" }))).toEqual({
      kind: "sgd",
      eta: 0.1 * 3,
      batch: 3,
      sampling: "batch",
    });
    expect(() => checkRule(sgd({ batch: 2 }))).toThrow("rule.eta must be a number");
    expect(checkRule(sgd({ gamma: 0.1, batch: [[0, 2], [5, 8]], schedule: { kind: "cosine" } }))).toEqual({ kind: "sgd", eta: 0.2, gamma: 0.1, batch: [[0, 2], [5, 8]], schedule: { kind: "cosine" } }); // biome-ignore format: one line
    expect(() => checkRule({ ...heavyBall({ eta: 0.1, momentum: 0.9 }), schedule: { kind: "cosine" } })).toThrow(
      "rule.schedule",
    );
    expect(() => checkRule(nesterov({ eta: 0.1 }))).toThrow("rule.kind must be one of");
    expect(() => checkRule({ kind: "heavy-ball", eta: 0.1, momentum: 1 })).toThrow("rule.momentum must be below 1");
    expect(() => sgd({ sampling: "all" as never })).toThrow("sampling must be one of");
  });
});

it("keeps a y beside θ exactly where its coefficients use one", () => {
  for (const { make } of OPTIMIZER_CHOICES) {
    const optimizer = make({ momentum: 0.9, delta: 8, strength: 1 });
    const { gamma1, gamma3 } = hyperparameters(model, optimizer, constantShape).at(3);
    expect(hasMemory(optimizer)).toBe(gamma1 > 0 && gamma3 > 0);
  }
  expect(hasMemory(parseOptimizer("sign:0.9"))).toBe(true);
});
