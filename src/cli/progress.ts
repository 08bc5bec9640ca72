// Progress on stderr: one line that is rewritten on a terminal, a line now and then elsewhere; nothing for work that takes
// less than two seconds elsewhere, nothing at all with --quiet.

/** Milliseconds before the first line. */
const FIRST = { terminal: 200, elsewhere: 2000 };
/** Milliseconds from one line to the next. */
const EVERY = { terminal: 100, elsewhere: 10_000 };

export interface Progress {
  /** To be called with the fraction done, 0 to 1. */
  readonly update: (fraction: number) => void;
  /** Clears the line. */
  readonly done: () => void;
}

export function progress(what: string, { quiet = false }: { quiet?: boolean | undefined } = {}): Progress {
  const place = process.stderr.isTTY ? "terminal" : "elsewhere";
  const start = performance.now();
  let next = start + FIRST[place];
  let drawn = false;
  return {
    update(fraction) {
      const now = performance.now();
      if (quiet || now < next || fraction >= 1) return;
      next = now + EVERY[place];
      const left = fraction > 0 ? ((now - start) * (1 - fraction)) / fraction : Number.NaN;
      const line = `${what}: ${Math.floor(100 * fraction)} %${fraction > 0 ? `, ${duration(left)} left` : ""}`;
      process.stderr.write(place === "terminal" ? `\r\x1b[K${line}` : `${line}\n`);
      drawn = place === "terminal";
    },
    done() {
      if (drawn) process.stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}

/** 850 ms → "1 s"; 75 s → "1 min 15 s"; 7,300 s → "2 h 2 min". */
export function duration(milliseconds: number): string {
  const s = Math.ceil(milliseconds / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
