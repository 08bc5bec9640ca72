// What a view is to the page around it.

export interface Mounted {
  /** What was wrong with the address. */
  readonly problems: readonly string[];
  /** Ends its workers. */
  close(): void;
}

export interface View {
  mount(root: HTMLElement): Mounted;
}
