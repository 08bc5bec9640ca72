// A figure as SVG or PNG, its numbers as CSV or JSON: files made in the page.

import { draw, type Figure, toCsv, toJson } from "../figures/index.ts";
import { h } from "./dom.ts";
import { isDark } from "./theme.ts";

const KINDS = ["SVG", "PNG", "CSV", "JSON"] as const;
type Kind = (typeof KINDS)[number];

/** Pixels of a PNG to one of the figure. */
const SCALE = 2;

export interface ExportButtons {
  readonly node: HTMLElement;
  /** They can be pressed once there is something to save. */
  update(): void;
}

/** What is saved: whether there may be something, and it, once it is computed. */
export interface Savable {
  readonly canBe: () => boolean;
  readonly figure: () => Promise<Figure | undefined>;
}

export function exportButtons(name: string, { canBe, figure }: Savable): ExportButtons {
  const buttons = KINDS.map((kind) =>
    h(
      "button",
      {
        type: "button",
        disabled: true,
        "aria-label": `Save ${name} as ${kind}`,
        onclick: async () => {
          const shown = await figure();
          if (shown) save(`isoflop-${shown.id}.${kind.toLowerCase()}`, await contents(shown, kind));
        },
      },
      kind,
    ),
  );
  return {
    node: h("p", { class: "export" }, "Save as ", ...buttons),
    update() {
      for (const button of buttons) button.disabled = !canBe();
    },
  };
}

async function contents(figure: Figure, kind: Kind): Promise<Blob> {
  if (kind === "CSV") return new Blob([toCsv(figure.table)], { type: "text/csv" });
  if (kind === "JSON") {
    const { id, subtitle, table } = figure;
    return new Blob(
      [`${toJson({ id, setting: subtitle, link: location.href, ...table, panels: readable(figure) }, 1)}\n`],
      {
        type: "application/json",
      },
    );
  }
  const svg = new Blob([draw(figure, { dark: isDark() }).outerHTML], { type: "image/svg+xml" });
  return kind === "SVG" ? svg : png(svg, figure);
}

/** Every curve of every panel: what can be read off it. */
function readable({ panels }: Figure) {
  return panels.map(({ title, readout }) => ({
    title,
    x: readout?.x,
    y: readout?.y,
    series: readout?.series.map(({ name, x, y, value, points }) => ({
      name,
      x: Array.from(x),
      ...(value ? { value: Array.from(value), points } : { y: Array.from(y) }),
    })),
  }));
}

async function png(svg: Blob, { width, height }: Figure): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = h("canvas", { width: width * SCALE, height: height * SCALE });
    canvas.getContext("2d")!.drawImage(image, 0, 0, width * SCALE, height * SCALE);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser makes no PNG")))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
