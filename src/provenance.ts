// What made a result: enough to make it again.

/** The version of isoflop, as in package.json. */
export const version = "0.1.0";

export interface Made {
  /** "isoflop" and its version. */
  readonly by: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

export function made(method: string, parameters: Record<string, unknown>, seed?: number): Made {
  return { by: `isoflop ${version}`, method, parameters, ...(seed === undefined ? {} : { seed }) };
}
