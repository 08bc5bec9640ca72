// The boundary to each module of kernels: every kernel, at sizes where blocks of four, eight and sixteen begin and end, writes nothing
// that is not its own and reads nothing that was not given, so that the bits are those without guard.

import { describe, expect, it, vi } from "vitest";
import { defaultKernels, sharedModule, useKernels } from "../../src/kernels/default.ts";
import * as huber from "../../src/kernels/huber/bytes.ts";
import type { Exports as HuberExports } from "../../src/kernels/huber/exports.ts";
import type { HuberKernels } from "../../src/kernels/huber/kernels.ts";
import { kernelsOn as huberKernelsOn } from "../../src/kernels/huber/wasm.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as laws from "../../src/kernels/laws/bytes.ts";
import type { Exports as LawExports } from "../../src/kernels/laws/exports.ts";
import { OPERATIONS, type TapeKernels } from "../../src/kernels/laws/kernels.ts";
import { kernelsOn as lawKernelsOn } from "../../src/kernels/laws/wasm.ts";
import * as learning from "../../src/kernels/learning/bytes.ts";
import type { Exports as LearningExports } from "../../src/kernels/learning/exports.ts";
import type { LearningKernels } from "../../src/kernels/learning/kernels.ts";
import { kernelsOn as learningKernelsOn } from "../../src/kernels/learning/wasm.ts";
import * as networks from "../../src/kernels/networks/bytes.ts";
import type { Exports as NetworkExports } from "../../src/kernels/networks/exports.ts";
import type { NetworkKernels } from "../../src/kernels/networks/kernels.ts";
import { kernelsOn as networkKernelsOn } from "../../src/kernels/networks/wasm.ts";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import type { ComplexArray } from "../../src/kernels/resolvent.ts";
import * as sign from "../../src/kernels/sign/bytes.ts";
import type { Exports as SignExports } from "../../src/kernels/sign/exports.ts";
import type { SignKernels } from "../../src/kernels/sign/kernels.ts";
import { kernelsOn as signKernelsOn } from "../../src/kernels/sign/wasm.ts";
import { Core, compiled, coreModule } from "../../src/kernels/wasm/core.ts";
import { kernelsOn } from "../../src/kernels/wasm/wasm.ts";
import { GuardedCore } from "./guarded.ts";

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 130];

/** Numbers in (0, 1), the same at every call of one place. */
const numbers = (n: number, place: number, scale = 1): Float64Array =>
  Float64Array.from(
    { length: n },
    (_, i) => scale * (0.05 + (0.9 * ((Math.imul(i + 1, 2654435761) + place * 40503) >>> 0)) / 2 ** 32),
  );
const complex = (n: number, place: number, scale = 1): ComplexArray => ({
  re: numbers(n, place, scale),
  im: numbers(n, place + 1, scale),
});
const modes = (n: number) => ({
  lambda: numbers(n, 1),
  trace: numbers(n, 2),
  energy: numbers(n, 3),
  ratio: numbers(n, 4),
});
const nodes = (n: number, real = false) => {
  const one = (place: number, scale: number) => {
    const { re, im } = complex(n, place, scale);
    return real ? { re, im: new Float64Array(n) } : { re, im };
  };
  return { z: one(5, 0.5), forcing: one(7, 1 / (n + 1)), source: one(9, 0.1 / (n + 1)), rest: 0.1 };
};
/** A grid of k growing steps: three stages each. */
const stages = (k: number) => ({
  time: Float64Array.from({ length: 3 * k }, (_, i) => 100 + i),
  gamma: numbers(3 * k, 12, 0.1),
  gamma1: numbers(3 * k, 13, 0.1),
  gamma2: numbers(3 * k, 14, 0.1),
  gamma3: numbers(3 * k, 15, 0.1),
  delta: numbers(3 * k, 16, 0.1),
  slope: new Float64Array(3 * k),
  batch: new Float64Array(3 * k).fill(2),
  noise: 0.1,
});
const data = (n: number) => ({ x: numbers(n, 20), y: numbers(n, 21), l: numbers(n, 22), w: numbers(n, 23) });
const roots = (v: number) => ({ root: numbers(v, 24), target: numbers(v, 25) });
const onePoint = (m: number) => ({
  z: complex(m, 30),
  kappa: complex(m, 32),
  R1: complex(m, 34),
  R3: complex(m, 36),
  D: complex(m, 38),
  G: complex(m, 40),
});
const law = { seed: 7, first: 0, limit: 1e9, gamma: 0.05 };

/** Each kernel at n points (modes, rows, features) and k of whatever else it counts. */
type Calls<K> = Record<string, (kernels: K, n: number, k: number) => unknown>;

const CALLS: Calls<Kernels> = {
  modeSums: (kernels, n, k) => kernels.modeSums(modes(n), complex(k, 1)),
  solveKappa: (kernels, n, k) => {
    const kappa = complex(k, 50);
    return [kernels.solveKappa(modes(n), 0.01, 0.005, complex(k, 52), kappa), kappa];
  },
  axisKappa: (kernels, n, k) => kernels.axisKappa(modes(n), 0.01, 0.02, numbers(k, 54)),
  transforms: (kernels, n, k) =>
    kernels.transforms({ modes: modes(n), d: 10, gamma: 0.01, batch: 2, kappa0: 0.02 }, complex(k, 56)),
  sizeLosses: (kernels, n, k) => {
    const unit = { s: complex(2 * n, 92), weight: complex(2 * n, 94) };
    const panel = { nodes: numbers(4, 96), weights: numbers(4, 97) };
    const rule = { alpha: 0.7, beta: 0.3, log: numbers(k + 1, 98), multiplicity: numbers(k + 1, 99) };
    const rest = { d: 10, surplus: 3, batch: 2, step: { share: 0.1 }, tolerance: 1e-9, lastStep: 1e-9 };
    return [modes(n + 1), ...[0, 1, 4].map((end) => ({ ...rule, panel, start: 1, length: 1, end }))].map((made) =>
      kernels.sizeLosses({ modes: made, ...rest }, unit, numbers(k, 100, 1e4), 1.1),
    );
  },
  contourSums: (kernels, n, k) =>
    kernels.contourSums({ s: complex(n, 58), ds: complex(n, 60) }, complex(n, 62), complex(n, 64), numbers(k, 66)),
  stepModes: (kernels, n, k) => {
    const state = complex(n, 68);
    return [
      kernels.stepModes(nodes(n), state, { gamma: numbers(k, 70, 0.1), batch: numbers(k, 71), noise: 0.1 }),
      state,
    ];
  },
  "stepModes, real": (kernels, n, k) => {
    const state = { re: numbers(n, 68), im: new Float64Array(n) };
    return [
      kernels.stepModes(nodes(n, true), state, { gamma: numbers(k, 70, 0.1), batch: numbers(k, 71), noise: 0.1 }),
      state,
    ];
  },
  growModes: (kernels, n, k) => {
    const state = complex(n, 72);
    const values = new Float64Array(k);
    const observed = { weight: complex(n, 74), values };
    return [
      kernels.growModes(nodes(n), state, stages(k)),
      kernels.growModes(nodes(n), state, stages(k), observed),
      state,
      values,
    ];
  },
  powers: (kernels, n, k) => kernels.powers(nodes(n), 0.1, 2, k),
  volterra: (kernels, n) => kernels.volterra(numbers(n, 74), numbers(n, 75, 0.01)),
  stepMomentum: (kernels, n, k) => {
    const state = { R: numbers(n, 76), C: numbers(n, 77), Y: numbers(n, 78) };
    const { time: _, ...drive } = stages(k);
    return [kernels.stepMomentum(nodes(n, true), state, drive), state];
  },
  growMomentum: (kernels, n, k) => {
    const state = { R: numbers(n, 76), C: numbers(n, 77), Y: numbers(n, 78) };
    return [kernels.growMomentum(nodes(n, true), state, stages(k)), state];
  },
  measureSums: (kernels, n, k) =>
    kernels.measureSums({ lambda: numbers(n, 80), weight: numbers(n, 81) }, complex(k, 82)),
  walkKappa: (kernels, n, k) =>
    kernels.walkKappa({ lambda: numbers(n, 80), weight: numbers(n, 81) }, 0.01, 0.005, complex(k, 84, 10), 10),
  pairForms: (kernels, n, k) =>
    [true, false].flatMap((summed) =>
      kernels.pairForms(onePoint(k), {
        data: { lambda: numbers(n, 86), weight: numbers(n, 87) },
        target: { lambda: numbers(n, 88), weight: numbers(n, 89) },
        ...{ invN: 0.01, invP: 0.02, variance: 0.1, shared: ["both", "data", "features", "none"], summed },
      }),
    ),
  pairCurves: (kernels, n, k) =>
    [undefined, complex(k, 92, 0.3)].flatMap((ratio) =>
      kernels.pairCurves(
        onePoint(k),
        {
          data: { lambda: numbers(n, 86), weight: numbers(n, 87) },
          target: { lambda: numbers(n, 88), weight: numbers(n, 89) },
          ...{ invN: 0.01, invP: 0.02, variance: 0.1, shared: ["both", "none"], summed: false },
        },
        {
          weight: complex(k, 94),
          rate: { re: numbers(k, 96, -1), im: numbers(k, 97) },
          ...(ratio && { ratio }),
          times: Float64Array.of(0, 1, 7, n),
        },
      ),
    ),
  quadraticForms: (kernels, n, k) => kernels.quadraticForms(numbers(4 * n * n, 90), 2 * n, numbers(2 * n * k, 91)),
  indexPowers: (kernels, n) => kernels.indexPowers(n, -1.4),
  random: (kernels, n, k) =>
    (["normal", "rademacher", "uniform", { student: 5 }] as const).map((distribution) =>
      kernels.random({ seed: 3, stream: "data", member: k, step: 2 }, distribution, n),
    ),
  philox: (kernels, n, k) => kernels.philox([n, k, 1, 2], [3, 4]),
  gram: (kernels, n, k) => {
    const gram = kernels.gram(roots(n + k), { seed: 5, draw: 1, d: Math.max(1, n) });
    const T = kernels.tridiagonalize(gram);
    return [gram.matrix, T, kernels.measure(T)];
  },
  embedding: (kernels, n, k) =>
    (["f64", "f32"] as const).map((precision) =>
      kernels.embedding(k, { seed: 5, draw: 2, d: Math.max(1, n) }, precision),
    ),
  spectralSteps: (kernels, n, k) => {
    const u = numbers(16 * Math.ceil((n + 1) / 16), 100);
    const more = { eigenvalues: numbers(u.length, 101), member: 1, count: k, batch: 3 };
    return [kernels.spectralSteps(u, { ...law, ...more }), u];
  },
  denseSteps: (kernels, n, k) =>
    (["f64", "f32"] as const).map((precision) => {
      const d = Math.max(1, n);
      const v = d + 3;
      const strips = kernels.embedding(v, { seed: 5, draw: 2, d }, precision);
      const theta = new Float64Array(2 * 16 * Math.ceil(d / 16));
      const more = { member: 0, members: 2, apart: 1, distribution: "normal", noise: 0.1, count: k, batch: 2 } as const;
      const done = kernels.denseSteps(theta, strips, roots(v), { ...law, gamma: 0.001, ...more });
      return [done, theta, kernels.denseLoss(theta, strips, roots(v), 2)];
    }),
};

const HUBER_CALLS: Calls<HuberKernels> = {
  huber: (kernels, n) => kernels.huber(data(n), 1e-3, Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5)),
  minimiseHuber: (kernels, n, k) =>
    [true, false].map((near) => kernels.minimiseHuber(data(n), 1e-3, numbers(5 * k, 110), { near, maxIterations: 5 })),
  projectionGains: (kernels, n, k) => {
    const rows = 4 * Math.ceil(n / 4);
    return kernels.projectionGains({ n: rows, count: 4, values: numbers(rows * 9, 112) }, numbers(rows * k, 113));
  },
  logs: (kernels, n) => kernels.logs(numbers(n, 114)),
};

const signNodes = (n: number) => {
  const { forcing: _, ...rest } = nodes(n);
  return { ...rest, forcing: complex(n, 7), spread: 0.3, shape: Float64Array.of(0.4, 1.1, 0.1) };
};

const SIGN_CALLS: Calls<SignKernels> = {
  rowSums: (kernels, n, k) =>
    [0, Math.min(n, 3)].map((heads) => {
      // beside the heads, one row for all modes and two powers
      const [root, weights] = [numbers(k + 1, 120), numbers((k + 1) * (heads + 3), 121)];
      return kernels.rowSums({ root, weights, heads, scale: 0.9 }, modes(n), n + 1, complex(k, 122), 1);
    }),
  stepSign: (kernels, n, k) =>
    [false, true].map((given) => {
      const [state, rates] = [complex(n, 68), numbers(k, 125, 0.1)];
      return [
        kernels.stepSign(signNodes(n), state, { eta: numbers(k, 126, 0.1), rates, given, noise: 0.1 }),
        state,
        rates,
      ];
    }),
  growSign: (kernels, n, k) =>
    [false, true].map((given) => {
      const [state, rates] = [complex(n, 68), numbers(3 * k, 127, 0.1)];
      const { time, slope } = stages(k);
      const drive = { eta: numbers(3 * k, 128, 0.01), rates, given, noise: 0.1 };
      return [
        kernels.growSign(signNodes(n), state, { ...drive, time, slope, before: 0.1, settled: 1e-10 }),
        state,
        rates,
      ];
    }),
};

const LAW_CALLS: Calls<TapeKernels> = {
  runTape: (kernels, n, k) => {
    // two columns, k parameters and a constant, each operation of the last result and a slot
    const first = 2 + k + 1;
    const code = Int32Array.from(OPERATIONS.flatMap((_, o) => [o, o === 0 ? 0 : first + o - 1, (3 * o) % first]));
    const tape = { columns: 2, parameters: k, constants: Float64Array.of(1.5), code };
    return [true, false].map((derivatives) => kernels.runTape(tape, numbers(2 * n, 130), numbers(k, 131), derivatives));
  },
};

/** A positive definite matrix. */
const definite = (n: number) => numbers(n * n, 140).map((x, i) => (i % (n + 1) === 0 ? n + x : x));
const targets = (n: number, k: number) => Array.from({ length: k }, (_, t) => numbers(n, 141 + t));

const LEARNING_CALLS: Calls<LearningKernels> = {
  crossProduct: (kernels, n, k) => {
    const A = numbers(n * (k + 1), 150);
    return [kernels.crossProduct(A, k + 1), kernels.crossProduct(A, k + 1, numbers((k + 2) * (k + 1), 151))];
  },
  ridgePath: (kernels, n, k) =>
    n > 0 && [0, 2].map((count) => kernels.ridgePath(definite(n), targets(n, count), numbers(k, 152))),
  regress: (kernels, n, k) => n > 0 && kernels.regress(definite(n), targets(n, k), 0.1),
};

const singles = (n: number, place: number) => Float32Array.from(numbers(n, place), (x) => x - 0.5);

const NETWORK_CALLS: Calls<NetworkKernels> = {
  product: (kernels, n, k) =>
    [false, true].map((turned) =>
      kernels.product(singles(n * (k + 1), 160), singles((k + 2) * (k + 1), 161), k + 1, turned),
    ),
  outputs: (kernels, n, k) =>
    n > 0 &&
    kernels.outputs({ sizes: [n, k + 1, 2], scales: [1, 0.5] }, singles((n + 2) * (k + 1), 162), singles(5 * n, 163)),
  train: (kernels, n, k) =>
    n > 0 &&
    (["squared", "entropy"] as const).map((loss) => {
      const [sizes, count] = [[n, k + 1, 9, 2], (n + 9) * (k + 1) + 18];
      const [W, V] = [singles(count, 164), singles(count, 165)];
      const options = { loss, eta: 0.1, momentum: loss === "squared" ? 0.9 : 0, batch: 3, limit: 1e9 };
      const shape = { sizes, scales: [1, 0.5, 0.5] };
      return [
        kernels.train(
          shape,
          W,
          V,
          singles(6 * n, 166),
          singles(12, 167),
          loss === "squared" ? singles(12, 168) : undefined,
          options,
        ),
        W,
        V,
      ];
    }),
};

/** Every number in a result, as its bits. */
function bits(value: unknown): string[] {
  if (typeof value === "number") return [String(new BigUint64Array(Float64Array.of(value).buffer)[0])];
  if (ArrayBuffer.isView(value))
    return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")];
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(bits);
  return [String(value)];
}

/** Each of `calls` on the kernels of a module, with and without guard. within: kernels that others are called with. */
function keep<E extends { heapBase(): number }, K extends object>(
  module: WebAssembly.Module,
  on: (core: Core<E>) => K,
  calls: Calls<K>,
  within: readonly string[] = [],
): void {
  const guarded = new GuardedCore<E>(module);
  const [under, plain] = [on(guarded), on(new Core<E>(module))];

  it.each(Object.keys(calls))("%s keeps to what it is given", (name) => {
    for (const n of SIZES)
      for (const k of [0, 1, 2, 3, 5, 8]) {
        if (n * k > 300) continue;
        const setting = `${name} at n = ${n}, k = ${k}`;
        const found = bits(calls[name]!(under, n, k));
        expect(guarded.broken(), setting).toEqual([]);
        expect(found, setting).toEqual(bits(calls[name]!(plain, n, k)));
      }
  });

  it("calls every kernel", () => {
    const all = Object.entries(plain).flatMap(([name, kernel]) => (typeof kernel === "function" ? [name] : []));
    const called = Object.keys(calls).map((name) => name.split(",")[0]!);
    expect(all.filter((name) => !called.includes(name) && !within.includes(name))).toEqual([]);
  });
}

describe("the boundary to the core", () => {
  keep(coreModule(), kernelsOn, CALLS, ["tridiagonalize", "measure", "denseLoss"]);

  it("tells a write past a block and where nothing is", () => {
    const guarded = new GuardedCore<HuberExports>(compiled(huber.bytes, huber.size));
    const arena = guarded.arena();
    const [x, out] = [arena.put(numbers(8, 1)), arena.space(4)];
    guarded.run.logs(8, x, out);
    expect(guarded.broken()).toEqual(["block 1 of 32 bytes: byte 32"]);
    guarded.arena();
    guarded.run.logs(4, x, 8);
    expect(guarded.broken()).toEqual(["address 8, which is nobody's"]);
  });
});

describe("the boundary to the kernels of sign SGD", () => {
  keep<SignExports, SignKernels>(compiled(sign.bytes, sign.size), signKernelsOn, SIGN_CALLS);
});

describe("the boundary to the kernels of approach 3", () => {
  keep<HuberExports, HuberKernels>(compiled(huber.bytes, huber.size), huberKernelsOn, HUBER_CALLS);
});

describe("the boundary to the kernels of formulas", () => {
  keep<LawExports, TapeKernels>(compiled(laws.bytes, laws.size), lawKernelsOn, LAW_CALLS);
});

describe("the boundary to the kernels for real data", () => {
  keep<LearningExports, LearningKernels>(compiled(learning.bytes, learning.size), learningKernelsOn, LEARNING_CALLS);
});

describe("the boundary to the kernels of networks", () => {
  keep<NetworkExports, NetworkKernels>(compiled(networks.bytes, networks.size), networkKernelsOn, NETWORK_CALLS);
});

describe("the default kernels", () => {
  it("are those that were set, then the core again", () => {
    useKernels(referenceKernels);
    expect([defaultKernels().name, sharedModule()]).toEqual(["reference", undefined]);
    useKernels(undefined);
    expect(defaultKernels().name).toBe("wasm");
    expect(sharedModule()).toBeInstanceOf(WebAssembly.Module);
  });

  it("say what to do where there is no SIMD", () => {
    const { Module } = WebAssembly;
    useKernels(undefined);
    try {
      vi.stubGlobal("WebAssembly", undefined);
      expect(() => defaultKernels()).toThrow(
        /^this engine has no WebAssembly SIMD: call useKernels\(referenceKernels\)/,
      );
    } finally {
      vi.unstubAllGlobals();
    }
    expect(WebAssembly.Module).toBe(Module);
  });
});
