// The explorer's frame: views, light and dark, messages, and a view's start from the address.

import { h } from "./dom.ts";
import { frontDoor } from "./door.ts";
import { FIELDS } from "./fields.ts";
import { stage } from "./present.ts";
import { PRESETS } from "./presets.ts";
import { address, frame, inFrame, keepFrame, readFrame, resumed } from "./session.ts";
import { choiceField, read } from "./state.ts";
import { setTheme, THEMES, type ThemeChoice } from "./theme.ts";
import { tourBox } from "./tour.ts";
import { stepNamed, TOURS, type TourStep } from "./tour-steps.ts";
import type { View } from "./view.ts";

type Name = keyof typeof FIELDS;

const VIEWS: readonly { readonly name: Name; readonly title: string; readonly load: () => Promise<View> }[] = [
  { name: "phases", title: "Phase plane", load: () => import("./views/phases.ts") },
  { name: "schedules", title: "Schedules", load: () => import("./views/schedules.ts") },
  { name: "dynamics", title: "Width, data, time", load: () => import("./views/dynamics.ts") },
  { name: "runs", title: "Your runs", load: () => import("./views/runs.ts") },
  { name: "speed", title: "Speed", load: () => import("./views/speed.ts") },
];

const VIEW = { view: choiceField(VIEWS.map(({ name }) => name)) };

const root = document.getElementById("view")!;
const message = document.getElementById("message")!;
let life = new AbortController();

function say(...text: (Node | string)[]): void {
  message.replaceChildren(...text);
  message.hidden = text.join("") === "";
}

/** Opens what the address says; `problems` are those of the frame. */
async function open(problems: readonly string[] = []): Promise<void> {
  life.abort();
  const mine = new AbortController();
  life = mine;
  const { values, problems: wrongView } = read(VIEW, location.search);
  const focused = root.contains(document.activeElement);
  setTheme(frame.theme);
  showFrame(values.view);
  showAround();
  try {
    const { mount } = await VIEWS.find(({ name }) => name === values.view)!.load();
    if (mine.signal.aborted) return;
    root.replaceChildren();
    const mounted = mount(root, mine.signal);
    say([...problems, ...wrongView, ...mounted.problems].join(" "));
    if (frame.present === "on") talk.opened(root, mine.signal);
    const pointed = stepNamed(frame.tour)?.step.card ?? location.hash.slice(1);
    const target = pointed ? document.getElementById(pointed) : null;
    target?.classList.toggle("pointed", frame.tour !== "off");
    if (target) keepInSight(target, mine.signal);
    // what had the focus is gone: the keyboard goes on from the new view's start
    if (focused && document.activeElement === document.body) root.focus({ preventScroll: true });
  } catch (error) {
    if (mine.signal.aborted) return;
    root.replaceChildren(h("p", { class: "note" }, "This view could not be loaded: reload the page."));
    throw error;
  }
}

/** The reader wants to see this figure: it stays at the top while those above it grow, until a hand moves the page. */
function keepInSight(node: HTMLElement, life: AbortSignal): void {
  const kept = new AbortController();
  let here = 0;
  const put = () => {
    node.scrollIntoView();
    here = scrollY;
  };
  const growth = new ResizeObserver(put);
  const html = document.documentElement;
  // the browser's own way of keeping the place would be taken for a hand
  html.classList.add("kept");
  const end = () => {
    kept.abort();
    growth.disconnect();
    html.classList.remove("kept");
  };
  for (const hand of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(hand, end, { passive: true, signal: kept.signal });
  addEventListener("scroll", () => Math.abs(scrollY - here) > 2 && end(), { passive: true, signal: kept.signal });
  life.addEventListener("abort", end, { once: true });
  put();
  growth.observe(root);
}

/** What stands around the view: the front door where the address says nothing, the box of a tour, or a stage. */
function showAround(): void {
  const bare = [...new URLSearchParams(location.search).keys()].every((name) => name === "theme");
  const box = tourBox(frame.tour, toStep);
  const before = document.getElementById("tour");
  const focused = before?.contains(document.activeElement) === true;
  document.getElementById("door")?.remove();
  before?.remove();
  talk.node.remove();
  document.documentElement.classList.toggle("presenting", frame.present === "on");
  document.documentElement.classList.toggle("touring", box !== undefined);
  if (frame.present === "on") root.before(talk.node);
  else if (box) root.before(box);
  else if (bare) root.before(frontDoor(ways));
  // the tour goes on by the same key
  if (box && focused) box.querySelector<HTMLElement>("button.main")!.focus({ preventScroll: true });
}

function toStep(step: TourStep | undefined): void {
  frame.tour = step?.name ?? "off";
  if (step) go(step.search);
  else {
    keepFrame({});
    showAround();
    for (const card of root.querySelectorAll(".pointed")) card.classList.remove("pointed");
    root.focus({ preventScroll: true });
  }
}

const talk = stage(go, () => {
  frame.present = "off";
  go(location.search);
});

const ways = {
  tour: (paper: number) => {
    toStep(TOURS[paper]!.steps[0]);
    document.getElementById("tour")?.querySelector<HTMLElement>("button.main")?.focus({ preventScroll: true });
  },
  runs: () => go("?view=runs"),
  present: () => {
    frame.present = "on";
    go(PRESETS[0]!.items[0]!.search);
  },
};

function go(to: string): void {
  history.pushState(null, "", inFrame(to));
  scrollTo(0, 0);
  void open();
}

const links = VIEWS.map(({ name, title }) => ({
  name,
  node: h(
    "a",
    {
      href: address(name),
      onclick: (event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        frame.tour = "off";
        go(resumed(name, FIELDS[name]));
      },
    },
    title,
  ),
}));

const presets = h(
  "select",
  {
    id: "presets",
    "aria-label": "Show an example",
    onchange: () => {
      const chosen = presets.value;
      presets.value = "";
      frame.tour = "off";
      if (chosen) go(chosen);
    },
  },
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
      keepFrame({ theme: themes.value as ThemeChoice });
      setTheme(frame.theme);
    },
  },
  ...THEMES.map((name) => h("option", { value: name }, { auto: "Theme", light: "Light", dark: "Dark" }[name])),
);

function showFrame(view: Name): void {
  for (const { name, node } of links) {
    node.href = resumed(name, FIELDS[name]);
    if (name === view) node.setAttribute("aria-current", "page");
    else node.removeAttribute("aria-current");
  }
  themes.value = frame.theme;
}

function copyButton(): HTMLElement {
  const button = h(
    "button",
    {
      type: "button",
      title: "A link that shows exactly this",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(location.href);
          button.textContent = "Link copied";
          setTimeout(() => {
            button.textContent = "Copy link";
          }, 2000);
        } catch {
          // no clipboard without a secure address or a permission
          const text = h("input", { type: "text", readonly: true, value: location.href, "aria-label": "The link" });
          say("This browser lets the page copy nothing. The link, to copy by hand: ", text);
          text.select();
          text.focus();
        }
      },
    },
    "Copy link",
  );
  return button;
}

document.getElementById("views")!.append(...links.map(({ node }) => node));
document.getElementById("tools")!.append(presets, themes, copyButton());
document.querySelector<HTMLAnchorElement>("h1 a")!.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  Object.assign(frame, { tour: "off", present: "off" });
  go("");
});

addEventListener("popstate", () => {
  // an older address may say another theme than the reader has chosen since
  const { theme } = frame;
  readFrame(location.search);
  frame.theme = theme;
  history.replaceState(null, "", inFrame(location.search + location.hash));
  void open();
});
const problems = readFrame(location.search);
void open(problems);
// once the first view is there: the rest of the site, for when there is no network
addEventListener("load", () => setTimeout(() => void keepForOffline(), 1500), { once: true });

async function keepForOffline(): Promise<void> {
  try {
    await navigator.serviceWorker?.register("./offline.js", { updateViaCache: "none" });
  } catch {
    // not a secure address, or not allowed here: the page works with a network
  }
}
