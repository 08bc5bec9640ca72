// Marshals assembly/random.ts, gram.ts, tridiagonal.ts, sgd.ts and single.ts.

import { pow } from "../../math/elementary.ts";
import {
  atStep,
  type Distribution,
  padded,
  type Roots,
  type SimulationKernels,
  STREAMS,
  type Steps,
  type Strips,
} from "../simulation.ts";
import type { Arena, Core } from "./core.ts";

/** The seed's low and high 32 bits. */
const key = (seed: number): [number, number] => [seed | 0, Math.floor(seed / 2 ** 32)];

/** The numbers by which assembly/random.ts knows the distributions, and their parameter. */
function kind(distribution: Distribution): [kind: number, parameter: number] {
  if (typeof distribution === "object") return [3, distribution.student];
  return [["normal", "rademacher", "uniform"].indexOf(distribution), 0];
}

/** What drives the steps as assembly/sgd.ts wants it: γ2, B, γ1, γ3, 1−Δ of each, or once for all; and the largest B. */
function putDrive(arena: Arena, { count, gamma, batch, momentum }: Steps) {
  const { gamma1 = 0, gamma3 = 0, delta = 1 } = momentum ?? {};
  const columns = [gamma, batch, gamma1, gamma3, delta];
  const rows = columns.every((column) => typeof column === "number") ? 1 : count;
  const table = new Float64Array(5 * rows);
  columns.forEach((column, i) => {
    for (let r = 0; r < rows; r++) table[5 * r + i] = i === 4 ? 1 - atStep(column, r) : atStep(column, r);
  });
  const most = typeof batch === "number" ? batch : batch.reduce((a, b) => Math.max(a, b), 0);
  return { drive: [arena.put(table), rows > 1 ? 40 : 0] as const, most };
}

/** y where there is momentum; 0 for plain SGD. */
const putMomentum = (arena: Arena, { momentum }: Steps, n: number): number => (momentum ? arena.put(momentum.y, n) : 0);

const putRoots = (arena: Arena, { root, target }: Roots): [root: number, target: number] => [
  arena.put(root, padded(root.length)),
  arena.put(target, padded(root.length)),
];

const putStrips = (arena: Arena, strips: Strips): number =>
  strips instanceof Float32Array ? arena.putSingles(strips) : arena.put(strips);

export function simulationKernels(core: Core): SimulationKernels {
  return {
    indexPowers(n, p) {
      const arena = core.arena();
      const out = arena.space(padded(n));
      core.run.indexPowers(padded(n), p, out);
      return arena.take(out, n);
    },

    random({ seed, stream, member, step }, distribution, n, out = new Float64Array(n)) {
      const arena = core.arena();
      const drawn = arena.space(padded(n));
      core.run.fill(...kind(distribution), 0, padded(n), ...key(seed), STREAMS[stream], member, step, drawn);
      out.set(arena.view(drawn, n));
      return out;
    },

    philox(counter, key) {
      const arena = core.arena();
      const out = arena.space(16);
      core.run.philox(...counter, ...key, out);
      return new Uint32Array(arena.take(out, 8).buffer);
    },

    gram(roots, { seed, draw, d }) {
      const arena = core.arena();
      const v = roots.root.length;
      const n = padded(d);
      const pointers = putRoots(arena, roots);
      const G = arena.put(new Float64Array(0), n * n);
      const h = arena.put(new Float64Array(0), n);
      const scratch = arena.space(core.run.gramScratch(n));
      core.run.gram(v, d, n, ...pointers, ...key(seed), STREAMS.embedding, draw, G, h, scratch);
      return { matrix: arena.take(G, n * n), overlap: arena.take(h, n), d };
    },

    tridiagonalize({ matrix, overlap, d }) {
      const arena = core.arena();
      const n = overlap.length;
      const G = arena.put(matrix);
      const h = arena.put(overlap);
      const [diagonal, below] = [arena.space(n), arena.space(n)];
      const scratch = arena.space(core.run.tridiagonalizeScratch(n));
      const norm = core.run.tridiagonalize(d, n, G, h, diagonal, below, scratch, 0);
      return { diagonal: arena.take(diagonal, d), below: arena.take(below, d), norm };
    },

    measure({ diagonal, below, norm }) {
      const arena = core.arena();
      const d = diagonal.length;
      const [eigenvalues, e, first] = [arena.put(diagonal), arena.put(below), arena.put(Float64Array.of(1), d)];
      const failed = core.run.rationalQL(d, eigenvalues, e, first);
      const weights = arena.take(first, d).map((s) => pow(norm * s, 2));
      return { eigenvalues: arena.take(eigenvalues, d), weights, failed };
    },

    embedding(v, { seed, draw, d }, precision = "f64") {
      const arena = core.arena();
      const n = padded(d);
      const row = arena.space(n);
      const single = precision === "f32";
      const strips = arena.bytes((single ? 4 : 8) * v * n);
      const numbers = [1 / Math.sqrt(d), ...key(seed), STREAMS.embedding, draw, row, strips] as const;
      if (single) {
        core.run.drawSingleStrips(v, d, n, ...numbers);
        return arena.singles(strips, v * n).slice();
      }
      core.run.drawStrips(0, v, d, n, 0, ...numbers);
      return arena.take(strips, v * n);
    },

    spectralSteps(u, steps) {
      const arena = core.arena();
      const { count, eigenvalues, momentum, seed, member, first, limit } = steps;
      const n = padded(u.length);
      const pointer = arena.put(u, n);
      const y = putMomentum(arena, steps, n);
      const lambda = arena.put(eigenvalues, n);
      const { drive, most } = putDrive(arena, steps);
      const room = [arena.space(most * n), arena.space(most)] as const;
      const modes = [pointer, y, lambda, ...drive, ...room] as const;
      const done = core.run.spectralSteps(n, count, ...modes, ...key(seed), member, first, limit);
      u.set(arena.view(pointer, u.length));
      momentum?.y.set(arena.view(y, u.length));
      return done;
    },

    denseSteps(theta, strips, roots, steps) {
      const arena = core.arena();
      const { count, members, momentum, apart, distribution, noise, seed, member, first, limit } = steps;
      const v = roots.root.length;
      const V = padded(v);
      const n = theta.length / members;
      const matrix = putStrips(arena, strips);
      const data = putRoots(arena, roots);
      const pointer = arena.put(theta);
      const y = putMomentum(arena, steps, theta.length);
      const { drive, most } = putDrive(arena, steps);
      const done = arena.space(members);
      const scratch = arena.space(core.run.denseStepsScratch(V, n, members * most));
      const shape = [members, count, v, V, n, strips instanceof Float32Array, steps.sign ?? false] as const;
      const law = [...kind(distribution), ...drive, Math.sqrt(noise)] as const;
      const ends = [first, limit, done, scratch] as const;
      core.run.denseSteps(...shape, matrix, ...data, pointer, y, ...law, ...key(seed), member, apart, ...ends);
      theta.set(arena.view(pointer, theta.length));
      momentum?.y.set(arena.view(y, theta.length));
      return arena.take(done, members);
    },

    denseLoss(theta, strips, roots, members) {
      const arena = core.arena();
      const v = roots.root.length;
      const n = theta.length / members;
      const matrix = putStrips(arena, strips);
      const data = putRoots(arena, roots);
      const pointer = arena.put(theta);
      const scratch = arena.space(core.run.denseLossScratch(v));
      const kernel = strips instanceof Float32Array ? "singleLoss" : "denseLoss";
      return Float64Array.from({ length: members }, (_, q) =>
        core.run[kernel](v, n, matrix, ...data, pointer + 8 * n * q, scratch),
      );
    },
  };
}
