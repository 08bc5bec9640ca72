// One way to make a check of JSON from a schema. The schemas are the package's own and valid (test/sweep/plan.test.ts), so that they
// are not themselves checked, and each checks few values, so that its code is not optimised: both take longer than they save.

import type { ValidateFunction } from "ajv";

/**
 * Compiles a JSON Schema (draft 7).
 * @throws Error where the package ajv is not installed
 */
export async function validator(schema: object): Promise<ValidateFunction> {
  const { Ajv } = await import("ajv").catch(() => {
    throw new Error("sweeps need the package ajv: npm install ajv");
  });
  return new Ajv({ ...STRICT, meta: false, validateSchema: false, code: { optimize: false } }).compile(schema);
}

/** As strict as the schemas allow: a type may be one of several, and what an alternative needs may be described outside of it. */
export const STRICT = { allowUnionTypes: true, strictRequired: false, strictTypes: false } as const;
