// The front door, over the first view where the address says nothing: what this is, and three ways in.

import { h } from "./dom.ts";
import { TOURS } from "./tour-steps.ts";

const PAPERS = [
  { name: "Paquette et al. 2024", href: "https://arxiv.org/abs/2405.15074" },
  { name: "Bordelon et al. 2024", href: "https://arxiv.org/abs/2402.01092" },
];

export interface Ways {
  /** To the first step of a tour. */
  readonly tour: (paper: number) => void;
  readonly runs: () => void;
  readonly present: () => void;
}

export function frontDoor(ways: Ways): HTMLElement {
  const way = (title: string, hint: string, ...buttons: Node[]) =>
    h("div", { class: "way" }, h("strong", {}, title), h("p", {}, hint), h("p", { class: "choices" }, ...buttons));
  const button = (text: string, onclick: () => void) => h("button", { type: "button", onclick }, text);
  return h(
    "section",
    { id: "door", "aria-label": "What this is" },
    h(
      "div",
      { class: "what" },
      h("h2", {}, "How big a neural network, trained for how long, on a given budget of compute?"),
      h(
        "p",
        {},
        "Bigger budgets buy lower loss by a power law, and that law decides how millions are spent. This page computes it exactly, in two models where everything is known, as you drag; and fits it to your own training runs.",
      ),
      h(
        "p",
        { class: "hint" },
        "The papers: ",
        ...PAPERS.flatMap(({ name, href }, i) => [
          ...(i > 0 ? [", "] : []),
          h("a", { href, rel: "noopener noreferrer", target: "_blank" }, name),
        ]),
        ". ",
        h("a", { href: "./docs/index.html" }, "Guide, equations, API and gallery"),
        ".",
      ),
    ),
    h(
      "div",
      { class: "ways" },
      way(
        "I am reading the paper",
        "Five steps through its figures, alive.",
        ...TOURS.map(({ title }, i) => button(title, () => ways.tour(i))),
      ),
      way("I have runs", "A table of them gives size and data for your budget.", button("Fit my runs", ways.runs)),
      way("I am giving a talk", "One figure on the whole screen, large.", button("Present", ways.present)),
    ),
  );
}
