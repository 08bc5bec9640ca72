// The worker's side: one job at a time, which can be abandoned or paused wherever it lets messages in.

import { defaultKernels, referenceKernels, UnstableStep, useKernels } from "../../index.ts";
import type { Context } from "./context.ts";
import { draws } from "./draws.ts";
import { dynamicsJob } from "./dynamics.ts";
import { fit } from "./fit.ts";
import { forecast } from "./forecast.ts";
import { measure } from "./measure.ts";
import type { Answer, Message, Question } from "./protocol.ts";
import { scaling } from "./scaling.ts";
import { knots, schedules } from "./schedules.ts";
import { sgd } from "./sgd.ts";

/** With the benchmark's cases and a second core: few who come want it. */
const speed: typeof import("./speed.ts").speed = async (...given) => (await import("./speed.ts")).speed(...given);

const jobs = { scaling, measure, dynamics: dynamicsJob, fit, forecast, sgd, schedules, knots, speed, draws };

try {
  defaultKernels();
} catch {
  // no WebAssembly SIMD: slower, and the same numbers
  useKernels(referenceKernels);
}

class Abandoned extends Error {}

const { port1, port2 } = new MessageChannel();
let current = 0;
let abandoned = 0;
let held: (() => void) | undefined;
let holding: Promise<void> | undefined;

/** A turn of the event loop: messages that have come are handled in it. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    port2.onmessage = () => resolve();
    port1.postMessage(0);
  });
}

const say = (answer: Answer) => self.postMessage(answer);

self.onmessage = ({ data }: MessageEvent<Message>) => {
  if ("abandon" in data) {
    abandoned = data.abandon;
    held?.();
  } else if ("word" in data) {
    if (data.word === "go") held?.();
    else
      holding ??= new Promise((resolve) => {
        held = () => {
          holding = held = undefined;
          resolve();
        };
      });
  } else void work(data);
};

async function work({ id, job, input }: Question): Promise<void> {
  current = id;
  // what was said to the job before is not for this one
  held?.();
  const context: Context<unknown> = {
    emit: (part) => say({ id, part }),
    async pause() {
      await turn();
      await holding;
      if (abandoned >= current) throw new Abandoned();
    },
  };
  try {
    await jobs[job](input as never, context as never);
    say({ id, done: true, abandoned: false });
  } catch (error) {
    if (error instanceof Abandoned) say({ id, done: true, abandoned: true });
    else {
      const failed = error instanceof Error ? error.message : String(error);
      say(error instanceof UnstableStep ? { id, failed, multiple: error.multiple } : { id, failed });
    }
  }
}
