import { rmSync } from "node:fs";
import { afterAll, it } from "vitest";
import { damageAndRepair, sound } from "../sweep/damage.ts";

afterAll(() => rmSync(sound, { recursive: true, force: true }));

it("a damaged store is refused, gives back what can be read, and ends as one that was left alone", () =>
  damageAndRepair(24));
