// What lasts from one view to the next within a visit: the reader's theme, whether the page is presented and which step of a tour
// is shown (all three in every address), each view's last address, and the point α, β, which is one for all views.

import { choiceField, type Field, read, type Values, write } from "./state.ts";
import { THEMES } from "./theme.ts";
import { STEP_NAMES } from "./tour-steps.ts";

/** A value that a reader has pinned: of which figure, which of its panels, at which x. */
export interface Pin {
  readonly card: string;
  readonly panel: number;
  readonly value: number;
  /** The curve that is followed. */
  readonly series: number;
}

export function parsePin(text: string): Pin | undefined {
  const [, card, panel, value, series = "0"] = /^([a-z]+)\.(\d)\.([-+\d.e]+?)(?:_(\d{1,4}))?$/.exec(text) ?? [];
  return Number.isFinite(Number(value))
    ? { card: card!, panel: Number(panel), value: Number(value), series: Number(series) }
    : undefined;
}

export const writtenPin = ({ card, panel, value, series }: Pin): string =>
  `${card}.${panel}.${+value.toPrecision(9)}${series > 0 ? `_${series}` : ""}`;

const pinField: Field<string> = {
  initial: "",
  parse(text) {
    if (text !== "" && !parsePin(text)) throw new RangeError("must be figure.panel.value or figure.panel.value_curve");
    return text;
  },
  format: (text) => text,
};

const onOff = choiceField(["off", "on"]);

export const FRAME = {
  theme: choiceField(THEMES),
  /** One figure full-screen, large type. A bare `?present` says yes. */
  present: { ...onOff, parse: (text: string) => (text === "" ? "on" : onOff.parse(text)) },
  /** A step of a tour: phases-1 … */
  tour: choiceField(["off", ...STEP_NAMES]),
  /** What is being read off: frontier.0.1e9, or of the third curve frontier.0.1e9_2. */
  pin: pinField,
};

export const frame: Values<typeof FRAME> = { theme: "auto", present: "off", tour: "off", pin: "" };

/** An address of this page: the view first, where it is not the first one, then what the view says, then the frame's own. */
export function address(view: string, rest = ""): string {
  const parts = [view === "phases" ? "" : `view=${view}`, rest, write(FRAME, frame)];
  const search = parts.filter(Boolean).join("&");
  return search ? `?${search}` : location.pathname;
}

/** An address with the frame as it is, whatever it said of it; its hash stays. */
export function inFrame(to: string): string {
  const [search = "", hash] = to.split("#");
  const given = new URLSearchParams(search);
  // another view or example is read anew, unless the address says where
  frame.pin = read({ pin: pinField }, search).values.pin;
  for (const name of Object.keys(FRAME)) given.delete(name);
  const view = given.get("view") ?? "phases";
  given.delete("view");
  // as it is written elsewhere: * stays *
  return address(view, given.toString().replaceAll("%2A", "*")) + (hash ? `#${hash}` : "");
}

const SHARED = ["alpha", "beta"] as const;
const point: { alpha?: string; beta?: string } = {};
const last = new Map<string, string>();

/** A view has these values, some of them by the reader's own choice. */
export function keepPoint(fields: Readonly<Record<string, Field>>, values: object, chosen: Iterable<string>): void {
  if (![...chosen].some((name) => name === "alpha" || name === "beta")) return;
  for (const name of SHARED)
    if (fields[name]) point[name] = fields[name].format((values as Record<string, unknown>)[name]);
}

/** What a view's address said last. */
export function keepAddress(view: string, rest: string): void {
  last.set(view, rest);
}

/** Where a view is to be opened: as it was left, at the point where the reader is now. */
export function resumed(view: string, fields: Readonly<Record<string, Field>>): string {
  const rest = new URLSearchParams(last.get(view) ?? "");
  for (const name of SHARED) {
    const field = fields[name];
    if (field && point[name] !== undefined) {
      if (point[name] === field.format(field.initial)) rest.delete(name);
      else rest.set(name, point[name]);
    }
  }
  return address(view, rest.toString().replaceAll("%2A", "*"));
}

/** Changes what the frame says, and writes it to the address. */
export function keepFrame(patch: Partial<Values<typeof FRAME>>): void {
  Object.assign(frame, patch);
  const given = new URLSearchParams(location.search);
  const view = given.get("view") ?? "phases";
  history.replaceState(null, "", address(view, last.get(view) ?? "") + location.hash);
}

/** The frame as an address has it; `problems` as of `read`. */
export function readFrame(search: string): string[] {
  const { values, problems } = read(FRAME, search);
  Object.assign(frame, values);
  return problems;
}
