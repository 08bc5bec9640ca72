// Making elements, and text with superscripts and subscripts: the markup of the figures, `d^{*}`, `F_{0}`.

type Attributes = Readonly<Record<string, string | number | boolean | ((event: never) => void)>>;

/** An element; `on…` attributes are listeners, false ones are left out. Text is always text, never HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value as (event: Event) => void);
    else if (value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}

/** Hides an element; the focus it may have goes to another one, not to nowhere. */
export function conceal(node: HTMLElement, next: HTMLElement): void {
  if (node.contains(document.activeElement)) next.focus({ preventScroll: true });
  node.hidden = true;
}

/** Text with `^{…}` raised and `_{…}` lowered. */
export function rich(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  const pattern = /\^\{([^{}]*)\}|_\{([^{}]*)\}/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    out.append(text.slice(from, match.index));
    out.append(match[1] === undefined ? h("sub", {}, match[2]!) : h("sup", {}, match[1]));
    from = match.index + match[0].length;
  }
  out.append(text.slice(from));
  return out;
}
