// One helper for making SVG elements in any document.

export const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes, and text if given. */
export function element(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): SVGElement {
  const node = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes))
    node.setAttribute(key, typeof value === "number" ? String(+value.toFixed(2)) : value);
  if (text !== undefined) node.textContent = text;
  return node;
}
