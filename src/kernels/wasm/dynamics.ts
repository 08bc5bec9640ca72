// Marshals assembly/dynamics.ts and the walk of assembly/resolvent.ts.

import { spiral } from "../../math/spiral.ts";
import { type DynamicsKernels, type Measure, type OnePoint, type PairOptions, SHARED } from "../dynamics.ts";
import type { ComplexArray } from "../resolvent.ts";
import { type Arena, type Core, padded } from "./core.ts";

function putMeasure(arena: Arena, { lambda, weight }: Measure): [n: number, lambda: number, weight: number] {
  const n = padded(lambda.length);
  return [n, arena.put(lambda, n, 1), arena.put(weight, n)];
}

/** (Re, Im) of each column in turns, node by node. */
function interleave(columns: readonly ComplexArray[]): Float64Array {
  const width = 2 * columns.length;
  const rows = new Float64Array(width * columns[0]!.re.length);
  columns.forEach(({ re, im }, c) => {
    for (let i = 0; i < re.length; i++) {
      rows[width * i + 2 * c] = re[i]!;
      rows[width * i + 2 * c + 1] = im[i]!;
    }
  });
  return rows;
}

/** Vectors held at a time: a multiple of 4. */
const ROWS = 512;

export function dynamicsKernels(core: Core): DynamicsKernels {
  /** What `use` makes of each form, which lies in the arena until the next. */
  function formsIn<T>(
    arena: Arena,
    nodes: OnePoint,
    { data, target, invN, invP, variance, shared, summed }: PairOptions,
    use: (form: number) => T,
  ): T[] {
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
    const { kappa, z, R1, R3, D, G } = nodes;
    // one row a node, as assembly/dynamics.ts lays it out
    const rows = arena.put(interleave([kappa, z, R1, R3, D, G]));
    const form = arena.space(4 * m * m);
    return shared.map((kind) => {
      core.run.pairForm(SHARED.indexOf(kind), invN, invP, variance, m, rows, T0, E1, form);
      return use(form);
    });
  }

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

    pairForms: (nodes, options) => {
      const size = 4 * nodes.z.re.length * nodes.z.re.length;
      const arena = core.arena();
      return formsIn(arena, nodes, options, (form) => arena.take(form, size));
    },

    pairCurves(nodes, options, { weight, rate, ratio, times }) {
      const arena = core.arena();
      const m = nodes.z.re.length;
      const even = padded(m, 2);
      const [w, q] = [arena.put(interleave([weight]), 2 * even), ratio ? arena.put(interleave([ratio]), 2 * even) : 0];
      // padding is nothing at any time
      const [rr, ri] = [arena.put(rate.re, even, -1), arena.put(rate.im, even)];
      const out = arena.space(ROWS);
      const scratch = arena.space(core.run.quadraticFormsScratch(2 * m));
      const state = arena.space(core.run.powerRowsScratch(m));
      const room = arena.space(2 * m * ROWS);
      return formsIn(arena, nodes, options, (form) => {
        const curve = new Float64Array(times.length);
        /** The time of each row that waits for its form. */
        let waiting: number[] = [];
        const flush = () => {
          const count = padded(waiting.length);
          arena.view(room + 16 * m * waiting.length, 2 * m * (count - waiting.length)).fill(0);
          core.run.quadraticForms(2 * m, form, count, room, out, scratch);
          const values = arena.view(out, count);
          waiting.forEach((i, row) => {
            curve[i]! += values[row]!;
          });
          waiting = [];
        };
        times.forEach((t, i) => {
          for (let first = 0, more = true; more; ) {
            if (waiting.length === ROWS) flush();
            const to = room + 16 * m * waiting.length;
            const rows = core.run.powerRows(m, w, rr, ri, q, t, first, ROWS - waiting.length, to, state);
            more = rows < 0;
            first += Math.abs(rows);
            for (let k = 0; k < Math.abs(rows); k++) waiting.push(i);
          }
        });
        flush();
        return curve;
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
