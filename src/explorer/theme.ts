// Light or dark: what the reader chose in this visit, else what the address says, else what the reader's system says.

export const THEMES = ["auto", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let choice: ThemeChoice = "auto";

export function isDark(): boolean {
  return choice === "auto" ? system.matches : choice === "dark";
}

/** Calls when light turns dark or dark light, as long as `life` lasts. */
export function onTheme(listener: () => void, life: AbortSignal): void {
  listeners.add(listener);
  life.addEventListener("abort", () => listeners.delete(listener), { once: true });
}

export function setTheme(to: ThemeChoice): void {
  choice = to;
  apply();
}

let applied: boolean | undefined;

function apply(): void {
  if (applied === isDark()) return;
  applied = isDark();
  document.documentElement.dataset.theme = applied ? "dark" : "light";
  for (const listener of listeners) listener();
}

system.addEventListener("change", apply);
