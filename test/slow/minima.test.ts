// Every law of the registry on every published table that has its columns: no minimum above the best of 100 starts of SciPy, nor above
// what SciPy makes of where the fit ended.

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type Compared, compared } from "../../bench/minima.ts";
import { REGISTRY } from "../../src/fitting/laws/index.ts";
import { file, present } from "../fitting/data.ts";

const scipy = spawnSync("python3", ["-c", "import scipy"]).status === 0;

describe.skipIf(!(present && scipy))("minima (skipped without ../shared/data or SciPy)", () => {
  it.each(REGISTRY.map(({ name }) => name))(
    "of %s are the lowest",
    async (name) => {
      const above: Compared[] = [];
      let count = 0;
      for await (const one of compared(file("").replace(/\/$/, ""), [name], 100)) {
        count++;
        if (Math.max(one.overStarts, one.overEnd) > 1e-6) above.push(one);
      }
      expect(above).toEqual([]);
      expect(count).toBeGreaterThan(0);
    },
    1_200_000,
  );
});
