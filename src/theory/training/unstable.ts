// A step at which the loss would diverge, as an error that says what would do.

/** A step too large to be stable; the remedy is a smaller one. */
export class UnstableStep extends RangeError {
  /** How many times itself the step may be: below this, and less than 1. */
  readonly multiple: number;

  constructor(message: string, multiple: number) {
    super(message);
    this.multiple = multiple;
  }
}
