// What the browser and Node are both asked.
export const problem = { alpha: 0.7, beta: 0.7, d: 60, gamma: 0.1 };
export const options = { steps: 400, members: 4, draws: 2, noise: 0.1, seed: 3, expected: true } as const;
