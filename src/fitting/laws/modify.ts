// A law with some of its parameters fixed, tied to others, or of their own in each group of rows. All act on the formula: a number
// or another name takes a parameter's place, or Σ_g p_g·1[row in g], so that everything that fits laws fits these.

import { finite } from "../../check.ts";
import { listed } from "../columns.ts";
import type { Runs } from "../runs.ts";
import { call, named, number, substitute, type Tree } from "./formula.ts";
import type { ScalingLaw } from "./law.ts";

/** Groups that a parameter may have values of its own in. */
const MOST_GROUPS = 20;

const known = (law: ScalingLaw, name: string, what: string): void => {
  if (!law.parameters.includes(name))
    throw new RangeError(`${what}: the law ${law.name} has no parameter ${name}, but ${law.parameters.join(", ")}`);
};

function replaced(law: ScalingLaw, by: ReadonlyMap<string, Tree>, note: string): ScalingLaw {
  return {
    ...law,
    form: `${law.form}; ${note}`,
    tree: substitute(law.tree, (name) => (law.parameters.includes(name) ? by.get(name) : undefined)),
    parameters: law.parameters.filter((name) => !by.has(name)),
  };
}

/**
 * A law with some of its parameters fixed.
 * @throws RangeError where a parameter is not the law's, out of its bounds, or none is left
 */
export function fixed(law: ScalingLaw, values: Readonly<Record<string, number>>): ScalingLaw {
  for (const [name, value] of Object.entries(values)) {
    known(law, name, "fix");
    finite(name, value, ...law.bounds[name]!);
  }
  if (Object.keys(values).length === law.parameters.length)
    throw new RangeError(`every parameter of the law ${law.name} is fixed: leave one free`);
  const by = new Map(Object.entries(values).map(([name, value]) => [name, number(value)]));
  const made = replaced(
    law,
    by,
    Object.entries(values)
      .map(([name, value]) => `${name} = ${value}`)
      .join(", "),
  );
  const { optimum } = law;
  return optimum ? { ...made, optimum: (p, product) => optimum({ ...p, ...values }, product) } : made;
}

/** Ties each parameter named to the one it is given. @throws RangeError where one is not the law's, or tied in a circle */
export function tiedTo(law: ScalingLaw, pairs: Readonly<Record<string, string>>): ScalingLaw {
  for (const [name, other] of Object.entries(pairs)) {
    known(law, name, "tie");
    known(law, other, "tie");
    if (Object.hasOwn(pairs, other)) throw new RangeError(`tie: ${other} is tied itself, so nothing can be tied to it`);
  }
  const by = new Map(Object.entries(pairs).map(([name, other]) => [name, named(other)]));
  const made = replaced(
    law,
    by,
    Object.entries(pairs)
      .map(([name, other]) => `${name} = ${other}`)
      .join(", "),
  );
  const all = (p: Readonly<Record<string, number>>) => ({
    ...p,
    ...Object.fromEntries(Object.entries(pairs).map(([name, other]) => [name, p[other]!])),
  });
  const { optimum } = law;
  return optimum ? { ...made, optimum: (p, product) => optimum(all(p), product) } : made;
}

/**
 * Gives each of `names` a value of its own in every group of rows that share a label.
 * @param column - of `runs.labels`
 * @returns the law, and the runs with the columns it needs
 * @throws RangeError where there are fewer than 2 or more than 20 groups, or a name is not the law's
 */
export function byGroup(
  law: ScalingLaw,
  runs: Runs,
  column: string,
  names: readonly string[],
): { law: ScalingLaw; runs: Runs } {
  const labels = runs.labels?.[column];
  if (!labels) throw new RangeError(`by-group: the table has no column ${JSON.stringify(column)}`);
  for (const name of names) known(law, name, "by-group");
  const groups = [...new Set(labels)];
  if (groups.length < 2 || groups.length > MOST_GROUPS)
    throw new RangeError(
      `by-group: column ${JSON.stringify(column)} has ${groups.length === 1 ? "one value" : `${groups.length} values`} (${listed(groups, 3)}); 2 to ${MOST_GROUPS} groups can have parameters of their own`,
    );
  const indicator = (group: string) => `${column}=${group}`;
  const own = (name: string, group: string) => `${name}[${group}]`;
  const by = new Map(
    names.map((name) => [
      name,
      groups
        .map((group) => call("*", named(own(name, group)), named(indicator(group))))
        .reduce((sum, term) => call("+", sum, term)),
    ]),
  );
  const { optimum: _, ...made } = replaced(law, by, `${names.join(", ")} by ${column}`);
  const spread = <T>(of: Readonly<Record<string, T>>): Record<string, T> => ({
    ...of,
    ...Object.fromEntries(
      names.flatMap((name) => (of[name] === undefined ? [] : groups.map((group) => [own(name, group), of[name]!]))),
    ),
  });
  return {
    law: {
      ...made,
      parameters: law.parameters.flatMap((name) =>
        names.includes(name) ? groups.map((group) => own(name, group)) : [name],
      ),
      bounds: spread(law.bounds),
      ranges: spread(law.ranges),
      inputs: [
        ...law.inputs,
        ...groups.map((group) => ({ name: indicator(group), unit: "1 in the group", columns: [indicator(group)] })),
      ],
    },
    runs: {
      ...runs,
      more: {
        ...runs.more,
        ...Object.fromEntries(
          groups.map((group) => [indicator(group), Float64Array.from(labels, (label) => (label === group ? 1 : 0))]),
        ),
      },
    },
  };
}
