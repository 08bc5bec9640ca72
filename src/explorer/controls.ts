// A quantity to set: a number to type and a slider to pull, one value.

import { h, rich } from "./dom.ts";
import { type NumberField, written } from "./state.ts";

export interface Control {
  readonly node: HTMLElement;
  /** Shows a value set elsewhere. */
  show(value: number): void;
}

export interface ControlOptions {
  readonly id: string;
  /** Name and symbol. */
  readonly label: string;
  /** What it is, in a few words. */
  readonly hint: string;
  readonly field: NumberField;
  /** The slider's ends, where narrower than the field's; it moves in the logarithm where `log`. */
  readonly slider: { readonly least: number; readonly most: number; readonly log?: boolean; readonly step?: number };
  /** `settled` is false while the slider is being pulled. */
  readonly onChange: (value: number, settled: boolean) => void;
}

const NOTCHES = 400;

export function control({ id, label, hint, field, slider, onChange }: ControlOptions): Control {
  const { least, most, log = false } = slider;
  const toSlider = (value: number) =>
    log ? (NOTCHES * Math.log(value / least)) / Math.log(most / least) : (value - least) / (slider.step ?? 0.01);
  const fromSlider = (at: number) => {
    if (!log) return round(least + at * (slider.step ?? 0.01));
    const value = least * (most / least) ** (at / NOTCHES);
    return field.limits.whole ? Math.round(value) : round(value);
  };
  const last = log ? NOTCHES : Math.round((most - least) / (slider.step ?? 0.01));
  const text = h("input", {
    id,
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-describedby": `${id}-hint ${id}-error`,
    onchange: () => {
      try {
        const value = field.parse(text.value);
        say("");
        onChange(value, true);
      } catch (problem) {
        say((problem as Error).message);
      }
    },
  });
  const range = h("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    "aria-label": `${label.replace(/[\^_]\{([^}]*)\}/g, "$1")}, slider`,
    oninput: () => onChange(fromSlider(range.valueAsNumber), false),
    onchange: () => onChange(fromSlider(range.valueAsNumber), true),
  });
  const error = h("span", { id: `${id}-error`, class: "error", role: "alert" });
  const say = (problem: string) => {
    error.textContent = problem;
    text.setAttribute("aria-invalid", String(problem !== ""));
  };
  return {
    node: h(
      "div",
      { class: "control" },
      h("label", { for: id }, rich(label)),
      text,
      range,
      h("span", { id: `${id}-hint`, class: "hint" }, rich(hint)),
      error,
    ),
    show(value) {
      if (document.activeElement !== text || text.getAttribute("aria-invalid") !== "true") {
        text.value = written(value);
        say("");
      }
      const at = Math.min(Math.max(toSlider(value), 0), last);
      range.value = String(Number.isFinite(at) ? at : last);
      range.setAttribute("aria-valuetext", written(value));
    },
  };
}

/** Three significant digits: what a slider can mean. */
const round = (value: number) => +value.toPrecision(3);
