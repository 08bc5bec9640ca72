// A point of the plane in words: its phase, what is balanced there, and what ten times the compute buys.

import { phase } from "../../index.ts";
import { h, rich } from "../dom.ts";

export function inWords(alpha: number, beta: number): string {
  const { phase: name } = phase({ alpha, beta });
  return `α ${alpha}, β ${beta}: ${name ? `phase ${name}` : "no power law"}`;
}

export function say(node: HTMLElement, alpha: number, beta: number): void {
  const { phase: name, xi, eta, tradeoff, boundary } = phase({ alpha, beta });
  if (name === null) {
    node.replaceChildren(
      h("strong", {}, "No power law"),
      h("p", {}, "α + β ≤ ½: the target has too much in its tail."),
    );
    return;
  }
  const symbol = (component: string) => component.replace(/_(.+)/, "_{$1}");
  const exponent = (value: number) => (Number.isNaN(value) ? "jumps here" : value.toFixed(3));
  node.replaceChildren(
    h("strong", {}, `Phase ${name}`),
    ...(boundary ? [h("span", { class: "boundary" }, ` on ${boundary}`)] : []),
    h("p", { class: "plain" }, inPlainWords(tradeoff!, xi, eta)),
    h(
      "dl",
      {},
      h("dt", {}, rich("best size d^{*} ∝ f^{ξ}")),
      h("dd", {}, `ξ = ${exponent(xi)}`),
      h("dt", {}, rich("best loss P^{*} ∝ f^{−η}")),
      h("dd", {}, `η = ${exponent(eta)}`),
      h("dt", {}, "set by the balance of"),
      h("dd", {}, rich(tradeoff!.map(symbol).join(" and "))),
    ),
  );
}

/** What the parts of the loss are (theory.md, §6). */
const PARTS: Readonly<Record<string, string>> = {
  F_pp: "what is not learned yet",
  F_ac: "what random features distort",
  K_pp: "the noise of single samples",
  F_0: "what too few parameters cannot express",
};

/** A point's law as a sentence: what is balanced, and what ten times the compute buys. */
export function inPlainWords(tradeoff: readonly string[], xi: number, eta: number): string {
  const [one, other] = tradeoff.map((part) => PARTS[part] ?? part);
  const balance = `At the best size ${one} and ${other} fall together`;
  if (Number.isNaN(xi)) return `${balance}; on this line two laws meet.`;
  const times = (exponent: number) => (10 ** exponent).toPrecision(2);
  const alike =
    Math.abs(xi - 0.5) < 0.01
      ? "so size and steps grow alike"
      : xi > 0.5
        ? "so budgets go more into size"
        : "so budgets go more into steps";
  return `${balance}, ${alike}: ten times the compute is best spent on ${times(xi)} times the parameters and ${times(1 - xi)} times the steps, and divides the loss by ${times(eta)}.`;
}
