// Figures: descriptions, and how to draw them in a browser. render.ts writes them to files on Node.

export { type Axis, extent, linearAxis, logAxis, padded, plane, roundTicks } from "./axes.ts";
export { toCsv } from "./csv.ts";
export { type CurvesData, type CurvesPanel, curvesFigure, type Series } from "./curves.ts";
export { designFigure } from "./design.ts";
export { type DiagramData, diagramFigure } from "./diagram.ts";
export { compose, type Drawing, type DrawOptions, draw, type Plane } from "./draw.ts";
export { type DynamicsFigureData, dynamicsFigure } from "./dynamics.ts";
export { type EpochsPlaneData, epochsPlaneFigure } from "./epochs-plane.ts";
export type { Columns, Figure, Legend, Panel, Ramp, Readout, ReadSeries, Swatch, Swatches, View } from "./figure.ts";
export { bridgeFigure } from "./fit/phase-plane.ts";
export { type FitFigureData, fitFigure, planFigure } from "./fit.ts";
export { type FrontierData, frontierFigure } from "./frontier.ts";
export { type Histogram, histogramOf } from "./histogram.ts";
export { toJson } from "./json.ts";
export { type LossData, lossFigure } from "./loss.ts";
export { type MeasureData, measureFigure } from "./measure.ts";
export {
  type SchedulesData,
  type ShapesData,
  schedulePartsFigure,
  schedulesFigure,
  shapesFigure,
} from "./schedules.ts";
export { type SimulationData, type SimulationRun, simulationFigure } from "./simulation.ts";
export { type SpectrumData, spectrumFigure } from "./spectrum.ts";
export { type Quantity, type SweepData, sweepFigure } from "./sweep.ts";
export { dark, FONT, fan, light, type Theme } from "./theme.ts";
