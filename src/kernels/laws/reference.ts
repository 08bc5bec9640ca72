// A tape row by row in plain TypeScript: forwards for the value, backwards for the derivatives (Griewank & Walther 2008, §3.2).

import type { TapeKernels } from "./kernels.ts";

export const tapeReference: TapeKernels = {
  runTape({ columns: c, parameters: k, constants, code }, columns, parameters, derivatives) {
    const n = columns.length / c;
    const first = c + k + constants.length;
    const count = code.length / 3;
    const slot = new Float64Array(first + count);
    slot.set(parameters, c);
    slot.set(constants, c + k);
    const adjoint = new Float64Array(first + count);
    const values = new Float64Array(n);
    const jacobian = new Float64Array(derivatives ? k * n : 0);
    for (let row = 0; row < n; row++) {
      for (let j = 0; j < c; j++) slot[j] = columns[j * n + row]!;
      for (let i = 0; i < count; i++) {
        const [x, y] = [slot[code[3 * i + 1]!]!, slot[code[3 * i + 2]!]!];
        slot[first + i] = forward[code[3 * i]!]!(x, y);
      }
      values[row] = slot.at(-1)!;
      if (!derivatives) continue;
      adjoint.fill(0);
      adjoint[first + count - 1] = 1;
      for (let i = count - 1; i >= 0; i--) {
        const [a, b] = [code[3 * i + 1]!, code[3 * i + 2]!];
        const [dx, dy] = backward[code[3 * i]!]!(slot[a]!, slot[b]!, slot[first + i]!, adjoint[first + i]!);
        adjoint[a]! += dx;
        adjoint[b]! += dy;
      }
      for (let j = 0; j < k; j++) jacobian[j * n + row] = adjoint[c + j]!;
    }
    return { values, jacobian };
  },
};

const least = (x: number, y: number, g: number): [number, number] => (x <= y ? [g, 0] : [0, g]);

const forward: readonly ((x: number, y: number) => number)[] = [
  (x, y) => x + y,
  (x, y) => x - y,
  (x, y) => x * y,
  (x, y) => x / y,
  (x) => Math.exp(Math.max(-700, Math.min(700, x))),
  (x) => (x > 0 && x < Infinity ? Math.log(x) : Number.NaN),
  (x, y) => Math.min(x, y),
  (x, y) => Math.max(x, y),
  (x) => Math.expm1(Math.max(-700, Math.min(700, x))),
];

/** What an operation on x and y that gave z passes on to both of ∂/∂z. */
const backward: readonly ((x: number, y: number, z: number, g: number) => [number, number])[] = [
  (_x, _y, _z, g) => [g, g],
  (_x, _y, _z, g) => [g, -g],
  (x, y, _z, g) => [g * y, g * x],
  (_x, y, z, g) => [g / y, (-g / y) * z],
  (_x, _y, z, g) => [g * z, 0],
  (x, _y, _z, g) => [g / x, 0],
  (x, y, _z, g) => least(x, y, g),
  (x, y, _z, g) => least(y, x, g),
  (_x, _y, z, g) => [g * (z + 1), 0],
];
