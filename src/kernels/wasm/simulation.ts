// Marshals assembly/random.ts, gram.ts, tridiagonal.ts and sgd.ts.

import { type Distribution, padded, type Roots, type SimulationKernels, STREAMS, type Steps } from "../simulation.ts";
import type { Arena, Core } from "./core.ts";

/** The seed's low and high 32 bits. */
const key = (seed: number): [number, number] => [seed | 0, Math.floor(seed / 2 ** 32)];

/** The numbers by which assembly/random.ts knows the distributions, and their parameter. */
function kind(distribution: Distribution): [kind: number, parameter: number] {
  if (typeof distribution === "object") return [3, distribution.student];
  return [["normal", "rademacher", "uniform"].indexOf(distribution), 0];
}

function putGamma(arena: Arena, { gamma }: Steps): [pointer: number, stride: number] {
  return typeof gamma === "number" ? [arena.put(Float64Array.of(gamma)), 0] : [arena.put(gamma), 8];
}

const putRoots = (arena: Arena, { root, target }: Roots): [root: number, target: number] => [
  arena.put(root, padded(root.length)),
  arena.put(target, padded(root.length)),
];

export function simulationKernels(core: Core): SimulationKernels {
  return {
    indexPowers(n, p) {
      const arena = core.arena();
      const out = arena.space(padded(n));
      core.call("indexPowers", padded(n), p, out);
      return arena.take(out, n);
    },

    random({ seed, stream, member, step }, distribution, n) {
      const arena = core.arena();
      const out = arena.space(padded(n));
      core.call("fill", ...kind(distribution), 0, padded(n), ...key(seed), STREAMS[stream], member, step, out);
      return arena.take(out, n);
    },

    philox(counter, key) {
      const arena = core.arena();
      const out = arena.space(8);
      core.call("philox", ...counter, ...key, out);
      return new Uint32Array(arena.take(out, 8).buffer);
    },

    gram(roots, { seed, draw, d }) {
      const arena = core.arena();
      const v = roots.root.length;
      const n = padded(d);
      const pointers = putRoots(arena, roots);
      const G = arena.put(new Float64Array(0), n * n);
      const h = arena.put(new Float64Array(0), n);
      const scratch = arena.space(129 * n);
      core.call("gram", v, d, n, ...pointers, ...key(seed), STREAMS.embedding, draw, G, h, scratch);
      return { matrix: arena.take(G, n * n), overlap: arena.take(h, n), d };
    },

    measure({ matrix, overlap, d }) {
      const arena = core.arena();
      const n = overlap.length;
      const G = arena.put(matrix);
      const h = arena.put(overlap);
      const [diagonal, below] = [arena.space(n), arena.space(n)];
      const first = arena.put(Float64Array.of(1), n);
      const norm = core.call("tridiagonalize", d, n, G, h, diagonal, below, arena.space(200 * n));
      const failed = core.call("implicitQL", d, diagonal, below, first);
      const weights = arena.take(first, d).map((s) => (norm * s) ** 2);
      return { eigenvalues: arena.take(diagonal, d), weights, failed };
    },

    embedding(v, { seed, draw, d }) {
      const arena = core.arena();
      const n = padded(d);
      const strips = arena.space(v * n);
      const row = arena.space(n);
      const scale = 1 / Math.sqrt(d);
      core.call("drawStrips", 0, v, d, n, 0, scale, ...key(seed), STREAMS.embedding, draw, row, strips);
      return arena.take(strips, v * n);
    },

    spectralSteps(y, steps) {
      const arena = core.arena();
      const { batch, count, eigenvalues, seed, member, first, limit } = steps;
      const n = padded(y.length);
      const pointer = arena.put(y, n);
      const lambda = arena.put(eigenvalues, n);
      const gamma = putGamma(arena, steps);
      const room = [arena.space(batch * n), arena.space(batch)];
      const modes = [pointer, lambda, ...gamma, ...room];
      const done = core.call("spectralSteps", n, batch, count, ...modes, ...key(seed), member, first, limit);
      y.set(arena.view(pointer, y.length));
      return done;
    },

    denseSteps(theta, strips, roots, steps) {
      const arena = core.arena();
      const { batch, count, members, apart, distribution, noise, seed, member, first, limit } = steps;
      const v = roots.root.length;
      const V = padded(v);
      const n = theta.length / members;
      const matrix = arena.put(strips);
      const data = putRoots(arena, roots);
      const pointer = arena.put(theta);
      const gamma = putGamma(arena, steps);
      const done = arena.space(members);
      const scratch = arena.space(5 * V + members * batch * (n + 1) + 16);
      const shape = [members, batch, count, v, V, n];
      const law = [...kind(distribution), ...gamma, noise];
      core.call(
        "denseSteps",
        ...[...shape, matrix, ...data, pointer, ...law, ...key(seed), member, apart, first, limit, done, scratch],
      );
      theta.set(arena.view(pointer, theta.length));
      return arena.take(done, members);
    },

    denseLoss(theta, strips, roots, members) {
      const arena = core.arena();
      const v = roots.root.length;
      const n = theta.length / members;
      const matrix = arena.put(strips);
      const data = putRoots(arena, roots);
      const pointer = arena.put(theta);
      const scratch = arena.space(2 * v);
      return Float64Array.from({ length: members }, (_, q) =>
        core.call("denseLoss", v, n, matrix, ...data, pointer + 8 * n * q, scratch),
      );
    },
  };
}
