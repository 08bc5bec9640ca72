// What a drawn schedule comes to, in words and in numbers.

import { constant, type Exponents, optimal, phase, type Schedule, sgd, trainedExponents } from "../../index.ts";
import { percent, scripted } from "../../numbers.ts";
import { OPTIMIZER_CHOICES } from "../../theory/training/optimizer.ts";
import { h, rich } from "../dom.ts";
import type { FIELDS } from "../fields.ts";
import type { Values } from "../state.ts";
import { OWN, type SchedulesAnswer } from "../work/schedules.ts";

type State = Values<(typeof FIELDS)["schedules"]>;

/** An optimiser by the name that the address has for it. */
export const chosenBy = (name: string) => OPTIMIZER_CHOICES.find((choice) => choice.name === name)!;

export function say(node: HTMLElement, { rows, offence, noise }: SchedulesAnswer, values: State): void {
  const own = rows.find(({ name }) => name === OWN);
  const named = rows.filter(({ name }) => !name.startsWith(OWN));
  const best = named.length > 0 ? named.reduce((a, b) => (b.loss < a.loss ? b : a)) : undefined;
  const row = (label: string, value: string) => [h("dt", {}, rich(label)), h("dd", {}, rich(value))];
  const comparison = () => {
    if (!own || !best) return "";
    const ratio = own.loss / best.loss;
    if (Math.abs(ratio - 1) < 5e-4) return `as good as ${best.name}`;
    if (ratio < 1) return `${percent(1 - ratio)} below ${best.name}, the best named one`;
    return ratio < 2
      ? `${percent(ratio - 1)} above ${best.name}, the best`
      : `${ratio.toPrecision(3)} times ${best.name}, the best`;
  };
  const { step, limit } = offence ?? { step: 0, limit: 0 };
  const place = `step ${(step + 1).toLocaleString("en")} of ${values.steps.toLocaleString("en")}`;
  node.replaceChildren(
    ...(offence
      ? [
          h("strong", { class: "wrong" }, `Unstable from ${place}`),
          h(
            "p",
            {},
            `There it passes the largest stable step, ${scripted(limit, 4)} × γ, and the loss would grow. Pull the knot down, or make γ smaller.`,
          ),
        ]
      : [h("strong", {}, rich(`Excess loss ${scripted(own?.loss ?? Number.NaN, 4)}`)), h("p", {}, comparison())]),
    h(
      "dl",
      {},
      ...(own && noise > 0 ? row("loss with noise P + σ^{2}", scripted(own.loss + noise, 4)) : []),
      ...exponentRows(values).flatMap(([label, value]) => row(label, value)),
    ),
  );
}

/** What schedules and momentum make of the compute-optimal exponent. */
function exponentRows({ alpha, beta, noise, optimizer }: State): [string, string][] {
  const { phase: name } = phase({ alpha, beta });
  if (name === null) return [["phase", "none: no power law"]];
  const of = (schedule: Schedule) =>
    trainedExponents({ alpha, beta }, { optimizer: sgd({ schedule }), noise: noise > 0, tuned: noise > 0 });
  const eta = (found: Exponents | null) => (found ? `η = ${found.eta.toFixed(3)}` : "η not known");
  const chosen = chosenBy(optimizer);
  const made = chosen.make({});
  const adapted =
    made.kind === "dana"
      ? trainedExponents({ alpha, beta }, { optimizer: made, noise: noise > 0, tuned: false })
      : undefined;
  return [
    ["phase", name],
    ["P^{*} ∝ f^{−η}, constant step", eta(of(constant()))],
    ["best schedule", eta(of(optimal()))],
    ...(adapted === undefined ? [] : ([[chosen.label, eta(adapted)]] as [string, string][])),
  ];
}

/** The outcome as a table. */
export function inNumbers({ rows, noise, error }: SchedulesAnswer): HTMLElement {
  const least = Math.min(...rows.map(({ loss }) => loss));
  const columns: [string, (row: SchedulesAnswer["rows"][number]) => string][] = [
    ["excess loss P(T)", ({ loss }) => scripted(loss, 4)],
    ...(noise > 0 ? ([["with noise P + σ^{2}", ({ loss }) => scripted(loss + noise, 4)]] as typeof columns) : []),
    ["over the best", ({ loss }) => (loss / least).toFixed(3)],
    ["floor F_{0}", ({ F0 }) => scripted(F0, 4)],
    ["not yet learned", ({ bias }) => scripted(bias, 4)],
    ["early noise", ({ early }) => scripted(early, 4)],
    ["late noise", ({ late }) => scripted(late, 4)],
    ["Σγ_{r}/(γT)", ({ spent }) => spent.toFixed(3)],
  ];
  return h(
    "table",
    {},
    h(
      "caption",
      {},
      `At the last step. ${Number.isFinite(error) && error > 0 ? `Estimated relative error at most ${error.toExponential(0)}.` : ""}`,
    ),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...["schedule", ...columns.map(([title]) => title)].map((title) => h("th", { scope: "col" }, rich(title))),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((row) =>
        h("tr", {}, h("th", { scope: "row" }, row.name), ...columns.map(([, cell]) => h("td", {}, rich(cell(row))))),
      ),
    ),
  );
}
