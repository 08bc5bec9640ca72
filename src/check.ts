// Argument checks, all in one place. Every message names the argument, says what it must be and what was received.
// TypeError for the wrong kind, RangeError for the wrong value. What range an argument has is in limits.ts.

import { LIMITS, type Limited } from "./limits.ts";

/** How a value appears in a message: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `${value.constructor.name} of ${(value as unknown[]).length}`;
  return `a ${typeof value}`;
}

/** A finite number, optionally within [least, most]. */
export function finite(name: string, value: unknown, least = -Infinity, most = Infinity): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${shown(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be finite, got ${value}`);
  if (value < least) throw new RangeError(`${name} must be at least ${least}, got ${value}`);
  if (value > most) throw new RangeError(`${name} must be at most ${most}, got ${value}`);
  return value;
}

/** A finite number in the range that limits.ts gives, by another name where it has one. */
export function within(limit: Limited, value: unknown, name: string = limit): number {
  const { least, most, remedy } = LIMITS[limit];
  const number = least > 0 && least < 1 ? positive(name, value) : finite(name, value, least);
  if (number < least) throw new RangeError(`${name} must be at least ${least}, got ${number}: ${remedy}`);
  if (number > most) throw new RangeError(`${name} must be at most ${most}, got ${number}: ${remedy}`);
  return number;
}

/** As `within`, for whole numbers. */
export const whole = (limit: Limited, value: unknown, name: string = limit): number =>
  integer(name, within(limit, value, name));

/** A list no longer than limits.ts allows, before anything is made of it. */
export function counted<T>(limit: Limited, name: string, list: T): T {
  const length = (list as { length?: unknown } | null | undefined)?.length;
  const { most, remedy } = LIMITS[limit];
  if (typeof length === "number" && length > most)
    throw new RangeError(`${name} must hold at most ${most} numbers, got ${length}: ${remedy}`);
  return list;
}

/** An object of no other fields than these: another would do nothing, and nobody would say so. */
export function known(name: string, value: object, fields: readonly string[]): void {
  const odd = Object.entries(value).find(([field, given]) => given !== undefined && !fields.includes(field));
  if (odd) throw new TypeError(`${name} has no field ${odd[0]}: it takes ${fields.join(", ")}`);
}

/** A finite number > 0. */
export function positive(name: string, value: unknown): number {
  const number = finite(name, value);
  if (number <= 0) throw new RangeError(`${name} must be greater than 0, got ${number}`);
  return number;
}

/** A safe integer, optionally within [least, most]. */
export function integer(
  name: string,
  value: unknown,
  least = Number.MIN_SAFE_INTEGER,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const number = finite(name, value, least, most);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${name} must be a whole number, got ${number}`);
  return number;
}

/** One of a set of names. */
export function oneOf<T extends string>(name: string, value: unknown, names: readonly T[]): T {
  if (!names.includes(value as T))
    throw new RangeError(`${name} must be one of ${names.join(", ")}, got ${shown(value)}`);
  return value as T;
}

/** A non-empty list of finite numbers within [least, most], as a Float64Array of its own. */
export function numbers(name: string, values: unknown, least = -Infinity, most = Infinity): Float64Array {
  const list = typeof values === "number" ? [values] : values;
  if (!Array.isArray(list) && !ArrayBuffer.isView(list))
    throw new TypeError(`${name} must be an array of numbers, got ${shown(values)}`);
  const array = counted("numbers", name, list as ArrayLike<unknown>);
  if (array.length === 0) throw new RangeError(`${name} must not be empty`);
  return Float64Array.from(array, (value, i) => finite(`${name}[${i}]`, value, least, most));
}

/** As `numbers`, each larger than the one before. */
export function increasing(name: string, values: unknown, least = -Infinity, most = Infinity): Float64Array {
  const array = numbers(name, values, least, most);
  for (let i = 1; i < array.length; i++)
    if (!(array[i]! > array[i - 1]!))
      throw new RangeError(`${name} must increase, got ${array[i - 1]} then ${array[i]} at position ${i}`);
  return array;
}
