// How times, ratios and errors are written.

export const duration = (nanoseconds: number): string => {
  const [value, unit] =
    nanoseconds < 1e6
      ? [nanoseconds / 1e3, "µs"]
      : nanoseconds < 1e9
        ? [nanoseconds / 1e6, "ms"]
        : [nanoseconds / 1e9, "s"];
  return `${value.toPrecision(3)} ${unit}`;
};
export const times = (ratio: number): string =>
  ratio < 1000 ? ratio.toPrecision(3) : Math.round(ratio).toLocaleString("en");
export const size = (error: number): string => (Number.isNaN(error) ? "" : error === 0 ? "0" : error.toExponential(0));
