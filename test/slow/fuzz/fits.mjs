// Calls of tables, fits, forecasts and plans.

import * as laws from "../../../build/lib/fitting/laws/index.js";
import * as lib from "../../../build/lib/index.js";
import { runsOf } from "./values.mjs";

const FORMULAS = [
  "loss = E + (A/N^a + B/D^b)^g",
  "loss = E + A*C^-a",
  "loss = x",
  "loss = E + A/",
  "loss = E + A/(N-N)",
  `loss = ${"(".repeat(2000)}E${")".repeat(2000)}`,
  "loss = min(E, max(A, log(N)))",
  "",
];

const lawOf = (c) => ({
  E: c.real(0.5, 2),
  A: c.log(10, 1e4),
  B: c.log(10, 1e4),
  alpha: c.real(0.2, 0.5),
  beta: c.real(0.2, 0.5),
});

export const calls = {
  fitPowerLaw: (c) => () =>
    lib.fitPowerLaw(
      c.list(() => c.log(1, 1e6)),
      c.list(() => c.log(1, 1e6)),
    ),
  parseNumber: (c) => () =>
    lib.parseNumber(c.pick(["1e400", "7B", "1,000", "-", "", "1e", "0x10", "١", "1_0", "1e-999"])) ?? 0,
  runs: (c) => () => runsOf(c),
  fitRuns: (c) => {
    const runs = runsOf(c);
    return () => lib.fitRuns(runs, { draws: 4, threads: 1, methods: [c.pick([1, 2, 3])] });
  },
  allocate: (c) => () => lib.allocate(lawOf(c), c.log(1e15, 1e25), c.real(1, 10)),
  identifiability: (c) => () => lib.identifiability(runsOf(c)),
  runCount: (c) => () => lib.runCount(runsOf(c)),
  select: (c) => () => lib.select(runsOf(c), (i) => i % 2 === 0),
  dropHighestLoss: (c) => () => lib.dropHighestLoss(runsOf(c), c.whole(0.6, 40)),
  fitParametric: (c) => () =>
    lib.fitParametric(runsOf(c), { starts: "projection", ...c.some({ delta: () => c.log(1e-4, 1) }) }),
  fitIsoflop: (c) => () =>
    lib.fitIsoflop(
      runsOf(c),
      c.some({
        curve: () => c.pick(["parabola", "akima"]),
        slices: () => c.whole(1, 9),
        sameFlops: () => c.log(1.01, 2),
      }),
    ),
  fitEnvelope: (c) => () => lib.fitEnvelope(runsOf(c), c.some({ budgets: () => c.whole(2, 50) })),
  fitOptima: (c) => () => {
    const [flops, N, loss] = [c.rising(1e18, 1e24, 6), c.rising(1e7, 1e11, 6), c.list(() => c.log(1.7, 4), 6)];
    return lib.fitOptima({ flops, N, D: N.map?.((n, i) => flops[i] / (6 * n)), loss }, c.pick(["free", "zero"]));
  },
  bootstrap: (c) => () =>
    lib.bootstrap(
      runsOf(c),
      c.pick([
        { method: "parametric", law: lawOf(c), delta: c.log(1e-4, 1) },
        { method: "isoflop", options: {} },
        { method: "envelope", options: {} },
      ]),
      { draws: c.whole(1, 8), ...c.some({ by: () => c.pick(["auto", "case", "run"]), seed: () => c.whole(1, 1e9) }) },
    ),
  profile: (c) => () => {
    const runs = runsOf(c);
    return lib.profile(runs, lib.fitParametric(runs, { starts: "projection" }), c.pick(["alpha", "beta"]), {
      points: c.whole(3, 9),
    });
  },
  sensitivity: (c) => () => {
    const runs = runsOf(c);
    return lib.sensitivity(runs, lib.fitParametric(runs, { starts: "projection" }));
  },
  rollouts: (c) => () => lib.rollouts(runsOf(c), c.some({ delta: () => c.log(1e-4, 1) })),
  frontierExponents: (c) => () => lib.frontierExponents(lawOf(c)),
  allocateSize: (c) => () => lib.allocateSize(lawOf(c), c.log(1e6, 1e12), c.real(1, 10)),
  budgetFor: (c) => () => lib.budgetFor(lawOf(c), c.log(1.5, 5), c.real(1, 10)),
  missBy: (c) => () => lib.missBy(lawOf(c), c.log(1e18, 1e26), c.real(1, 10), c.log(0.1, 10)),
  lossAt: (c) => () => lib.lossAt(lawOf(c), c.log(1e6, 1e12), c.log(1e8, 1e13)),
  plan: (c) => () =>
    lib.plan(
      lawOf(c),
      c.pick([{ flops: c.log(1e18, 1e26) }, { N: c.log(1e6, 1e12) }, { D: c.log(1e8, 1e13) }, { loss: c.log(1.6, 4) }]),
      {
        flopsPerToken: c.real(1, 10),
        ...c.some({
          needs: () =>
            c.some({ serve: () => c.log(1, 1e15), unique: () => c.log(1e6, 1e13), maxSize: () => c.log(1e6, 1e11) }),
        }),
      },
    ),
  bridge: (c) => () =>
    lib.bridge(
      {
        mean: [c.real(0, 1), c.real(0, 1)],
        covariance: [
          [c.log(1e-6, 0.1), 0],
          [0, c.log(1e-6, 0.1)],
        ],
      },
      c.some({ finiteSize: () => c.log(1e-3, 0.1), most: () => c.real(1, 3) }),
    ),
  gaussian: (c) => () =>
    lib.gaussian(
      c.list(() => c.random()),
      c.list(() => c.random()),
    ),
  forecast: (c) => () => {
    const { xi, eta } = lib.bridge({
      mean: [0.5, 0.4],
      covariance: [
        [1e-4, 0],
        [0, 1e-4],
      ],
    });
    return lib.forecast(
      { xi, eta },
      { flops: c.log(1e18, 1e24), N: c.log(1e6, 1e11), loss: c.log(2, 4), E: c.real(0, 2) },
      c.some({ decades: () => c.real(0, 4), points: () => c.whole(1, 20) }),
    );
  },
  bridgeSpectrum: (c) => () =>
    lib.bridgeSpectrum(
      lib.measured({
        eigenvalues: Array.from({ length: 60 }, (_, j) => c.log(0.8, 1) * (j + 1) ** -1.4),
        energies: Array.from({ length: 60 }, (_, j) => c.log(0.5, 1) * (j + 1) ** -2),
      }),
      c.some({
        ranks: () => [c.whole(1, 20), c.whole(10, 80)],
        draws: () => c.whole(1, 50),
        seed: () => c.whole(1, 1e9),
      }),
    ),
  interval: (c) => () =>
    lib.interval(
      c.list(() => c.random()),
      ...c.maybeOne(() => c.real(0, 1)),
    ),
  quantile: (c) => () => lib.quantile(c.rising(1e-3, 1), c.real(0, 1)),
  columns: (c) => () => {
    const names = c.list(() =>
      c.pick(["N", "D", "C", "loss", "params", "tokens", "val_bpb", "model", "", "__proto__", "Params (M)"]),
    );
    return [lib.recognise(names, {}, []).loss.length];
  },
  parseColumns: (c) => () => [
    Object.keys(lib.parseColumns(c.pick(["N=a", "N=", "=", "", "N=a,N=b", "Q=1", "run="]))).length,
  ],
  parseUnits: (c) => () => lib.parseUnits(c.pick(["N=M", "N=1e9", "N=-1", "N=", "D=inf", "C=gflops", "x", "N=nan"])),
  parseWhere: (c) => () => [
    Object.keys(lib.parseWhere(c.list(() => c.pick(["a=1", "=", "a", "a=b=c", "__proto__=1"])))).length,
  ],
  readTable: (c) => async () => {
    const cell = () => c.pick(["1e9", "7B", "N", "loss", "=1+1", '"', "NaN", "", "1,5", "∞", "params"]);
    const text = Array.from({ length: 1 + Math.floor(5 * c.random()) }, () =>
      Array.from({ length: 1 + Math.floor(4 * c.random()) }, cell).join(c.pick([",", ";", "\t"])),
    ).join("\n");
    const format = c.pick(["csv", "tsv", "json", "jsonl", undefined]);
    const table = await lib.readTable(text, format);
    const way = c.pick([lib.runsFromTable, lib.pointsFromTable, lib.spectrumFromTable, lib.isSpectrum]);
    return way(table) && 1;
  },
  formats: (c) => () => {
    const name = c.pick(["a.csv", "a", ".gz", "x.parquet.gz", "a.json", ""]);
    return [
      lib.formatOf(name).length,
      lib.formatOfContent(Uint8Array.from({ length: 8 }, () => 256 * c.random())).length,
    ];
  },
  fitLaw: (c) => () => {
    const runs = runsOf(c);
    const law = c.random() < 0.5 ? c.pick(laws.REGISTRY) : laws.lawFrom(c.pick(FORMULAS), ["N", "D", "C", "loss"]);
    return laws.fitLaw(
      law,
      runs,
      c.some({ draws: () => c.whole(1, 4), kind: () => c.pick(["huber", "squares", "absolute", "quantile"]) }),
    );
  },
  forecaster: (c) => () =>
    laws
      .forecaster(runsOf(c), c.pick([laws.LAWS, [laws.lawNamed("chinchilla")], []]), { draws: c.whole(1, 20) })
      .at(c.log(1e6, 1e12), c.log(1e8, 1e14)),
  designRuns: (c) => () => {
    const runs = runsOf(c);
    return laws.designRuns(runs, laws.forecaster(runs, laws.LAWS, { draws: 20 }), {
      target: c.log(1e20, 1e25),
      spend: c.log(1e18, 1e23),
      ...c.some({ most: () => c.whole(1, 9), size: () => c.log(1e6, 1e11) }),
    });
  },
  readSavedLaw: (c) => () =>
    laws.readSavedLaw(
      c.pick([
        null,
        1,
        "x",
        [],
        {},
        { format: "isoflop law" },
        { format: "isoflop law", version: 1 },
        { format: "isoflop law", version: c.real(0, 3), rows: {} },
      ]),
    ),
};
