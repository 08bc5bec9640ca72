// Work 0 … n − 1 shared out among lanes: whoever is free takes the next piece. A signal ends it at once, whatever the lanes are
// doing: nothing new is begun, and the caller closes the lanes.

export interface ShareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after every piece with how many are done. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/**
 * Does `work(i, lane)` once for each i, in order as lanes come free, at most one piece a lane at a time. With fewer pieces than
 * lanes the last lanes get none.
 * @throws the signal's reason as soon as it is aborted, or the first error of a piece; then no other piece is begun
 */
export async function shareOut<L>(
  lanes: readonly L[],
  n: number,
  work: (i: number, lane: L) => Promise<void>,
  { signal, onProgress }: ShareOptions = {},
): Promise<void> {
  let [next, done, ended] = [0, 0, false];
  const drain = async (lane: L) => {
    while (next < n && !ended) {
      await work(next++, lane);
      if (!ended) onProgress?.(++done, n);
    }
  };
  try {
    await orAborted(signal, () => Promise.all(lanes.map(drain)));
  } finally {
    ended = true;
  }
}

/** What `begin` promises, or the signal's reason as soon as it is aborted. */
export async function orAborted<T>(signal: AbortSignal | undefined, begin: () => Promise<T>): Promise<T> {
  if (!signal) return begin();
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([begin(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
