// What a view is to the page around it.

export interface Mounted {
  /** What was wrong with the address. */
  readonly problems: readonly string[];
}

export interface View {
  /** Builds the view; when `life` is aborted it ends its workers and whatever listens outside `root`. */
  mount(root: HTMLElement, life: AbortSignal): Mounted;
}
