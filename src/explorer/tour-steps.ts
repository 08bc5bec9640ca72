// The two tours: five steps through each paper. A step sets the page's state and points at one thing; its words lead.

export interface TourStep {
  /** In the address: paper and number. */
  readonly name: string;
  readonly title: string;
  /** In the markup of typeset.ts. */
  readonly text: string;
  /** The state, without the frame. */
  readonly search: string;
  /** The id of the card it points at. */
  readonly card: string;
}

export interface Tour {
  readonly title: string;
  readonly steps: readonly TourStep[];
}

const steps = (paper: string, all: readonly Omit<TourStep, "name">[]): readonly TourStep[] =>
  all.map((step, i) => ({ name: `${paper}-${i + 1}`, ...step }));

export const TOURS: readonly Tour[] = [
  {
    title: "4+3 phases of compute-optimal scaling",
    steps: steps("phases", [
      {
        title: "The spectrum: what is easy, what is hard",
        text: "The data vary much in a few directions and little in all others: the j-th has the variance j^{−2α}. α is the data complexity; the larger, the fewer directions matter. The model sees d random mixtures of them. Here is how strong its own directions are: the strong ones stand apart as single bands, the weak ones merge into a bulk. Training learns from right to left.",
        search: "?alpha=0.7&beta=0.7&d=1000",
        card: "spectrum",
      },
      {
        title: "The target: how much hides in the weak directions",
        text: "What is to be learned has the weight j^{−β} in direction j. β is the target complexity: the smaller, the more of it hides where learning is slow. The loss falls as F_{pp}, direction by direction, down to F_{0}: what d parameters cannot express however long they train.",
        search: "?alpha=0.7&beta=0.3&d=1000",
        card: "components",
      },
      {
        title: "The sizes cross",
        text: "Each thin curve is one model size d. A step of a small model is cheap, so that it leads at first; then it meets its floor, and a larger one passes below it. At every budget of compute f one size is the best.",
        search: "?alpha=0.7&beta=0.3&from=1e6&to=1e12",
        card: "frontier",
      },
      {
        title: "The edge is the law",
        text: "The red lower edge is the best that a budget buys. It is straight on these axes: a power law, P^{*} ∝ f^{−η}, reached by models of size d^{*} ∝ f^{ξ}. Nobody put it in; it is what is left when curves of many sizes cross. Below, both slopes settle on the values predicted, slowly.",
        search: "?alpha=0.7&beta=0.7&from=1e8&to=1e18",
        card: "frontier",
      },
      {
        title: "Noise takes over",
        text: "Here each step learns from one fresh sample, and shakes. In this phase that shaking, K_{pp}, is what rules the loss for long, and the exponents change: drag the point across the lines of the plane and watch which part is on top. Seven regions, four laws.",
        search: "?alpha=1&beta=2&d=1000",
        card: "components",
      },
    ]),
  },
  {
    title: "A dynamical model of scaling laws",
    steps: steps("dynamics", [
      {
        title: "Width",
        text: "Each colour is one width N, with as many fresh data as it likes. The loss falls as a power of time until the width runs out; then it stays on a plateau. Wider students come to lower ones.",
        search: "?view=dynamics&P=inf",
        card: "losses",
      },
      {
        title: "Time",
        text: "With time alone in short supply, the grey curve, L ∝ t^{−(a−1)/b}: a says how fast the target's energy falls over the modes (parts of the task, easiest first), b how fast their eigenvalues do. Each mode is learned after its own time; this is what one of them looks like.",
        search: "?view=dynamics&N=inf&P=inf",
        card: "transfer",
      },
      {
        title: "Data",
        text: "Now width is free and the number of samples P is not. Too few samples hold the loss up as too few features did, and trained long enough on them it even rises again: stopping early is worth something.",
        search: "?view=dynamics&N=inf&fan=P",
        card: "losses",
      },
      {
        title: "Reuse",
        text: "Samples seen again and again are no longer fresh. The train loss, dashed, goes on falling while the test loss does not; the gap between them opens as 1/P. Nothing here is noise: the same few samples are simply learned by heart.",
        search: "?view=dynamics&P=128",
        card: "losses",
      },
      {
        title: "Compute",
        text: "Compute is width times time. Of all ways to spend a budget C one is the best, and its loss falls as a power of C, slower than by either alone. Too wide stops before it has learned; too narrow has long learned what it can.",
        search: "?view=dynamics&P=inf",
        card: "optimal",
      },
    ]),
  },
];

const ALL = TOURS.flatMap((tour) => tour.steps.map((step, i) => ({ tour, step, i })));

export const STEP_NAMES: readonly string[] = ALL.map(({ step }) => step.name);

export const stepNamed = (name: string) => ALL.find(({ step }) => step.name === name);
