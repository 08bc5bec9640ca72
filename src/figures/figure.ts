// What a figure is: a description from which the command line and the explorer draw the same picture (draw.ts), with the
// numbers behind it. A figure holds no pixels and no document.

import type { PlotOptions } from "@observablehq/plot";
import type { Theme } from "./theme.ts";

/** Columns of equal length by name: the data behind a figure, ready for CSV or Parquet. */
export type Columns = Readonly<Record<string, Float64Array | readonly (number | string)[]>>;

export interface Figure {
  /** Short name, fit for a file: "frontier". */
  readonly id: string;
  /** One line of what is seen. May hold the markup of typeset.ts: `d^{*}`, `F_{0}`. */
  readonly title: string;
  /** The parameters, in one line. */
  readonly subtitle?: string;
  /** What a reader who cannot see the figure should know; the text below it where there is a page. */
  readonly caption: string;
  /** The size it is composed for, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Panels a row, where there is room; default all. */
  readonly columns?: number;
  readonly panels: readonly Panel[];
  /** The numbers behind the picture. */
  readonly table: Columns;
}

export interface Panel {
  readonly title?: string;
  readonly legend?: (theme: Theme) => Legend;
  /** Observable Plot's options for this panel at this size: see `plane` in axes.ts. */
  readonly plot: (view: View) => PlotOptions;
  /** What a reader may read off: the numbers drawn, as they are exported. */
  readonly readout?: Readout;
}

export interface Readout {
  /** The quantities of the axes, in words. */
  readonly x: string;
  readonly y: string;
  /** Most telling first. */
  readonly series: readonly ReadSeries[];
  /** Read at one place at a time, where the axes say where and `value` says what; series are rows, the uppermost first. */
  readonly map?: "cells" | "bars";
  /** Where x means another panel's quantity at a fixed ratio: f = B·d·r. Panels of one quantity are read at one value of it. */
  readonly linked?: { readonly x: string; readonly factor: number };
}

/** A curve, or points, by their numbers. */
export interface ReadSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** What is told in place of y, where y only says where. */
  readonly value?: ArrayLike<number>;
  /** What each point is called, where the series alone does not say it. */
  readonly points?: readonly string[];
  readonly color: (theme: Theme) => string;
}

/** Where a panel is drawn. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export type Legend = Swatches | Ramp;

/** One entry for each kind of mark. */
export interface Swatches {
  readonly kind: "swatches";
  readonly items: readonly Swatch[];
}

export interface Swatch {
  readonly label: string;
  readonly color: string;
  /** How the mark looks: a line (default), a dashed line, a dot or a filled square. */
  readonly mark?: "line" | "dashed" | "dot" | "square";
}

/** A continuous colour scale. */
export interface Ramp {
  readonly kind: "ramp";
  readonly label: string;
  readonly domain: readonly [number, number];
  readonly log?: boolean;
  readonly color: (value: number) => string;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** What the scale does not reach, in a line below. */
  readonly beside?: readonly Swatch[];
}
