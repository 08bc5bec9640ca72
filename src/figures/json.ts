// Results as JSON, alike from the command line and the explorer.

/** JSON in which typed arrays are arrays and nothing is lost silently. */
export function toJson(value: object, indent?: number): string {
  return JSON.stringify(
    value,
    (_, field: unknown) => {
      if (typeof field === "number" && !Number.isFinite(field))
        return Number.isNaN(field) ? null : field > 0 ? "inf" : "-inf";
      return ArrayBuffer.isView(field) ? [...(field as Float64Array)] : field;
    },
    indent,
  );
}
