// The cells of a plane as one path a colour: thousands of rectangles would each be a node to lay out and to paint.

import type { RenderFunction } from "@observablehq/plot";
import { element } from "./svg.ts";

/** How a `rect` mark with channels x1, x2, y1, y2 and `fill` is drawn. */
export const pathAColor: RenderFunction = (index, _scales, values, _dimensions, { document }) => {
  const { x1, x2, y1, y2, fill } = values as Record<"x1" | "x2" | "y1" | "y2", ArrayLike<number>> & {
    readonly fill: ArrayLike<string>;
  };
  const paths = new Map<string, string>();
  const at = (value: number) => String(+value.toFixed(2));
  for (const i of index) {
    const box = `M${at(x1[i]!)},${at(y1[i]!)}H${at(x2[i]!)}V${at(y2[i]!)}H${at(x1[i]!)}Z`;
    paths.set(fill[i]!, (paths.get(fill[i]!) ?? "") + box);
  }
  const group = element(document, "g", { "shape-rendering": "crispEdges" });
  for (const [color, d] of paths) group.append(element(document, "path", { fill: color, d }));
  return group;
};
