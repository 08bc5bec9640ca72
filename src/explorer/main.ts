// The explorer's frame: views, light and dark, messages, and a view's start from the address.

import { h } from "./dom.ts";
import { PRESETS } from "./presets.ts";
import { choiceField, read } from "./state.ts";
import { address } from "./store.ts";
import { setTheme, THEMES, type ThemeChoice } from "./theme.ts";
import type { Mounted, View } from "./view.ts";

const VIEWS: readonly { readonly name: string; readonly title: string; readonly load: () => Promise<View> }[] = [
  { name: "phases", title: "Phase plane", load: () => import("./views/phases.ts") },
  { name: "schedules", title: "Schedules", load: () => import("./views/schedules.ts") },
  { name: "dynamics", title: "Width, data, time", load: () => import("./views/dynamics.ts") },
  { name: "runs", title: "Your runs", load: () => import("./views/runs.ts") },
  { name: "speed", title: "Speed", load: () => import("./views/speed.ts") },
];

const FRAME = {
  view: choiceField(VIEWS.map(({ name }) => name)),
  theme: choiceField(THEMES),
};

const root = document.getElementById("view")!;
const message = document.getElementById("message")!;
let mounted: Mounted | undefined;

function say(text: string): void {
  message.textContent = text;
  message.hidden = text === "";
}

async function open(): Promise<void> {
  mounted?.close();
  mounted = undefined;
  const { values, problems } = read(FRAME, location.search);
  setTheme(values.theme);
  showFrame(values.view, values.theme);
  try {
    const { mount } = await VIEWS.find(({ name }) => name === values.view)!.load();
    root.replaceChildren();
    mounted = mount(root);
    say([...problems, ...mounted.problems].join(" "));
    // an example of a figure further down
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    root.replaceChildren(h("p", { class: "note" }, "This view could not be loaded: reload the page."));
    throw error;
  }
}

function go(to: string): void {
  history.pushState(null, "", to);
  void open();
}

function showFrame(view: string, theme: ThemeChoice): void {
  const nav = document.getElementById("views")!;
  nav.replaceChildren(
    ...VIEWS.map(({ name, title }) =>
      h(
        "a",
        {
          href: address(name),
          "aria-current": name === view ? "page" : false,
          onclick: (event: MouseEvent) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            go(address(name));
          },
        },
        title,
      ),
    ),
  );
  nav.hidden = VIEWS.length < 2;
  const presets = h(
    "select",
    { id: "presets", "aria-label": "Show an example", onchange: () => presets.value && go(presets.value) },
    h("option", { value: "" }, "Examples…"),
    ...PRESETS.map(({ group, items }) =>
      h("optgroup", { label: group }, ...items.map(({ title, search }) => h("option", { value: search }, title))),
    ),
  );
  const themes = h(
    "select",
    {
      id: "theme",
      "aria-label": "Light or dark",
      onchange: () => {
        const search = new URLSearchParams(location.search);
        if (themes.value === "auto") search.delete("theme");
        else search.set("theme", themes.value);
        history.replaceState(null, "", search.size > 0 ? `?${search}` : location.pathname);
        setTheme(themes.value as ThemeChoice);
      },
    },
    ...THEMES.map((name) =>
      h("option", { value: name, selected: name === theme }, { auto: "Theme", light: "Light", dark: "Dark" }[name]),
    ),
  );
  document.getElementById("tools")!.replaceChildren(presets, themes, copyButton());
}

function copyButton(): HTMLElement {
  const button = h(
    "button",
    {
      type: "button",
      title: "A link that shows exactly this",
      onclick: async () => {
        await navigator.clipboard.writeText(location.href);
        button.textContent = "Link copied";
        setTimeout(() => {
          button.textContent = "Copy link";
        }, 2000);
      },
    },
    "Copy link",
  );
  return button;
}

addEventListener("popstate", () => void open());
void open();
