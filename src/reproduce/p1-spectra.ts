// Paper 1, the spectrum of K̂ over many draws of W against the deterministic equivalent, plain and weighted by the target.

import { spectrumFigure } from "../figures/index.ts";
import { logspace, plrf, powerLaw, sampleSpectrum, spectralDensity } from "../index.ts";
import { exp, log10, pow } from "../math/elementary.ts";
import { atMost, type Claim, type Recipe } from "./recipe.ts";

const POINTS = [
  { alpha: 0.75, beta: 0.25 },
  { alpha: 1.25, beta: 0.75 },
  { alpha: 0.45, beta: 0.33 },
];
const D = 256;
/** Of the largest eigenvalues each stands in a band of its own: bins a factor apart hold them whole. */
const BINS_A_DECADE = 8;

export const spectra: Recipe = {
  id: "p1-spectra",
  title: "The spectrum of K̂ over 100 draws of W",
  settings: "100 draws as in the paper, three (α, β) of the authors' notebooks; d = 256 and v = 4d are ours.",
  async run({ quick, threads, signal, onProgress }) {
    const claims: Claim[] = [];
    const figures = [];
    const draws = quick ? 25 : 100;
    for (const [i, point] of POINTS.entries()) {
      const model = plrf({ spectrum: powerLaw(point), d: D });
      const sampled = await sampleSpectrum(model, {
        draws,
        seed: 4,
        threads,
        signal,
        onProgress: (done) => onProgress((i + done) / POINTS.length),
      });
      const theory = spectralDensity(model);
      const [low, high] = theory.edges;
      const edges = logspace(low * 0.7, high * 1.4, Math.ceil(BINS_A_DECADE * log10((2 * high) / low)) + 1);
      const bin = (x: number) => edges.findIndex((edge) => edge > x) - 1;
      const bins = edges.length - 1;
      const [count, energy] = [new Float64Array(bins), new Float64Array(bins)];
      for (const { eigenvalues, energies } of sampled.draws)
        eigenvalues.forEach((x, k) => {
          const at = bin(x);
          if (at < 0) return;
          count[at]! += 1 / draws;
          energy[at]! += energies[k]! / draws;
        });
      // the theory's share of each bin, by the trapezium rule on a grid fine enough for the bands
      const fine = Float64Array.from(new Set([...logspace(edges[0]!, edges[bins]!, 4000), ...theory.lambda])).sort();
      const { density, weighted } = spectralDensity(model, { lambda: fine });
      const predicted = new Float64Array(bins);
      /** ∫ ρ_t e^{−2xt} dx, the part of the target that gradient flow has not learned by t. */
      const unlearned = (t: number) => {
        let sum = 0;
        for (let k = 0; k + 1 < fine.length; k++)
          sum += trapezium(fine, weighted, k) * exp(-(fine[k]! + fine[k + 1]!) * t);
        return sum;
      };
      for (let k = 0; k + 1 < fine.length; k++) {
        const at = bin((fine[k]! + fine[k + 1]!) / 2);
        if (at >= 0) predicted[at]! += trapezium(fine, density, k);
      }
      const misplaced = count.reduce((sum, x, k) => sum + Math.abs(x - predicted[k]!), 0) / (2 * D);
      const times = logspace(0.1 / high, 10 / low, 40);
      const left = times.map((t) => {
        const found = sampled.draws.reduce(
          (sum, { eigenvalues, energies, floor }) =>
            sum + energies.reduce((part, c, k) => part + c * exp(-2 * eigenvalues[k]! * t), floor),
          0,
        );
        return Math.abs(found / draws / (model.F0 + unlearned(t)) - 1);
      });
      const at = `(${point.alpha}, ${point.beta})`;
      const floors = sampled.draws.map(({ floor }) => floor);
      const floor = floors.reduce((sum, x) => sum + x, 0) / draws;
      const stderr = Math.sqrt(floors.reduce((sum, x) => sum + pow(x - floor, 2), 0) / (draws - 1) / draws);
      claims.push(
        atMost(`${at}: share of eigenvalues in other bins than predicted`, 0.02, { measured: misplaced }),
        atMost(`${at}: weighted density, as the loss under gradient flow: largest |sampled over theory − 1|`, 0.05, {
          measured: Math.max(...left),
        }),
        atMost(`${at}: |floor over F_0 − 1|, what no parameter reaches`, 0.05, {
          measured: Math.abs(floor / model.F0 - 1),
          uncertainty: stderr / model.F0,
        }),
      );
      figures.push({
        ...spectrumFigure({
          setting: `α = ${point.alpha}, β = ${point.beta}, d = ${D}, v = 4d, ${draws} draws of W`,
          lambda: theory.lambda,
          density: theory.density,
          weighted: theory.weighted,
          histogram: { edges, count, energy },
        }),
        id: `p1-spectra-${i + 1}`,
      });
    }
    return {
      claims,
      figures,
      remarks: [
        "Large eigenvalues stand apart, each in a band of width ~ λ/√d around its mode; the small ones share one bulk with a sharp edge.",
      ],
    };
  },
};

const trapezium = (x: Float64Array, y: Float64Array, k: number): number =>
  ((y[k]! + y[k + 1]!) / 2) * (x[k + 1]! - x[k]!);
