// A quantity to set: a number to type and a slider to pull, one value.

import { h, rich } from "./dom.ts";
import { type NumberField, written } from "./state.ts";

export interface Control {
  readonly node: HTMLElement;
  /** Shows a value set elsewhere. */
  show(value: number): void;
  /** Shades the slider from this value on: there the loss grows. */
  limit(from: number): void;
  /** Says what has been done to it; until it is changed again. */
  tell(what: string): void;
}

export interface ControlOptions {
  readonly id: string;
  /** Name and symbol. */
  readonly label: string;
  /** What it is, in a few words. */
  readonly hint?: string;
  readonly field: NumberField;
  /** The slider's ends, where narrower than the field's; it moves in the logarithm where `log`. */
  readonly slider: { readonly least: number; readonly most: number; readonly log?: boolean; readonly step?: number };
  /** `settled` is false while the slider is being pulled. */
  readonly onChange: (value: number, settled: boolean) => void;
}

/** Controls in titled groups, folded away where there is little room. */
export interface Panel {
  readonly node: HTMLElement;
  /** Shows the values as they are. */
  show(): void;
  /** Shades a slider from this value on: there the loss grows. */
  limit(id: string, from: number): void;
  /** Says what has been done to a quantity along with another. */
  tell(id: string, what: string): void;
}

export interface Group {
  readonly title: string;
  readonly controls: readonly (ControlOptions & { readonly value: () => number })[];
}

export function controlPanel(title: string, groups: readonly Group[], life: AbortSignal): Panel {
  const all: (() => void)[] = [];
  const made = new Map<string, Control>();
  const wide = matchMedia("(min-width: 1000px)");
  // there the summary is not shown, and folded controls could never be opened
  const unfold = () => {
    if (wide.matches) node.open = true;
  };
  wide.addEventListener("change", unfold, { signal: life });
  const node = h(
    "details",
    { class: "controls", open: wide.matches },
    h("summary", {}, title),
    ...groups.map((group) =>
      h(
        "fieldset",
        {},
        h("legend", {}, group.title),
        ...group.controls.map((options) => {
          const one = control(options);
          made.set(options.id, one);
          all.push(() => one.show(options.value()));
          return one.node;
        }),
      ),
    ),
  );
  return {
    node,
    show() {
      for (const show of all) show();
    },
    limit: (id, from) => made.get(id)?.limit(from),
    tell: (id, what) => made.get(id)?.tell(what),
  };
}

const NOTCHES = 400;

export function control({ id, label, hint = "", field, slider, onChange }: ControlOptions): Control {
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
    oninput: () => pulled(false),
    onchange: () => pulled(true),
  });
  const pulled = (settled: boolean) => {
    say("");
    onChange(fromSlider(range.valueAsNumber), settled);
  };
  let shown: number | undefined;
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
      if (value === shown) return;
      shown = value;
      if (document.activeElement !== text || text.getAttribute("aria-invalid") !== "true") {
        text.value = written(value);
        say("");
      }
      const at = Math.min(Math.max(toSlider(value), 0), last);
      range.value = String(Number.isFinite(at) ? at : last);
      range.setAttribute("aria-valuetext", written(value));
    },
    tell(what) {
      error.textContent = what;
    },
    limit(from) {
      const share = Math.min(Math.max(toSlider(from) / last, 0), 1);
      range.classList.toggle("limited", share < 1);
      range.style.setProperty("--stable", `${(100 * share).toFixed(1)}%`);
      range.title = share < 1 ? `shaded: unstable from ${written(from)}` : "";
    },
  };
}

/** A choice among names. */
export function choice<T extends string>(
  id: string,
  label: string,
  choices: readonly T[],
  words: Readonly<Record<T, string>>,
  onChange: (value: T) => void,
): { readonly node: HTMLElement; show(value: T): void } {
  const select = h(
    "select",
    { id, onchange: () => onChange(select.value as T) },
    ...choices.map((value) => h("option", { value }, words[value])),
  );
  return {
    node: h("span", { class: "choice" }, h("label", { for: id }, `${label} `), select),
    show(value) {
      select.value = value;
    },
  };
}

/** Three significant digits: what a slider can mean. */
const round = (value: number) => +value.toPrecision(3);
