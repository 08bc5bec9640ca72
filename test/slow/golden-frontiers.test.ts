// The golden frontiers whose search is dearest: tuned steps, and one more phase (the others: test/theory/trained-frontier.test.ts).
import { expect, it } from "vitest";
import { checkFrontier, rows } from "../theory/golden-frontiers.ts";

const CHOSEN = ["0.7,1.2,0,variational", "0.4,0.9,0,const(tuned)", "0.7,1.2,0,cosine(peak tuned)"];
const chosen = rows.filter(({ alpha, beta, noise, method }) => CHOSEN.includes([alpha, beta, noise, method].join()));

it("are all there", () => expect(chosen.length).toBe(CHOSEN.length));
it.each(chosen.map((row) => [row.alpha, row.beta, row.method, row] as const))("(%f, %f), %s", (_a, _b, _m, row) =>
  checkFrontier(row),
);
