// An example of a table of runs: 72 synthetic ones, a known law with noise of 0.3 %, so that a reader can see the fit find it.

/** The law behind the example. */
export const LAW = { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 };
const BUDGETS = [1e18, 3e18, 1e19, 3e19, 1e20, 3e20, 1e21, 3e21];
const SIZES = 9;
const NOISE = 0.003;

/** As CSV, the same each time. */
export function exampleRuns(): string {
  const { E, A, B, alpha, beta } = LAW;
  const rows = BUDGETS.flatMap((C) => {
    const best = ((alpha * A) / (beta * B)) ** (1 / (alpha + beta)) * (C / 6) ** (beta / (alpha + beta));
    return Array.from({ length: SIZES }, (_, i) => {
      const N = best * 10 ** ((i - (SIZES - 1) / 2) / 6);
      const D = C / (6 * N);
      return { N, D, L: E + A / N ** alpha + B / D ** beta };
    });
  });
  let state = 20240;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const lines = rows.map(
    ({ N, D, L }) => `${N.toPrecision(4)},${D.toPrecision(4)},${(L * Math.exp(NOISE * normal())).toFixed(4)}`,
  );
  return `params,tokens,loss\n${lines.join("\n")}\n`;
}
