// The whole state of the page, kept in its address: a link reproduces the view. A field knows what it may be; what an address
// says otherwise is told in one line and replaced by the default.

/** One quantity of the state. */
export interface Field<T = unknown> {
  readonly initial: T;
  /** What addresses called it once, and its value by what they said then. */
  readonly earlier?: { readonly name: string; readonly parse: (text: string) => T };
  /** @throws RangeError saying what the value must be */
  parse(text: string): T;
  format(value: T): string;
}

export interface Limits {
  readonly least: number;
  readonly most: number;
  /** "inf" is allowed too. */
  readonly infinite?: boolean;
  readonly whole?: boolean;
}

/** A number within limits. */
export interface NumberField extends Field<number> {
  readonly limits: Limits;
}

export function numberField(initial: number, limits: Limits): NumberField {
  const { least, most, infinite = false, whole = false } = limits;
  const wanted = `${whole ? "a whole number" : "a number"} from ${written(least)} to ${written(most)}${infinite ? ", or inf" : ""}`;
  return {
    initial,
    limits,
    parse(text) {
      const word = text.trim().replace("−", "-");
      if (infinite && /^(inf|infinity|∞)$/i.test(word)) return Infinity;
      const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
      if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
        throw new RangeError(`must be ${wanted}`);
      return value;
    },
    format: written,
  };
}

export function choiceField<const T extends string>(
  choices: readonly T[],
): Field<T> & { readonly choices: readonly T[] } {
  return {
    initial: choices[0]!,
    choices,
    parse(text) {
      if (!choices.includes(text as T)) throw new RangeError(`must be one of ${choices.join(", ")}`);
      return text as T;
    },
    format: (value) => value,
  };
}

/** A text that a reader of it takes, or none; never more than 400 characters. */
export function textField(check: (text: string) => unknown): Field<string> {
  return {
    initial: "",
    parse(text) {
      if (text.length > 400) throw new RangeError("must be at most 400 characters");
      if (text !== "") check(text);
      return text;
    },
    format: (text) => text,
  };
}

/** A number as briefly as it goes without losing more than the sixth digit: 0.7, 10000, 1e14. */
export function written(value: number): string {
  if (value === Infinity) return "inf";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e6)) return String(+value.toPrecision(6));
  return (+value.toPrecision(6)).toExponential().replace("e+", "e");
}

type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { -readonly [K in keyof F]: F[K]["initial"] };

/** The values an address gives, and what was wrong with it. Fields it does not name have their defaults. */
export function read<F extends Fields>(fields: F, search: string): { values: Values<F>; problems: string[] } {
  const given = new URLSearchParams(search);
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    values[name] = field.initial;
    const { earlier } = field;
    const old = earlier && !given.has(name) ? given.get(earlier.name) : null;
    const text = old ?? given.get(name);
    if (text === null) continue;
    try {
      values[name] = (old === null ? field : earlier!).parse(text);
    } catch (error) {
      const shown = text.length > 30 ? `${text.slice(0, 30)}…` : text;
      problems.push(
        `${name} ${(error as Error).message}, the link says “${shown}”: using ${field.format(field.initial)}.`,
      );
    }
  }
  return { values: values as Values<F>, problems };
}

/** The part of an address that gives these values: only what differs from the defaults. */
export function write<F extends Fields>(fields: F, values: Values<F>): string {
  const out = new URLSearchParams();
  for (const [name, field] of Object.entries(fields)) {
    const value = field.format(values[name]);
    if (value !== field.format(field.initial)) out.set(name, value);
  }
  return out.toString();
}
