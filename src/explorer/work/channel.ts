// A lane to a web worker in which the newest question wins: while one is being worked on, only the latest of those that came
// after waits. Answers come in parts, so that a figure can be drawn before the next is computed.

import type { Answer, Jobs, Part, Question } from "./protocol.ts";

export interface Receiver<P> {
  readonly part: (part: P) => void;
  /** `multiple`: where a step is too large, how many times itself it may be. */
  readonly failed: (message: string, multiple?: number) => void;
  readonly done?: (() => void) | undefined;
}

interface Task {
  readonly question: Question;
  receiver: Receiver<never>;
}

const nobody: Receiver<never> = { part() {}, failed() {} };
/** Jobs that let no message in for long: their worker ends with them. */
const LONG: readonly (keyof Jobs)[] = ["fit"];

/** Workers at rest, warm for whoever asks next: starting one costs more than most answers. */
const resting: WorkerChannel[] = [];
const MOST_RESTING = 3;

/** A lane that nobody else has. */
export function openLane(): WorkerChannel {
  return resting.pop() ?? new WorkerChannel();
}

export class WorkerChannel {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  #next = 1;
  #broken = false;
  #running: Task | undefined;
  #waiting: Task | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(data);
    this.#worker.onerror = () => {
      this.#broken = true;
      this.#receive({
        id: this.#running?.question.id ?? 0,
        failed: "the worker that computes this has stopped: reload the page",
      });
    };
  }

  /** Asks; what is under way is abandoned at its next pause. */
  ask<J extends keyof Jobs>(job: J, input: Jobs[J]["input"], receiver: Receiver<Part<J>>): void {
    const task: Task = { question: { id: this.#next++, job, input }, receiver };
    if (!this.#running) this.#start(task);
    else {
      this.#waiting = task;
      this.#worker.postMessage({ abandon: this.#running.question.id });
    }
  }

  /** Abandons what is under way and waits. */
  stop(): void {
    this.#waiting = undefined;
    if (this.#running) this.#worker.postMessage({ abandon: this.#running.question.id });
  }

  /** Says something to the job under way. */
  tell(word: "pause" | "go"): void {
    this.#worker.postMessage({ word });
  }

  /** Gives the lane back. What is under way is abandoned, and not answered. */
  close(): void {
    if (resting.includes(this)) return;
    const running = this.#running;
    this.#waiting = undefined;
    if (this.#broken || resting.length >= MOST_RESTING || (running && LONG.includes(running.question.job))) {
      // a worker may take a while to end: what it was asked for is not to be kept as long
      this.#running = undefined;
      this.#worker.onmessage = null;
      this.#worker.terminate();
      return;
    }
    if (running) {
      running.receiver = nobody;
      this.#worker.postMessage({ abandon: running.question.id });
    }
    resting.push(this);
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  #start(task: Task): void {
    this.#running = task;
    this.#worker.postMessage(task.question);
  }

  #receive(answer: Answer): void {
    const task = this.#running;
    if (!task || answer.id !== task.question.id) return;
    // a part of an abandoned answer is still newer than what is on the screen
    if ("part" in answer) {
      task.receiver.part(answer.part as never);
      return;
    }
    this.#running = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#start(waiting);
    if ("failed" in answer) task.receiver.failed(answer.failed, answer.multiple);
    else if (!answer.abandoned) task.receiver.done?.();
  }
}
