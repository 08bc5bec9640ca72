// What a user would run today, in Python, where python3 and NumPy are there: one thread, processor time.

import { execFileSync } from "node:child_process";

/** The version of NumPy, or null where it or SciPy is missing. */
export function numpy(): string | null {
  try {
    return execFileSync("python3", ["-c", "import numpy, scipy; print(numpy.__version__)"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

/** Runs bench/peers/NAME.py on a job. */
export function peer<T>(name: string, job: unknown): T {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  return JSON.parse(
    execFileSync("python3", [`bench/peers/${name}.py`], { input: JSON.stringify(job), encoding: "utf8", env }),
  );
}

/** bench/peers/loss.py */
export interface PeerLoss {
  readonly nodes: number;
  readonly seconds: { readonly newton: number; readonly powers: number; readonly fft: number };
  readonly loss: number[] | null;
}

/** bench/peers/sgd.py */
export interface PeerSgd {
  readonly seconds: { readonly draws: number; readonly steps: number };
  /** Of every member. */
  readonly loss: number[];
}

/** bench/peers/dynamics.py */
export interface PeerDynamics {
  readonly seconds: number;
  readonly loss: number[];
}

/** bench/peers/fit.py */
export interface PeerFit {
  /** One start of the grid, one bootstrap draw. */
  readonly seconds: { readonly start: number; readonly draw: number };
  readonly objective: number;
}
