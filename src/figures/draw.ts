// Draws a figure as one SVG in any document: the browser's, or linkedom's on the command line. Panels are Observable Plot's
// drawings, laid out in rows under a title, each with its legend; text is set by typeset.ts.

import { plot, type Scale } from "@observablehq/plot";
import type { Figure, Panel } from "./figure.ts";
import { drawLegend, legendHeight } from "./legend.ts";
import { element } from "./svg.ts";
import { dark as darkTheme, FONT, light, type Theme } from "./theme.ts";
import { linesOf, plain, typeset } from "./typeset.ts";

export interface DrawOptions {
  /** Default: the figure's own. Below 600 px panels stand one below the other. */
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Default: the page's. */
  readonly document?: Document;
}

/** About the figure, under it and between panels, in pixels. */
const MARGIN = 14;
const BOTTOM = 8;
const GAP = 20;
/** Below this width panels stand under each other. */
const NARROW = 600;
/** Size of a subtitle, and from line to line of it. */
const SUBTITLE = 11;
const LINE = 14;

/** A drawn figure, and where the planes of its panels lie in it. */
export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly planes: readonly Plane[];
}

/** A panel's plane: its corner in the figure, and its scales, in pixels from there; undefined where it shows nothing. */
export interface Plane {
  readonly left: number;
  readonly top: number;
  readonly x: Scale | undefined;
  readonly y: Scale | undefined;
}

/** The figure as an SVG element that stands by itself. */
export function draw(figure: Figure, options: DrawOptions = {}): SVGSVGElement {
  return compose(figure, options).svg;
}

/** As `draw`, with the planes: for a page that lets its reader point at them. */
export function compose(figure: Figure, options: DrawOptions = {}): Drawing {
  const document = options.document ?? globalThis.document;
  const theme = options.dark ? darkTheme : light;
  const width = options.width ?? figure.width;
  const perRow = width < NARROW ? 1 : (figure.columns ?? figure.panels.length);
  const rows = Math.ceil(figure.panels.length / perRow);
  const usualRows = Math.ceil(figure.panels.length / (figure.columns ?? figure.panels.length));
  const subtitle = figure.subtitle ? linesOf(figure.subtitle, SUBTITLE, width - 2 * MARGIN) : [];
  const usualTop = figure.subtitle ? 56 : 38;
  const top = usualTop + LINE * Math.max(0, subtitle.length - 1);
  const height = options.height ?? top + ((figure.height - usualTop) / usualRows) * rows;

  const svg = element(document, "svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": plain(figure.title),
    "font-family": FONT,
    "font-size": 11,
    color: theme.ink,
    fill: theme.ink,
  }) as SVGSVGElement;
  svg.append(
    element(document, "title", {}, plain(figure.title)),
    element(document, "desc", {}, plain(figure.caption)),
    element(document, "rect", { width, height, fill: theme.paper }),
    element(document, "text", { x: MARGIN, y: 26, "font-size": 15, "font-weight": "bold" }, figure.title),
  );
  subtitle.forEach((line, i) => {
    const y = 45 + LINE * i;
    svg.append(element(document, "text", { x: MARGIN, y, "font-size": SUBTITLE, fill: theme.muted }, line));
  });

  const panelWidth = (width - 2 * MARGIN - GAP * (perRow - 1)) / perRow;
  const panelHeight = (height - top - BOTTOM - GAP * (rows - 1)) / rows;
  const planes = figure.panels.map((panel, i) => {
    const x = MARGIN + (i % perRow) * (panelWidth + GAP);
    const y = top + Math.floor(i / perRow) * (panelHeight + GAP);
    const group = element(document, "g", { transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` });
    const plane = drawPanel(panel, group, panelWidth, panelHeight, theme, document);
    svg.append(group);
    return { ...plane, left: x, top: y + plane.top };
  });
  typeset(svg);
  return { svg, planes };
}

function drawPanel(
  panel: Panel,
  group: Element,
  width: number,
  height: number,
  theme: Theme,
  document: Document,
): Omit<Plane, "left"> {
  let y = 0;
  if (panel.title) {
    group.append(element(document, "text", { x: 0, y: 13, "font-size": 12, "font-weight": "bold" }, panel.title));
    y += 22;
  }
  const legend = panel.legend?.(theme);
  if (legend) {
    const node = drawLegend(legend, width, theme, document);
    node.setAttribute("transform", `translate(0,${y})`);
    group.append(node);
    y += legendHeight(legend, width) + 2;
  }
  const drawn = plot({ document, ...panel.plot({ width, height: height - y, theme }) });
  // Plot's own <style> would reach the whole page: its children are enough
  const inner = element(document, "g", { transform: `translate(0,${y})`, "text-anchor": "middle", fill: theme.ink });
  for (const child of [...drawn.childNodes]) if (child.nodeName.toLowerCase() !== "style") inner.append(child);
  // Plot labels every mark with its kind, which says nothing and which no group may carry
  for (const mark of inner.querySelectorAll("[aria-label]")) mark.removeAttribute("aria-label");
  group.append(inner);
  return { top: y, x: drawn.scale("x"), y: drawn.scale("y") };
}
