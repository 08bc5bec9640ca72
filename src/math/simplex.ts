// Minimisation without derivatives in a few variables: the simplex of Nelder and Mead (1965), with the usual factors.

export interface SimplexResult {
  readonly x: number[];
  readonly value: number;
  readonly evaluations: number;
}

/**
 * A local minimum of f from `start`, with first steps `sizes`, until the simplex is smaller than `tolerance` of them or
 * `most` evaluations are spent. f may be Infinity.
 */
export function simplex(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  sizes: readonly number[],
  { tolerance = 1e-3, most = 400 } = {},
): SimplexResult {
  let evaluations = 0;
  const corner = (x: number[]) => {
    evaluations++;
    return { x, value: f(x) };
  };
  const corners = [[...start], ...sizes.map((size, i) => start.map((x, j) => (i === j ? x + size : x)))].map(corner);
  const n = start.length;
  while (evaluations < most) {
    corners.sort((a, b) => a.value - b.value);
    const best = corners[0]!;
    const width = Math.max(...corners.flatMap(({ x }) => x.map((xi, i) => Math.abs((xi - best.x[i]!) / sizes[i]!))));
    if (width < tolerance) break;
    const worst = corners[n]!;
    const centre = start.map((_, i) => corners.slice(0, n).reduce((sum, { x }) => sum + x[i]! / n, 0));
    const along = (t: number) => corner(centre.map((c, i) => c + t * (c - worst.x[i]!)));
    const reflected = along(1);
    if (reflected.value < best.value) {
      const expanded = along(2);
      corners[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[n - 1]!.value) corners[n] = reflected;
    else {
      const inside = along(reflected.value < worst.value ? 0.5 : -0.5);
      if (inside.value < Math.min(reflected.value, worst.value)) corners[n] = inside;
      else for (let k = 1; k <= n; k++) corners[k] = corner(corners[k]!.x.map((x, i) => (x + best.x[i]!) / 2));
    }
  }
  corners.sort((a, b) => a.value - b.value);
  return { ...corners[0]!, evaluations };
}
