// What test/cli/simulate.test.ts does with plain SGD, with an optimiser whose hyperparameters change at every step.
import { it } from "vitest";
import { interruptAndCompare } from "../cli/interrupted.ts";

it("an interrupted simulation with momentum, a schedule and a ramp continues to the same numbers", async () => {
  const run = "simulate --alpha 0.7 --beta 0.7 --d 64 --steps 800000 --members 4 --draws 2 --points 9";
  await interruptAndCompare(`${run} --optimizer dana:decaying --schedule cosine --ramp 0:1,400000:2`);
});
