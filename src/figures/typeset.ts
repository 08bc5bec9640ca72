// Superscripts and subscripts: `10^{8}`, `F_{pp}(r)` in the text of an SVG become raised and lowered tspans, which every
// renderer draws alike (baseline-shift is not drawn by all browsers).

import { SVG } from "./svg.ts";

const MARKUP = /([\^_])\{([^{}]*)\}/;
/** Size of a script, and how far it is raised or lowered, in its own em. */
const SIZE = 0.72;
const SHIFT = { "^": -0.48, _: 0.28 } as const;

/** Sets the markup in every text below `root`, in place. */
export function typeset(root: Element): void {
  for (const text of root.querySelectorAll("text")) if (MARKUP.test(text.textContent ?? "")) setIn(text);
}

/** The text without its markup, for titles and estimates of width. */
export function plain(text: string): string {
  return text.replace(new RegExp(MARKUP, "g"), "$2");
}

/**
 * A width in pixels that the text will not exceed by much, in DejaVu Sans at this size: figures are laid out where no font
 * can be measured.
 */
export function widthOf(text: string, size: number): number {
  let em = 0;
  for (const character of plain(text))
    em += /[ilj.,:;'|!()[\] ]/.test(character) ? 0.38 : /[mwMW]/.test(character) ? 0.93 : 0.63;
  return em * size;
}

function setIn(element: Element): void {
  for (const child of [...element.childNodes]) {
    if (child.nodeType === 1) setIn(child as Element);
    else if (child.nodeType === 3 && MARKUP.test(child.textContent ?? ""))
      child.replaceWith(...spans(child.textContent!, element.ownerDocument));
  }
}

function spans(text: string, document: Document): Element[] {
  const out: Element[] = [];
  let back = 0;
  const add = (content: string, shift: number, script: boolean) => {
    const span = document.createElementNS(SVG, "tspan");
    const dy = back + shift * (script ? SIZE : 1);
    if (script) span.setAttribute("font-size", `${SIZE}em`);
    // dy is in the em of the span that carries it
    if (dy) span.setAttribute("dy", `${+(script ? dy / SIZE : dy).toFixed(3)}em`);
    span.textContent = content;
    out.push(span);
    back = script ? -shift * SIZE : 0;
  };
  const parts = text.split(new RegExp(MARKUP, "g"));
  for (let i = 0; i < parts.length; i += 3) {
    if (parts[i]) add(parts[i]!, 0, false);
    if (i + 2 < parts.length) add(parts[i + 2]!, SHIFT[parts[i + 1] as "^" | "_"], true);
  }
  return out;
}

/** Items from left to right, in as many rows as their widths need. */
export function flow<T>(items: readonly T[], size: (item: T) => number, width: number): T[][] {
  const rows: T[][] = [[]];
  let used = 0;
  for (const item of items) {
    if (used > 0 && used + size(item) > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(item);
    used += size(item);
  }
  return rows;
}

/** The lines of a text of this width, broken between words. */
export function linesOf(text: string, size: number, width: number): string[] {
  const space = widthOf(" ", size);
  return flow(text.split(" "), (word) => widthOf(word, size) + space, width).map((words) => words.join(" "));
}
