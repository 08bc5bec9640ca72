// The path along which κ is followed, against its definition.

import { describe, expect, it } from "vitest";
import { spiral } from "../../src/math/spiral.ts";

describe("spiral", () => {
  const re = Float64Array.of(5, 3, 0.2, -1e-3, -1e-6);
  const im = Float64Array.of(0, 1, 2, 1e-3, 1e-7);
  const { path, at } = spiral({ re, im });
  const logs = Array.from(
    path.re,
    (x, i) => [Math.log(Math.hypot(x, path.im[i]!)), Math.atan2(path.im[i]!, x)] as const,
  );

  it("goes through every point, in steps of at most 0.35 and no more of them than that takes", () => {
    re.forEach((x, i) => {
      expect([path.re[at[i]!], path.im[at[i]!]]).toEqual([x, im[i]]);
      if (i === 0) return;
      const steps = at[i]! - at[i - 1]!;
      const whole = Math.hypot(
        Math.log(Math.hypot(x, im[i]!) / Math.hypot(re[i - 1]!, im[i - 1]!)),
        Math.atan2(im[i]!, x) - Math.atan2(im[i - 1]!, re[i - 1]!),
      );
      expect(steps).toBe(Math.ceil(whole / 0.35));
    });
    expect(at.at(-1)).toBe(path.re.length - 1);
  });

  it("is straight in log ζ, in even steps", () => {
    for (let i = 1; i < at.length; i++) {
      const [from, to] = [at[i - 1]!, at[i]!];
      for (let k = from; k <= to; k++)
        for (const part of [0, 1] as const) {
          const straight = logs[from]![part] + ((k - from) / (to - from)) * (logs[to]![part] - logs[from]![part]);
          expect(Math.abs(logs[k]![part] - straight)).toBeLessThan(1e-13);
        }
    }
  });
});
