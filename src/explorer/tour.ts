// The box of a tour: what to see in this step, and the way to the next. It points at one card.

import { h, rich } from "./dom.ts";
import { stepNamed, type TourStep } from "./tour-steps.ts";

/** The box of a step; `to` goes to another, or ends the tour. */
export function tourBox(name: string, to: (step: TourStep | undefined) => void): HTMLElement | undefined {
  const found = stepNamed(name);
  if (!found) return undefined;
  const { tour, step, i } = found;
  const { steps } = tour;
  const next = steps[i + 1];
  const previous = steps[i - 1];
  const box = h(
    "aside",
    {
      id: "tour",
      tabindex: -1,
      "aria-label": `Tour: ${tour.title}, step ${i + 1} of ${steps.length}`,
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === "Escape") to(undefined);
        else if (event.key === "ArrowRight" && next) to(next);
        else if (event.key === "ArrowLeft" && previous) to(previous);
        else return;
        event.preventDefault();
      },
    },
    h("p", { class: "hint" }, `${tour.title} · ${i + 1} of ${steps.length}`),
    h("h2", {}, step.title),
    h("p", {}, rich(step.text)),
    h(
      "p",
      { class: "choices" },
      h("button", { type: "button", disabled: !previous, onclick: () => to(previous) }, "Back"),
      h("button", { type: "button", class: "main", onclick: () => to(next) }, next ? "Next" : "Done"),
      h("button", { type: "button", onclick: () => to(undefined) }, "End the tour"),
    ),
  );
  return box;
}
