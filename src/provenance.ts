// What made a result: enough to make it again.

/** The version of isoflop, as in package.json. */
export const version = "0.2.0";

export interface Provenance {
  /** "isoflop" and its version. */
  readonly by: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

export function provenance(method: string, parameters: Record<string, unknown>, seed?: number): Provenance {
  return { by: `isoflop ${version}`, method, parameters, ...(seed === undefined ? {} : { seed }) };
}
