// Figures that follow a state: coarse ones at once, from a lane that is kept free for them; fine ones when the state rests. An
// older answer never replaces a newer one.

import { openLane, type WorkerChannel } from "./work/channel.ts";
import type { Jobs, Part } from "./work/protocol.ts";

export type Detail = "coarse" | "fine";

type Following = { [J in keyof Jobs]: Jobs[J]["input"] extends { detail: Detail } ? J : never }[keyof Jobs];

export interface FollowOptions<J extends Following> {
  readonly job: J;
  readonly input: (detail: Detail) => Jobs[J]["input"];
  /** What a part shows: only parts of one kind replace each other. */
  readonly kind: (part: Part<J>) => string;
  readonly show: (part: Part<J>, version: number) => void;
  /** `multiple`: where a step is too large, how many times itself it may be. */
  readonly fail: (message: string, multiple?: number) => void;
  /** Carries the number of the state asked for; figures carry theirs, and a half once they are fine. */
  readonly root: HTMLElement;
}

/** How long a state that may still change must rest before fine figures are computed, in ms. */
const REST = 300;

export class Follower<J extends Following> {
  readonly #options: FollowOptions<J>;
  readonly #live = openLane();
  readonly #fine = openLane();
  readonly #shown = new Map<string, number>();
  #asked = 0;
  #timer = 0;

  constructor(options: FollowOptions<J>, life: AbortSignal) {
    this.#options = options;
    life.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#live.close();
      this.#fine.close();
    });
  }

  /** The state has changed; `settled` is false while more is sure to come. */
  follow(settled: boolean): void {
    const { root } = this.#options;
    const version = ++this.#asked;
    root.dataset.state = String(version);
    this.#fine.stop();
    this.#ask(this.#live, "coarse", version);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#ask(this.#fine, "fine", version), settled ? 30 : REST);
  }

  #ask(lane: WorkerChannel, detail: Detail, version: number): void {
    const { job, input, kind, show, fail } = this.#options;
    const rank = detail === "fine" ? version + 0.5 : version;
    const newest = (what: string) => {
      if (rank < (this.#shown.get(what) ?? 0)) return false;
      this.#shown.set(what, rank);
      return true;
    };
    lane.ask(job, input(detail), {
      part: (part) => {
        if (newest(kind(part))) show(part, rank);
      },
      failed: (message, multiple) => {
        if (newest("failure")) fail(message, multiple);
      },
    });
  }
}
