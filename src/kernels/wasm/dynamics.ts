// Marshals assembly/dynamics.ts and the walk of assembly/resolvent.ts.

import { spiral } from "../../math/spiral.ts";
import { type DynamicsKernels, type Measure, type OnePoint, SHARED } from "../dynamics.ts";
import { type Arena, type Core, padded } from "./core.ts";

function putMeasure(arena: Arena, { lambda, weight }: Measure): [n: number, lambda: number, weight: number] {
  const n = padded(lambda.length);
  return [n, arena.put(lambda, n, 1), arena.put(weight, n)];
}

/** One row a node, as assembly/dynamics.ts lays it out: κ, z, R1, R3, D, G. */
function interleaved(nodes: OnePoint): Float64Array {
  const columns = [nodes.kappa, nodes.z, nodes.R1, nodes.R3, nodes.D, nodes.G];
  const rows = new Float64Array(12 * nodes.z.re.length);
  columns.forEach(({ re, im }, c) => {
    for (let i = 0; i < re.length; i++) {
      rows[12 * i + 2 * c] = re[i]!;
      rows[12 * i + 2 * c + 1] = im[i]!;
    }
  });
  return rows;
}

export function dynamicsKernels(core: Core): DynamicsKernels {
  return {
    measureSums(measure, kappa) {
      const arena = core.arena();
      const weights = putMeasure(arena, measure);
      const m = kappa.re.length;
      const kr = arena.put(kappa.re);
      const ki = arena.put(kappa.im);
      const out = arena.space(4 * m);
      core.run.measureSums(...weights, m, kr, ki, out);
      const rows = arena.view(out, 4 * m);
      const column = (c: number) => Float64Array.from({ length: m }, (_, i) => rows[4 * i + c]!);
      return { value: { re: column(0), im: column(1) }, slope: { re: column(2), im: column(3) } };
    },

    walkKappa(data, invN, invP, zeta, first) {
      const arena = core.arena();
      const weights = putMeasure(arena, data);
      const { path, at } = spiral(zeta);
      const m = path.re.length;
      const zr = arena.put(path.re);
      const zi = arena.put(path.im);
      const kr = arena.put(Float64Array.of(first), Math.max(1, m));
      const ki = arena.put(Float64Array.of(0), Math.max(1, m));
      const walked = core.run.walkKappa(
        ...weights,
        invN,
        invP,
        m,
        zr,
        zi,
        kr,
        ki,
        arena.space(core.run.kappaScratch()),
      );
      const [re, im] = [arena.view(kr, m), arena.view(ki, m)];
      const pick = (view: Float64Array) => Float64Array.from(at, (i) => view[i]!);
      return { kappa: { re: pick(re), im: pick(im) }, reached: at.filter((i) => i < walked).length };
    },

    pairForms(nodes, { data, target, invN, invP, variance, shared, summed }) {
      const arena = core.arena();
      const m = nodes.kappa.re.length;
      const kr = arena.put(nodes.kappa.re);
      const ki = arena.put(nodes.kappa.im);
      const pairs = (measure: Measure): number => {
        const weights = putMeasure(arena, measure);
        const out = arena.space(2 * m * (m + 1));
        if (summed) {
          const n = weights[0];
          const room = [arena.space(core.run.pairSumsRoom(n, m)), arena.space(core.run.pairSumsScratch(n))] as const;
          core.run.pairSums(...weights, m, kr, ki, ...room, out);
        } else {
          const rows = arena.space(4 * m);
          core.run.measureSums(...weights, m, kr, ki, rows);
          core.run.pairDifferences(m, kr, ki, rows, out);
        }
        return out;
      };
      const [T0, E1] = [pairs(target), pairs(data)];
      const rows = arena.put(interleaved(nodes));
      const form = arena.space(4 * m * m);
      return shared.map((kind) => {
        core.run.pairForm(SHARED.indexOf(kind), invN, invP, variance, m, rows, T0, E1, form);
        return arena.take(form, 4 * m * m);
      });
    },

    quadraticForms(form, n, vectors) {
      const arena = core.arena();
      const times = vectors.length / n;
      const Q = arena.put(form);
      const w = arena.put(vectors, n * padded(times));
      const out = arena.space(padded(times));
      core.run.quadraticForms(n, Q, padded(times), w, out, arena.space(core.run.quadraticFormsScratch(n)));
      return arena.take(out, times);
    },
  };
}
