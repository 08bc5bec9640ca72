// The card of SGD runs: started on demand, paused, stopped; a change of the setting starts them anew. They run where they are seen.

import { curvesFigure } from "../../figures/index.ts";
import { Card } from "../card.ts";
import { conceal, h } from "../dom.ts";
import { openLane, type WorkerChannel } from "../work/channel.ts";
import { MOST_SGD, type SgdInput } from "../work/sgd.ts";
import { TEXTS } from "./phases-text.ts";

export interface Streaming {
  readonly node: HTMLElement;
  /** The setting has changed, or is still changing. */
  follow(settled: boolean): void;
}

export interface StreamingOptions {
  readonly input: () => SgdInput;
  readonly isOn: () => boolean;
  /** On or off; with another size where there is one that can be run. */
  readonly turn: (on: boolean, d?: number) => void;
  readonly setSeed: (seed: number) => void;
}

export function streaming({ input, isOn, turn, setSeed }: StreamingOptions, life: AbortSignal): Streaming {
  let lane: WorkerChannel | undefined;
  let paused = false;
  let key = "";
  const isLarge = () => input().d > MOST_SGD;
  const begin = () => (isLarge() ? turn(true, MOST_SGD) : turn(!isOn()));
  const start = h("button", { type: "button", class: "main", onclick: begin }, "Run SGD");
  const pause = h(
    "button",
    {
      type: "button",
      hidden: true,
      onclick: () => {
        paused = !paused;
        pace();
        pause.textContent = paused ? "Go on" : "Pause";
      },
    },
    "Pause",
  );
  const seed = h("input", {
    id: "seed",
    type: "text",
    inputmode: "numeric",
    size: 6,
    onchange: () => {
      const value = Number(seed.value);
      if (Number.isSafeInteger(value) && value >= 0) setSeed(value);
      seed.value = String(input().seed);
    },
  });
  const state = h("span", { role: "status" });
  const card = new Card(
    "sgd",
    TEXTS.sgd,
    life,
    h("div", { class: "choices" }, start, pause, h("label", { for: "seed" }, "Seed "), seed, state),
  );
  const pace = () => lane?.tell(paused || !card.inSight ? "pause" : "go");
  const idle = () =>
    card.fail(
      isLarge()
        ? `d = ${input().d} is more than is simulated here, step by step: a run takes models up to d = ${MOST_SGD}.`
        : isOn()
          ? "Runs while it is in sight."
          : "Not run yet.",
    );

  const run = () => {
    const now = input();
    key = JSON.stringify(now);
    lane?.close();
    lane = openLane();
    paused = false;
    pause.textContent = "Pause";
    pause.hidden = false;
    state.textContent = `run 1 of ${now.members}…`;
    lane.ask("sgd", now, {
      part({ done, data }) {
        card.show(curvesFigure(data), done);
        state.textContent = done < now.members ? `run ${done + 1} of ${now.members}…` : `${done} runs done`;
      },
      failed(message) {
        conceal(pause, start);
        state.textContent = "";
        card.fail(message);
      },
      done() {
        conceal(pause, start);
      },
    });
  };
  let isSettled = false;
  const runIfSeen = () => {
    if (isOn() && !isLarge() && isSettled && card.inSight && JSON.stringify(input()) !== key) run();
  };
  card.watch(() => {
    pace();
    runIfSeen();
  });
  life.addEventListener("abort", () => lane?.close());
  return {
    node: card.node,
    follow(settled) {
      isSettled = settled;
      const on = isOn();
      seed.value = String(input().seed);
      const large = isLarge();
      start.textContent = large ? `Run SGD at d = ${MOST_SGD}` : on ? "Stop" : "Run SGD";
      if (large || (!card.hasFigure && !(on && card.inSight))) idle();
      const isOther = key !== "" && JSON.stringify(input()) !== key;
      if ((!on || large || !settled || (isOther && !card.inSight)) && lane) {
        lane.close();
        lane = undefined;
        key = "";
        conceal(pause, start);
        state.textContent = on ? "" : "stopped";
      }
      runIfSeen();
    },
  };
}
