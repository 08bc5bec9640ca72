// What a figure of the power-law model is asked for, and how the figure says it.

export interface ModelSettings {
  readonly alpha: number;
  readonly beta: number;
  readonly d: number;
  /** γ·Tr D. */
  readonly step: number;
  readonly batch: number;
  /** v/d. */
  readonly ratio: number;
  readonly flops: readonly [number, number];
}

/** The setting as figures say it. */
export function words({ alpha, beta, ratio, step, batch }: Omit<ModelSettings, "d" | "flops">): string {
  const v = ratio === Infinity ? "∞" : `${ratio}d`;
  return `α = ${alpha}, β = ${beta}, v = ${v}, γ = ${step}/Tr D, B = ${batch}`;
}
