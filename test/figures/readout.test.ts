// Every panel of every figure can be read: its numbers lie on what is drawn, and those of a map are in the table behind it. The list
// below must hold every figure there is.

import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { exampleRuns } from "../../src/explorer/example.ts";
import { speedFigure } from "../../src/explorer/views/speed-figure.ts";
import * as figures from "../../src/figures/index.ts";
import { toSvg } from "../../src/figures/render.ts";
import { designRuns, forecaster } from "../../src/fitting/laws/index.ts";
import {
  components,
  diagram,
  fitRuns,
  frontier,
  logspace,
  loss,
  plan,
  plrf,
  powerLaw,
  readTable,
  runsFromTable,
  spectralDensity,
} from "../../src/index.ts";

type Figure = figures.Figure;
const setting = "";
const spectrum = powerLaw({ alpha: 0.7, beta: 0.9 });
const model = plrf({ spectrum, d: 100 });
const x = logspace(1, 1e4, 12);
const falling = (power: number, scale = 1) => x.map((value) => scale * value ** -power);

const runs = runsFromTable(await readTable(exampleRuns(), "csv"));
const result = await fitRuns(runs, { methods: [1, 2, 3], draws: 20, starts: "projection", seed: 1 });
const ahead = forecaster(runs);

const loss1 = loss(model, { steps: logspace(1, 1e5, 20) });
const parts = (scale: number) => ({ F0: 1e-3 * scale, bias: 2e-3, early: 1e-5, late: 5e-4, loss: 3.51e-3 * scale });
const schedules = ["constant", "cosine"].map((name, i) => ({
  name,
  multiple: falling(0.1 * i),
  curve: falling(0.3),
  ...parts(1 + i),
}));
const histogram = figures.histogramOf([
  { eigenvalues: logspace(1e-3, 1, 40), energies: logspace(1e-5, 1e-2, 40) },
  { eigenvalues: logspace(2e-3, 0.9, 40), energies: logspace(1e-5, 1e-2, 40) },
]);
const timings = [1, 2.1, 7].map((ratio, i) => ({
  name: ["WASM SIMD", "WASM scalar", "JavaScript"][i]!,
  time: 100 * ratio,
  ratio,
  error: 0,
}));

/** Each figure by its function's name, with data that draw all of its panels. */
const MADE: Readonly<Record<string, () => Figure | Promise<Figure>>> = {
  curvesFigure: () =>
    figures.curvesFigure({
      id: "curves",
      title: "curves",
      caption: "",
      panels: [
        { x: { label: "x", log: true }, y: { label: "y", log: true }, series: [{ label: "a", x, y: falling(0.5) }] },
        { x: { label: "x" }, y: { label: "y" }, series: [{ x, y: falling(0.5), mark: "dot" }] },
      ],
    }),
  frontierFigure: () => {
    const front = frontier({ spectrum, flops: [1e6, 1e9], points: 9 });
    const flops = logspace(1e6, 1e9, 20);
    const curves = [100, 1000].map((d) => ({ d, flops, loss: flops.map((f) => (f / d) ** -0.3) }));
    return figures.frontierFigure({ setting, ...front, curves });
  },
  lossFigure: () =>
    figures.lossFigure({ setting, ...loss1, F0: model.F0, components: components(model, { steps: loss1.steps }) }),
  spectrumFigure: () => figures.spectrumFigure({ setting, ...spectralDensity(model), histogram }),
  diagramFigure: () => {
    const [alpha, beta] = [
      [0.6, 0.8, 1],
      [0.3, 0.7, 1.1],
    ];
    const { xi: predicted, phase } = diagram({ alpha, beta });
    const { xi: measured } = diagram({ alpha, beta, flops: [1e8, 1e10] });
    return figures.diagramFigure({
      setting,
      alpha,
      beta,
      phase,
      exponent: "xi",
      predicted,
      measured,
    });
  },
  epochsPlaneFigure: () => {
    const [unique, compute] = [
      [30, 100, 300],
      [1e3, 1e4, 1e5],
    ];
    const rows = (value: (i: number, j: number) => number) => unique.map((_, i) => compute.map((_, j) => value(i, j)));
    return figures.epochsPlaneFigure({
      ...{ setting, unique, compute, boundary: [2e3, 2e4, Number.NaN] },
      helps: unique.map((_, i) => compute.map((_, j) => (j > i ? "samples" : "epochs"))),
      epochs: rows((i, j) => 10 ** (j - i)),
      loss: rows((i, j) => 1 / (1 + i + j)),
      N: rows((_, j) => 10 * (1 + j)),
    });
  },
  dynamicsFigure: () => {
    const curves = [1, 2].map((scale) => ({
      label: `N = ${scale}`,
      test: falling(0.3, scale),
      train: falling(0.5, scale),
      gap: falling(0.2, scale),
      difference: falling(0.9, scale),
      loss: falling(0.3, scale),
      compute: x,
      students: scale + 1,
      ratio: falling(0.01, scale),
    }));
    const simulated = curves.map(({ test, train }) => ({
      times: x,
      draws: 3,
      test: { mean: test },
      train: { mean: train },
    }));
    return figures.dynamicsFigure({
      setting,
      time: "t",
      loss: { times: x, curves, infinite: falling(0.4), simulated },
      gap: { times: x, curves, exponent: 0.2 },
      sizes: { sizes: x, features: falling(0.6), fit: -0.6, data: { loss: falling(0.5), fit: -0.5 }, published: 0.55 },
      width: { sizes: x, curves, late: falling(0.6, 2), lateExponent: -0.6 },
      optimal: { compute: x, loss: falling(0.3), curves, fit: -0.3, predicted: 0.31, published: 0.32 },
      ensembles: { compute: x, curves },
      table: { x },
    });
  },
  fitFigure: () =>
    figures.fitFigure({
      result,
      budgets: [1e22],
      forecaster: ahead,
      references: [{ name: "law", law: result.parametric!.fit }],
    }),
  planFigure: () =>
    figures.planFigure({
      result,
      plans: [plan(result.parametric!.fit, { flops: 1e22 }, { draws: result.parametric!.bootstrap!.draws })],
      forecaster: ahead,
    }),
  bridgeFigure: () => figures.bridgeFigure(result.parametric!.bridge!),
  designFigure: () => figures.designFigure({ runs, design: designRuns(runs, ahead, { target: 1e23, spend: 1e22 }) }),
  measureFigure: () =>
    figures.measureFigure({
      setting,
      sample: { eigenvalues: falling(1.2), energies: falling(1.5) },
      debiased: { eigenvalues: falling(1.25), energies: falling(1.6) },
      window: [2, 9],
      exponents: "",
      samples: 100,
      forecast: { P: x, loss: falling(0.2), low: falling(0.21), high: falling(0.19) },
      checked: {
        samples: { at: x, measured: falling(0.2) },
        steps: { at: x, measured: falling(0.3), forecast: falling(0.31) },
      },
    }),
  schedulesFigure: () => figures.schedulesFigure({ setting, steps: x, schedules }),
  schedulePartsFigure: () => figures.schedulePartsFigure({ setting, steps: x, schedules }),
  shapesFigure: () =>
    figures.shapesFigure({
      setting,
      horizon: 1e4,
      steps: x,
      schedules: [{ name: "cosine", multiple: falling(0.1), category: 1 }],
      limit: x.map(() => 1.1),
      own: { name: "yours", multiple: falling(0.2) },
      top: 1.25,
      log: true,
    }),
  simulationFigure: () =>
    figures.simulationFigure({
      setting,
      members: 4,
      runs: [50, 100].map((d) => ({
        d,
        flops: x,
        mean: falling(0.3),
        stderr: falling(0.3, 0.01),
        low: falling(0.3, 0.9),
        high: falling(0.3, 1.1),
        theory: falling(0.31),
      })),
    }),
  sweepFigure: () =>
    figures.sweepFigure({
      setting,
      x: { name: "d", values: Float64Array.of(1, 1, 10, 100) },
      y: { name: "loss", values: Float64Array.of(1, 1.2, 0.5, 0.2) },
    }),
  speedFigure: () => speedFigure([{ kernel: "sums", size: "10", timings }], ["sums", "forms"], "here", "once"),
};

/** Corners of lines, and middles of dots and bars, in the figure's pixels. */
function marks(svg: Element): [number, number][] {
  const found: [number, number][] = [];
  const walk = (node: Element, [dx, dy]: [number, number]): void => {
    const numbers = /translate\(([-\d.e]+),?\s*([-\d.e]+)?\)/.exec(node.getAttribute("transform") ?? "");
    const [ox, oy] = [dx + Number(numbers?.[1] ?? 0), dy + Number(numbers?.[2] ?? 0)];
    const of = (name: string) => Number(node.getAttribute(name));
    const kind = node.nodeName.toLowerCase();
    if (kind === "circle") found.push([ox + of("cx"), oy + of("cy")]);
    if (kind === "rect") {
      found.push([ox + of("x") + of("width") / 2, oy + of("y") + of("height") / 2]);
      // the top of a bar that stands
      found.push([ox + of("x") + of("width") / 2, oy + of("y")]);
    }
    if (kind === "path")
      for (const [, px, py] of (node.getAttribute("d") ?? "").matchAll(
        /[ML]?(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)/g,
      ))
        found.push([ox + Number(px), oy + Number(py)]);
    for (const child of node.childNodes) if (child.nodeType === 1) walk(child as Element, [ox, oy]);
  };
  walk(svg, [0, 0]);
  return found;
}

/** As far as a number may lie from its mark, in pixels: bars' middles on a logarithmic axis are rounded. */
const OFF = 1.5;

describe("reading figures", () => {
  it("knows every figure there is", () => {
    const all = Object.keys(figures).filter((name) => name.endsWith("Figure"));
    expect([...all, "speedFigure"].sort()).toEqual(Object.keys(MADE).sort());
  });

  it.each(Object.keys(MADE))("%s: every panel has numbers, and they lie on what is drawn", async (name) => {
    const figure = await MADE[name]!();
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    const { planes, svg } = figures.compose(figure, { document });
    const drawn = marks(svg);
    figure.panels.forEach(({ title = name, readout }, i) => {
      const { left, top, x, y } = planes[i]!;
      expect(readout, title).toBeDefined();
      const { series, map } = readout!;
      expect(series.length, title).toBeGreaterThan(0);
      let seen = 0;
      for (const one of series) {
        expect(one.name, title).not.toBe("");
        expect(one.y.length, one.name).toBe(one.x.length);
        if (map) expect(one.value!.length, one.name).toBe(one.x.length);
        for (let k = 0; k < one.x.length; k++) {
          const [px, py] = [x!.apply(one.x[k]!) as number, y!.apply(one.y[k]!) as number];
          const within = (at: number, [a, b]: readonly number[]) => at >= Math.min(a!, b!) && at <= Math.max(a!, b!);
          if (!within(px, x!.range as number[]) || !within(py, y!.range as number[])) continue;
          seen++;
          // a plane's cells of one value are drawn as one
          if (map === "cells") continue;
          const off = Math.min(...drawn.map(([mx, my]) => Math.hypot(mx - left - px, my - top - py)));
          expect(off, `${title}: ${one.name} at ${one.x[k]}`).toBeLessThan(OFF);
        }
      }
      expect(seen, title).toBeGreaterThan(0);
    });
  });

  it("a cell that was measured without a power law is told apart from one that is not measured yet", () => {
    const plane = (measured: number[][]) =>
      figures.diagramFigure({
        ...{ setting, alpha: [0.1, 0.8], beta: [0.2, 1.1], exponent: "xi", measured },
        phase: [
          [null, "II"],
          ["Ib", "III"],
        ],
        predicted: [
          [Number.NaN, 0.5],
          [0.5, 0.5],
        ],
      });
    const words = "no power law fitted: jump or edge";
    const failed = plane([
      [Number.NaN, Number.NaN],
      [0.53, 0.54],
    ]);
    expect(toSvg(failed).split(words)).toHaveLength(3);
    expect(failed.panels[0]!.readout!.series[1]!.points).toEqual(["no power law", `phase II, ${words}`]);
    expect(failed.panels[0]!.readout!.series[0]!.points).toEqual(["phase Ib", "phase III"]);
    const begun = plane([[Number.NaN, 0.5], []]);
    expect(toSvg(begun)).not.toContain(words);
    expect(begun.table.measured).toEqual([Number.NaN, 0.5, Number.NaN, Number.NaN]);
  });

  it("a plane's cells are told as the table has them", async () => {
    const { panels, table } = await MADE.diagramFigure!();
    const [measured, difference] = panels.map(({ readout }) => readout!);
    const rows = Array.from(table.alpha!.keys());
    for (const { x, y, value } of measured!.series)
      for (let k = 0; k < x.length; k++) {
        const row = rows.find((r) => table.alpha![r] === x[k] && table.beta![r] === y[k])!;
        expect(value![k]).toBe(table.measured![row]);
        const own = difference!.series.find((one) => one.y[0] === y[k])!.value![k]!;
        expect(own).toBe((table.measured![row] as number) - (table.predicted![row] as number));
      }
    const corrected = figures.diagramFigure({
      ...{ setting, alpha: [0.6, 0.8], beta: [0.7, 1.1], exponent: "xi" },
      phase: [
        ["II", "III"],
        ["III", "III"],
      ],
      predicted: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      measured: [
        [0.51, 0.52],
        [0.53, 0.54],
      ],
      corrections: [
        {
          flops: 1e16,
          difference: [
            [0.03, 0.01],
            [0.002, -0.03],
          ],
        },
      ],
    });
    expect(corrected.panels).toHaveLength(2);
    expect(corrected.panels[1]!.readout!.y).toContain("10^{16}");
    expect(corrected.table.off_at_10000000000000000).toEqual([0.03, 0.01, 0.002, -0.03]);
    // the line between cells that are near the prediction and those that are not
    const [, path] = toSvg(corrected).match(/stroke-width="1.2"[^>]*><path d="([^"]*)"/)!;
    expect(path!.match(/M/g)).toHaveLength(2);
    const bridge = await MADE.bridgeFigure!();
    const { series } = bridge.panels[0]!.readout!;
    for (const [r, alpha] of Array.from(bridge.table.alpha!).entries()) {
      const row = series.find((one) => one.y[0] === bridge.table.beta![r])!;
      expect(row.value![Array.from(row.x).indexOf(alpha as number)]).toBe(bridge.table.probability![r]);
    }
  });
});
