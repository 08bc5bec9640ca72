// Which column holds what: as it was guessed, to be corrected, with the first rows and what was left out.

import type { Quantity } from "../../index.ts";
import { h, rich } from "../dom.ts";
import type { TableSeen } from "../work/fit.ts";

const QUANTITIES: readonly { readonly name: Exclude<Quantity, "run">; readonly label: string }[] = [
  { name: "loss", label: "loss" },
  { name: "N", label: "N, parameters" },
  { name: "D", label: "D, tokens" },
  { name: "C", label: "C, flops" },
];
const UNITS = { "": "as they are", k: "thousands", M: "millions", B: "billions", T: "trillions" } as const;

export interface Mapping {
  readonly columns: Partial<Record<Quantity, string>>;
  readonly units: Partial<Record<"N" | "D" | "C", string>>;
}

/** "N=params,D=tokens": as the command line and the address have it. */
export const inOneText = (mapping: Readonly<Record<string, string>>): string =>
  Object.entries(mapping)
    .map(([quantity, name]) => `${quantity}=${name}`)
    .join(",");

export function columnMapper(
  { columns, guess, rows, notes }: TableSeen,
  mapping: Mapping,
  change: (to: Mapping) => void,
): HTMLElement {
  const line = ({ name, label }: (typeof QUANTITIES)[number]) => {
    const given = mapping.columns[name];
    const column = h(
      "select",
      {
        id: `column-${name}`,
        onchange: () => {
          const { [name]: _, ...others } = mapping.columns;
          const said = column.value === "?" ? others : { ...others, [name]: column.value };
          change({ ...mapping, columns: said });
        },
      },
      h("option", { value: "?" }, guess[name] === undefined ? "guess: none" : `guess: ${guess[name]}`),
      h("option", { value: "", selected: given === "" }, "none"),
      ...columns.map((value) => h("option", { value, selected: value === given }, value)),
    );
    const unit = h(
      "select",
      {
        "aria-label": `unit of ${label}`,
        onchange: () => {
          const { [name as "N"]: _, ...others } = mapping.units;
          change({ ...mapping, units: unit.value === "" ? others : { ...others, [name]: unit.value } });
        },
      },
      ...Object.entries(UNITS).map(([value, words]) =>
        h("option", { value, selected: value === (mapping.units[name as "N"] ?? "") }, words),
      ),
    );
    return h(
      "div",
      { class: "mapped" },
      h("label", { for: `column-${name}` }, label),
      column,
      name === "loss" ? "" : unit,
    );
  };
  const said = Object.keys(mapping.columns).length + Object.keys(mapping.units).length > 0;
  return h(
    "details",
    { class: "mapper", open: said || notes.length > 0 || guess.loss === undefined },
    h("summary", {}, "Columns and rows"),
    ...QUANTITIES.map(line),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "First rows of the table" },
      h(
        "table",
        {},
        h("caption", {}, "First rows"),
        h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))),
      ),
    ),
    ...(notes.length > 0 ? [h("ul", { class: "hint" }, ...notes.map((note) => h("li", {}, rich(note))))] : []),
  );
}
