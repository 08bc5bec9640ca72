// The card of SGD runs: started on demand, paused, stopped; a change of the setting starts them anew.

import { curvesFigure } from "../../figures/index.ts";
import { Card } from "../card.ts";
import { h } from "../dom.ts";
import { WorkerChannel } from "../work/channel.ts";
import { MOST_SGD, type SgdInput } from "../work/sgd.ts";
import { TEXTS } from "./phases-text.ts";

export interface Streaming {
  readonly node: HTMLElement;
  /** The setting has changed, or is still changing. */
  follow(settled: boolean): void;
  close(): void;
}

export interface StreamingOptions {
  readonly input: () => SgdInput;
  readonly isOn: () => boolean;
  readonly turn: (on: boolean) => void;
  readonly setSeed: (seed: number) => void;
}

export function streaming({ input, isOn, turn, setSeed }: StreamingOptions): Streaming {
  let lane: WorkerChannel | undefined;
  let paused = false;
  let key = "";
  const start = h("button", { type: "button", class: "main", onclick: () => turn(!isOn()) }, "Run SGD");
  const pause = h(
    "button",
    {
      type: "button",
      hidden: true,
      onclick: () => {
        paused = !paused;
        lane?.tell(paused ? "pause" : "go");
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
    h("div", { class: "choices" }, start, pause, h("label", { for: "seed" }, "Seed "), seed, state),
  );
  card.fail(`Not run yet. Models up to d = ${MOST_SGD} are simulated here, step by step.`);

  const run = () => {
    const now = input();
    key = JSON.stringify(now);
    lane?.close();
    lane = new WorkerChannel();
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
        pause.hidden = true;
        state.textContent = "";
        card.fail(message);
      },
      done() {
        pause.hidden = true;
      },
    });
  };
  return {
    node: card.node,
    follow(settled) {
      const on = isOn();
      seed.value = String(input().seed);
      start.textContent = on ? "Stop" : "Run SGD";
      if (on && settled && JSON.stringify(input()) !== key) run();
      else if ((!on || !settled) && lane) {
        lane.close();
        lane = undefined;
        key = "";
        pause.hidden = true;
        state.textContent = on ? "" : "stopped";
      }
    },
    close: () => lane?.close(),
  };
}
