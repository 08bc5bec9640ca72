// Where measured exponents lie among the phases of the solvable model (docs/theory.md, §10).

import { areaY, line, rect, text } from "@observablehq/plot";
import { type Bridge, densest } from "../../fitting/bridge.ts";
import { scripted } from "../../numbers.ts";
import { linearAxis, plane } from "../axes.ts";
import { BOUNDARIES } from "../diagram.ts";
import type { Figure, Legend, Panel } from "../figure.ts";
import type { Theme } from "../theme.ts";

const PHASES: readonly (readonly [name: string, alpha: number, beta: number])[] = [
  ["Ia", 0.85, 0.25],
  ["Ib", 0.37, 0.34],
  ["Ic", 0.125, 0.8],
  ["II", 0.95, 0.7],
  ["III", 0.75, 1],
  ["IVa", 0.4, 0.85],
  ["IVb", 0.272, 1.1],
];

/** The plane of phases with the region of (α, β) that measurements leave. */
export function bridgeFigure(bridge: Bridge): Figure {
  const { alpha, beta, probability } = bridge.region;
  const cells = Array.from(probability.keys()).filter((cell) => probability[cell]! >= bridge.region.level);
  return {
    id: "bridge",
    title: "The solvable model behind the measurement",
    subtitle: `α ${shown(bridge.alpha)}, β ${shown(bridge.beta)}`,
    caption: `Phase ${bridge.phase} with probability ${bridge.phases[bridge.phase].toFixed(2)}. ${bridge.notes.join(". ")}`,
    width: 640,
    height: 620,
    panels: [phasePlane(bridge)],
    table: {
      alpha: cells.map((cell) => alpha[cell % alpha.length]!),
      beta: cells.map((cell) => beta[Math.floor(cell / alpha.length)]!),
      probability: cells.map((cell) => probability[cell]!),
    },
  };
}

const shown = ({ low, high }: { low: number; high: number }): string => `${low.toFixed(2)} to ${high.toFixed(2)}`;

export function phasePlane(bridge: Bridge): Panel {
  const { alpha, beta, probability, level } = bridge.region;
  const n = alpha.length;
  const half = (alpha[1]! - alpha[0]!) / 2;
  const inner = densest(probability, 0.5);
  const runsOf = (least: number) =>
    Array.from(beta).flatMap((_, j) => {
      const out: { x1: number; x2: number; y1: number; y2: number }[] = [];
      for (let i = 0; i < n; i++) {
        if (probability[j * n + i]! < least) continue;
        const from = i;
        while (i + 1 < n && probability[j * n + i + 1]! >= least) i++;
        out.push({ x1: alpha[from]! - half, x2: alpha[i]! + half, y1: beta[j]! - half, y2: beta[j]! + half });
      }
      return out;
    });
  const far = Math.min(alpha[n - 1]! + half, Math.max(1.25, 1.15 * Math.max(bridge.alpha.high, bridge.beta.high)));
  const likely = Object.entries(bridge.phases)
    .filter(([, p]) => p >= 0.05)
    .sort((p, q) => q[1] - p[1])
    .map(([name, p]) => `${name} ${Math.round(100 * p)} %`)
    .join(", ");
  return {
    title: `In the solvable model: ${likely}`,
    readout: {
      x: "data complexity α",
      y: "probability of the cell",
      map: "cells",
      series: Array.from(beta, (b, j) => ({
        name: `β = ${scripted(b, 3)}`,
        x: alpha,
        y: Array.from(alpha, () => b),
        value: probability.slice(j * n, (j + 1) * n),
        color: (theme: Theme) => theme.ink,
      })).reverse(),
    },
    legend: (theme): Legend => ({
      kind: "swatches",
      items: [
        { label: "95 % of the probability", color: theme.category[5]!, mark: "square" },
        { label: "50 %", color: theme.accent, mark: "square" },
      ],
    }),
    plot: (view) => {
      const { theme } = view;
      const box = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", shapeRendering: "crispEdges" };
      return plane(
        view,
        linearAxis("data complexity α", [[0, far]]),
        linearAxis("target complexity β", [[0, far]]),
        [
          areaY([0, 0.5], { x: [0, 0.5], y1: 0, y2: (a: number) => 0.5 - a, fill: theme.grid }),
          rect(runsOf(level), { ...box, fill: theme.category[5]! }),
          rect(runsOf(inner), { ...box, fill: theme.accent }),
          ...BOUNDARIES.map((boundary) => line(boundary(far), { stroke: theme.ink, strokeWidth: 1.2 })),
          // IVb is too narrow for its name
          ...[0, -90].map((rotate) =>
            text(
              PHASES.filter(([name]) => (name === "IVb") === (rotate !== 0)),
              {
                x: "1",
                y: "2",
                text: "0",
                fill: theme.ink,
                stroke: theme.paper,
                strokeWidth: 4,
                fontSize: 12,
                fontWeight: "bold",
                rotate,
              },
            ),
          ),
        ],
        { grid: false },
      );
    },
  };
}
