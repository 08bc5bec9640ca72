// The exponents of the dynamical model in every regime, fitted to the theory's own curves over decades, beside the laws of
// docs/theory.md, table 8.26, and the exponents usually quoted. Run: npx tsx bench/dynamics-exponents.ts
import {
  computeOptimal,
  dynamics,
  dynamicsExponents,
  dynamicsModel,
  fitPowerLaw,
  logspace,
  sourceCapacity,
} from "../src/index.ts";

const slope = (x: Float64Array, y: Float64Array) => fitPowerLaw(x, y).exponent.value;
const shown = (x: number) => x.toFixed(3).padStart(7);
const row = (name: string, fit: number, law: number, quoted = law) =>
  console.log(`  ${name.padEnd(34)} ${shown(fit)}  ${shown(law)}  ${quoted === law ? "" : shown(quoted)}`);

for (const [a, b] of [
  [1.8, 1.4],
  [1.5, 2],
  [2.2, 1.5],
  [3, 1.5],
  [3.2, 2],
  [5, 1.5],
] as const) {
  const law = dynamicsExponents({ a, b });
  const spectrum = sourceCapacity({ a, b });
  const reference = { accuracy: "reference" } as const;
  console.log(`a = ${a}, b = ${b}                          fitted      law   quoted`);

  const times = logspace(1e4, 1e7, 7);
  row("L over t, N = P = ∞", slope(times, dynamics({ spectrum }, { times }).test), -law.time);

  const sizes = logspace(1e4, 1e6, 7);
  const end = (size: { N?: number; P?: number }) => dynamics({ spectrum, ...size }, { times: [1] }).limit;
  row(
    "L over N, t = P = ∞",
    slope(
      sizes,
      sizes.map((N) => end({ N }).test),
    ),
    -law.features,
    -law.featuresPublished,
  );
  // the bias alone: κ²T, the squared mean residual
  const bias = sizes.map((N) => {
    const { target } = dynamicsModel({ spectrum, N });
    const { kappa } = end({ N });
    return target.lambda.reduce((sum, l, k) => sum + (target.weight[k]! * kappa * kappa) / (kappa + l) ** 2, 0);
  });
  row("bias over N (E = ∞)", slope(sizes, bias), -law.featuresPublished);
  row(
    "L over P, t = N = ∞",
    slope(
      sizes,
      sizes.map((P) => end({ P }).test),
    ),
    -law.data,
  );

  const early = logspace(100, 1e4, 7);
  const infinite = dynamics({ spectrum }, { times: early }).test;
  const excess = (size: { N?: number; P?: number }) =>
    dynamics({ spectrum, ...size }, { times: early, ...reference }).test.map((L, i) => L - infinite[i]!);
  const far = 1e8;
  row("L(N) − L(∞) over t << N^b", slope(early, excess({ N: far })), -law.earlyFeatures);
  row("L(P) − L(∞) over t << P^b", slope(early, excess({ P: far })), -law.earlyData);
  const { test, train } = dynamics({ spectrum, P: far }, { times: early, ...reference });
  row(
    "test − train over t << P^b",
    slope(
      early,
      test.map((L, i) => L - train[i]!),
    ),
    -law.gap,
  );

  const compute = logspace(1e8, 1e12, 9);
  const { fit } = computeOptimal({ spectrum }, { compute });
  row("L* over C = N t", fit!.loss.exponent.value, -law.optimal.loss, -law.optimal.lossPublished);
  row("N* over C", fit!.N.exponent.value, law.optimal.N);
  row("t* over C", fit!.t.exponent.value, law.optimal.t);
}

// one-pass SGD where its noise decides (a > 2b)
const [a, b, eta] = [5, 1.5, 0.3];
const law = dynamicsExponents({ a, b, sgd: true }).optimal;
const spectrum = sourceCapacity({ a, b });
const { fit } = computeOptimal(
  { spectrum, rule: { kind: "sgd", eta, batch: 1 } },
  {
    compute: logspace(1e6, 1e9, 7),
    minN: 20,
  },
);
console.log(`a = ${a}, b = ${b}, one-pass SGD, η = ${eta}, B = 1`);
row("L* over C = N t", fit!.loss.exponent.value, -law.loss, -law.lossPublished);
row("N* over C", fit!.N.exponent.value, law.N);

// the cross term N^-1 P^-(min(a-1,b)-1) of P << N
const P = logspace(100, 1e4, 5);
const cross = P.map((p) => {
  const at = (N: number) =>
    dynamics({ spectrum: sourceCapacity({ a: 3, b: 1.5 }), N, P: p }, { times: [1] }).limit.test;
  return at(1e9) - at(Infinity);
});
console.log("a = 3, b = 1.5, cross term");
row("L(N, P) − L(∞, P) over P << N", slope(P, cross), -(Math.min(2, 1.5) - 1));
