// Real draws of W under the spectrum: on demand, with progress; a change of the setting draws anew.

import type { Histogram } from "../../figures/index.ts";
import { h } from "../dom.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import type { DrawsInput } from "../work/draws.ts";

/** Asked for by the button; an address may say another number. */
const USUAL = 100;

export interface Drawing {
  /** A button, and how far it is. */
  readonly node: HTMLElement;
  /** What has been drawn of W for the setting as it is. */
  readonly histogram: Histogram | undefined;
  /** The setting has changed, or is still changing. */
  follow(settled: boolean): void;
  /** It has come into sight, or left it. */
  look(): void;
}

export interface DrawingOptions {
  readonly input: () => DrawsInput;
  readonly turn: (draws: number) => void;
  /** There is more to show. */
  readonly onDraw: () => void;
  /** Whether a reader may see it now: what is out of sight waits. */
  readonly inSight: () => boolean;
}

export function drawing({ input, turn, onDraw, inSight }: DrawingOptions, life: AbortSignal): Drawing {
  let lane: WorkerChannel | undefined;
  let key = "";
  let histogram: Histogram | undefined;
  const button = h("button", { type: "button", onclick: () => turn(input().draws > 0 ? 0 : USUAL) });
  const state = h("span", { role: "status" });
  const stop = () => {
    lane?.close();
    lane = undefined;
    key = "";
    histogram = undefined;
    state.textContent = "";
  };
  const start = (now: DrawsInput) => {
    stop();
    key = JSON.stringify(now);
    lane = openLane();
    state.textContent = `draw 1 of ${now.draws}…`;
    lane.ask("draws", now, {
      part(part) {
        histogram = part.histogram;
        state.textContent =
          part.done < now.draws ? `draw ${part.done + 1} of ${now.draws}…` : `${part.done} draws done`;
        onDraw();
      },
      failed(message) {
        state.textContent = message;
      },
    });
  };
  life.addEventListener("abort", stop);
  let isSettled = false;
  const startIfSeen = () => {
    const now = input();
    if (now.draws > 0 && isSettled && inSight() && JSON.stringify(now) !== key) start(now);
  };
  return {
    node: h("div", { class: "choices" }, button, state),
    get histogram() {
      return histogram;
    },
    follow(settled) {
      isSettled = settled;
      const now = input();
      button.textContent = now.draws > 0 ? "Leave out the draws" : `Compare with ${USUAL} draws of W`;
      if (now.draws === 0 || !settled) {
        const shown = histogram !== undefined;
        if (lane) stop();
        if (shown) onDraw();
      } else if (lane && JSON.stringify(now) !== key) {
        stop();
        onDraw();
      }
      startIfSeen();
    },
    look() {
      lane?.tell(inSight() ? "go" : "pause");
      startIfSeen();
    },
  };
}
