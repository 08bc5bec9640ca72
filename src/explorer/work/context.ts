// What a job has of the worker it runs in.

export interface Context<P> {
  readonly emit: (part: P) => void;
  /** Lets messages in; ends the job where it has been abandoned, and waits while it is paused. */
  readonly pause: () => Promise<void>;
}
