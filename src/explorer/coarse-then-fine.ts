// Figures that follow a state: coarse ones at once, from a lane that is kept free for them; fine ones when the state rests. Only
// what is in sight is computed; the rest when it comes into sight, when it is to be saved or printed, or when nothing has been
// asked for a while. An older answer never replaces a newer one.

import type { Card } from "./card.ts";
import { openLane, type WorkerChannel } from "./work/channel.ts";
import type { Jobs, Part } from "./work/protocol.ts";

export type Detail = "coarse" | "fine";

type Following = { [J in keyof Jobs]: Jobs[J]["input"] extends { detail: Detail } ? J : never }[keyof Jobs];

export interface FollowOptions<J extends Following, K extends string> {
  readonly job: J;
  /** The question; `kinds` are the parts wanted of those that a card shows. */
  readonly input: (detail: Detail, kinds: readonly K[]) => Jobs[J]["input"];
  /** What a part shows: only parts of one kind replace each other. */
  readonly kind: (part: Part<J>) => string;
  /** The card that shows a kind of part. */
  readonly cards: Readonly<Record<K, Card>>;
  /** Kinds that are wanted out of sight too: more than their card shows them. */
  readonly always?: readonly K[];
  readonly show: (part: Part<J>, version: number) => void;
  /** `multiple`: where a step is too large, how many times itself it may be. */
  readonly fail: (message: string, multiple?: number) => void;
  /** Carries the number of the state asked for; figures carry theirs, and a half once they are fine. */
  readonly root: HTMLElement;
}

/** How long a state that may still change must rest before fine figures are computed, in ms. */
const REST = 300;
/** How long nothing must have been asked before figures out of sight are computed, in ms: for whoever prints the page. */
const IDLE = 3000;

export class Follower<J extends Following, K extends string> {
  readonly #options: FollowOptions<J, K>;
  readonly #life: AbortSignal;
  readonly #live = openLane();
  readonly #fine = openLane();
  readonly #shown = new Map<string, number>();
  readonly #kinds: readonly K[];
  /** The state whose fine part has been shown, or cannot be, by kind. */
  readonly #complete = new Map<K, number>();
  /** Wanted wherever they are: to be saved or printed. */
  readonly #wanted = new Map<K, (() => void)[]>();
  #asked = 0;
  /** The last state whose fine figures were asked for. */
  #begun = 0;
  #isBusy = false;
  /** Nothing has been asked for long. */
  #isIdle = false;
  #timer = 0;

  constructor(options: FollowOptions<J, K>, life: AbortSignal) {
    this.#options = options;
    this.#life = life;
    this.#kinds = Object.keys(options.cards) as K[];
    for (const kind of this.#kinds)
      options.cards[kind].follow(
        () => this.#goOn(),
        () => this.#isComplete(kind),
        () => this.#want(kind),
      );
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
    this.#isBusy = this.#isIdle = false;
    this.#ask(
      this.#live,
      "coarse",
      this.#kinds.filter((kind) => this.#isSeen(kind)),
    );
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#rest(), settled ? 30 : REST);
  }

  #isComplete(kind: K): boolean {
    return this.#complete.get(kind) === this.#asked;
  }

  #isSeen(kind: K): boolean {
    const { cards, always } = this.#options;
    return cards[kind].inSight || this.#wanted.has(kind) || always?.includes(kind) === true;
  }

  /** Resolves when the fine figure of the present state is there, or cannot be. */
  #want(kind: K): Promise<void> {
    if (this.#isComplete(kind)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wanted.set(kind, [...(this.#wanted.get(kind) ?? []), resolve]);
      this.#goOn();
    });
  }

  /** More may be in sight than has been asked for. */
  #goOn(): void {
    if (this.#begun === this.#asked) this.#rest();
  }

  /** Asks for the fine figures that are missing. */
  #rest(): void {
    if (this.#isBusy) return;
    const missing = this.#kinds.filter((kind) => !this.#isComplete(kind));
    const seen = missing.filter((kind) => this.#isSeen(kind));
    if (seen.length > 0 || this.#begun !== this.#asked) this.#askFine(seen);
    else if (missing.length > 0) {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#fill(), this.#isIdle ? 0 : IDLE);
    }
  }

  /** Computes one figure that nobody sees. */
  #fill(): void {
    const next = this.#kinds.find((kind) => !this.#isComplete(kind));
    this.#isIdle = true;
    if (next && !this.#isBusy && this.#begun === this.#asked) this.#askFine([next]);
  }

  #askFine(kinds: readonly K[]): void {
    this.#begun = this.#asked;
    this.#isBusy = true;
    this.#ask(this.#fine, "fine", kinds);
  }

  #settle(kinds: readonly K[], version: number): void {
    if (version !== this.#asked) return;
    for (const kind of kinds) {
      this.#complete.set(kind, version);
      for (const resolve of this.#wanted.get(kind) ?? []) resolve();
      this.#wanted.delete(kind);
    }
  }

  #ask(lane: WorkerChannel, detail: Detail, kinds: readonly K[]): void {
    // its lanes are another's by now
    if (this.#life.aborted) return;
    const { job, input, kind, show, fail } = this.#options;
    const version = this.#asked;
    const rank = detail === "fine" ? version + 0.5 : version;
    const newest = (what: string) => {
      if (rank < (this.#shown.get(what) ?? 0)) return false;
      this.#shown.set(what, rank);
      return true;
    };
    const ended = (kinds: readonly K[]) => {
      if (detail === "coarse") return;
      this.#settle(kinds, version);
      if (version !== this.#asked) return;
      this.#isBusy = false;
      this.#rest();
    };
    lane.ask(job, input(detail, kinds), {
      part: (part) => {
        const what = kind(part);
        if (newest(what)) show(part, rank);
        if (detail === "fine" && what in this.#options.cards) this.#settle([what as K], version);
      },
      failed: (message, multiple) => {
        if (newest("failure")) fail(message, multiple);
        // what fails for one fails for all: they share the model
        ended(this.#kinds);
      },
      done: () => ended(kinds),
    });
  }
}
