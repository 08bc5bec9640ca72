// Parameters that others published for L = E + A N^−α + B D^−β (10.2) on the runs behind Chinchilla: one place for whoever compares.

interface Published {
  /** Who fitted what, in a legend's length. */
  readonly name: string;
  readonly source: string;
  readonly law: {
    readonly E: number;
    readonly A: number;
    readonly B: number;
    readonly alpha: number;
    readonly beta: number;
  };
}

/** By the runs' own authors: approach 3, as their source has it, with more digits than the text. */
export const HOFFMANN: Published = {
  name: "Chinchilla (Hoffmann et al. 2022)",
  source: "Hoffmann et al. 2022, arXiv 2203.15556",
  law: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.3392, beta: 0.2849 },
};

/** Of 240 of the 245 runs read off their figure: the least objective, which test/fitting/published.test.ts finds from the runs. */
export const BESIROGLU: Published = {
  name: "Chinchilla’s runs (Besiroglu et al. 2024)",
  source: "Besiroglu et al. 2024, arXiv 2404.10102, github.com/epoch-research/analyzing-chinchilla",
  law: { E: 1.81722, A: 477.8, B: 2143, alpha: 0.34731, beta: 0.36717 },
};
