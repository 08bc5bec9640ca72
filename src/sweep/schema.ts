// The JSON Schema of a plan (draft 7), made from the table of jobs: what a plan is checked against, and what the package
// ships as sweep-plan.schema.json for editors.

import { jobs } from "./jobs.ts";
import type { JobKind, Parameter } from "./kinds/kind.ts";
import { REFERENCE } from "./tables.ts";

type Schema = Record<string, unknown>;

/** More than anyone computes, less than would exhaust the memory. */
export const MOST_CELLS = 10_000_000;

/** Seconds a cell may be given: what a timer can wait. */
export const MOST_SECONDS = 2_000_000;
/** Times a failed cell may be tried again: a cell that fails a hundred times will not hold. */
const MOST_RETRIES = 100;

const points = { type: "integer", minimum: 1, maximum: MOST_CELLS };

/** Texts of a plan: what every store and queue takes whole. */
const TEXT = { maxLength: 1000, pattern: "^[^\\u0000\\p{Cs}]*$" };

function scalar({ type, least, above, most, choices }: Parameter): Schema {
  if (type === "text") return choices ? { enum: choices } : { type: "string", ...TEXT };
  return {
    type: type === "integer" ? "integer" : "number",
    ...(least !== undefined && { minimum: least }),
    ...(above !== undefined && { exclusiveMinimum: above }),
    ...(most !== undefined && { maximum: most }),
  };
}

/** { lin: [from, to], points } or { log: [from, to], points }. */
function ranges(parameter: Parameter): Schema {
  const ends = scalar({ ...parameter, type: parameter.type === "integer" ? "integer" : "number" });
  const pair = (items: Schema) => ({ type: "array", items, minItems: 2, maxItems: 2 });
  return { lin: pair(ends), log: pair({ allOf: [ends, { exclusiveMinimum: 0 }] }), points };
}

function value(parameter: Parameter): Schema {
  const { type, about: description, entries } = parameter;
  if (type === "table")
    return {
      type: ["string", "object"],
      description,
      ...TEXT,
      properties: { file: { type: "string", ...TEXT }, reference: { type: "string", pattern: REFERENCE.source } },
      required: ["file", "reference"],
      additionalProperties: false,
    };
  if (type === "texts")
    return { type: "array", description, items: { type: "string", ...TEXT }, minItems: 1, maxItems: 100 };
  if (type !== "numbers") return { ...scalar(parameter), description: parameter.about };
  return {
    type: ["array", "object"],
    description: parameter.about,
    items: scalar(parameter),
    minItems: entries ?? 1,
    ...(entries !== undefined && { maxItems: entries }),
    properties: { ...ranges(parameter), ...(entries !== undefined && { points: { const: entries } }) },
    additionalProperties: false,
    ...oneRange(["lin", "log"]),
  };
}

function axis(parameter: Parameter): Schema {
  const list = { type: "array", items: value(parameter), minItems: 1, maxItems: MOST_CELLS };
  const ranged = parameter.type === "number" || parameter.type === "integer";
  return {
    type: "object",
    description: parameter.about,
    properties: ranged ? { list, ...ranges(parameter) } : { list },
    additionalProperties: false,
    ...(ranged ? oneRange(["list", "lin", "log"]) : { required: ["list"] }),
  };
}

function oneRange(names: string[]): Schema {
  return {
    if: { type: "object" },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema's word
    then: { oneOf: names.map((name) => ({ required: [name] })) },
    dependencies: { lin: ["points"], log: ["points"] },
  };
}

function branch(kind: JobKind): Schema {
  const each = (make: (parameter: Parameter) => Schema) =>
    Object.fromEntries(Object.entries(kind.parameters).map(([name, parameter]) => [name, make(parameter)]));
  return {
    if: { properties: { job: { const: kind.name } }, required: ["job"] },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema's word
    then: {
      properties: {
        fixed: { properties: each(value), additionalProperties: false },
        axes: { properties: each(axis), additionalProperties: false },
        save: kind.curves.length > 0 ? { items: { enum: kind.curves } } : { maxItems: 0 },
        ...(!kind.seeded && { seeds: false }),
      },
    },
  };
}

const wholeSeed = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

/** The JSON Schema of a plan. */
export const planSchema: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "urn:isoflop:sweep-plan:1",
  title: "An isoflop sweep",
  description: "One job over a grid of parameters and seeds: isoflop sweep plan.json --out runs",
  type: "object",
  required: ["job"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string" },
    name: { type: "string", maxLength: 200, description: "what the sweep is called in reports" },
    job: {
      enum: [...jobs.keys()],
      description: [...jobs.values()].map((kind) => `${kind.name}: ${kind.about}`).join("; "),
    },
    fixed: { type: "object", description: "parameters that every cell shares" },
    axes: { type: "object", description: "parameters that vary, each as list, lin or log; the grid is their product" },
    seeds: {
      description: "seeds of every point of the grid: how many (0, 1, 2…) or which; by default seed 0",
      type: ["integer", "array"],
      minimum: 1,
      maximum: MOST_CELLS,
      items: wholeSeed,
      minItems: 1,
      uniqueItems: true,
    },
    save: {
      type: "array",
      items: { type: "string" },
      uniqueItems: true,
      description: "the curves to keep; by default all",
    },
    retries: {
      type: "integer",
      minimum: 0,
      maximum: MOST_RETRIES,
      description: "how often a failed cell is tried again; by default 0",
    },
    timeout: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: MOST_SECONDS,
      description:
        "seconds a cell may take, all attempts together; by default an hour, or 1000 times the longest so far",
    },
  },
  allOf: [...jobs.values()].map(branch),
};

/** The same for plans of one job alone; of no job where there is none of that name. */
export const planSchemaOf = (job: string): Schema => {
  const kind = jobs.get(job);
  return { ...planSchema, allOf: kind ? [branch(kind)] : [{}] };
};

/** A parameter as a cell has it: ranges laid out, a table by its reference, null where it was left open. */
function cellValue(parameter: Parameter): Schema {
  const { type, entries } = parameter;
  const own: Schema =
    type === "table"
      ? { type: "string", pattern: REFERENCE.source }
      : type === "numbers"
        ? {
            type: "array",
            items: scalar({ ...parameter, type: "number" }),
            minItems: entries ?? 1,
            maxItems: entries ?? MOST_CELLS,
          }
        : value(parameter);
  return parameter.default === null ? { anyOf: [{ type: "null" }, own] } : own;
}

/** What a cell of a job can be, wherever it comes from. */
export function cellSchema(kind: JobKind): Schema {
  const parameters = Object.entries(kind.parameters);
  return {
    type: "object",
    required: ["key", "job", "parameters", "seed", "save", "retries", "timeout"],
    additionalProperties: false,
    properties: {
      key: { type: "string", pattern: "^[0-9a-f]{64}$" },
      job: { const: kind.name },
      parameters: {
        type: "object",
        required: Object.keys(kind.parameters),
        additionalProperties: false,
        properties: Object.fromEntries(parameters.map(([name, parameter]) => [name, cellValue(parameter)])),
      },
      seed: wholeSeed,
      save: { type: "array", uniqueItems: true, items: kind.curves.length > 0 ? { enum: kind.curves } : false },
      retries: { type: "integer", minimum: 0, maximum: MOST_RETRIES },
      timeout: { type: ["number", "null"], exclusiveMinimum: 0, maximum: MOST_SECONDS },
    },
  };
}
