// Figures: descriptions, and how to draw them in a browser. render.ts writes them to files on Node.

export { type Axis, extent, linearAxis, logAxis, plane, powerOfTen, roundTicks, short } from "./axes.ts";
export { type DrawOptions, draw } from "./draw.ts";
export type { Columns, Figure, Legend, Panel, Ramp, Swatch, Swatches, View } from "./figure.ts";
export { dark, FONT, fan, light, type Theme } from "./theme.ts";
