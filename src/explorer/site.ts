// The documentation as pages of the explorer's site, made when it is built: Markdown set by marked, its equations by KaTeX as MathML,
// which browsers set without a script, a font or a request.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import katex from "katex";
import { Marked, type Tokens } from "marked";
import type { Plugin } from "vite";
import { reference } from "./api.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

/** Pages of docs/ by their short names; another is called by its first heading. */
const NAMES: Readonly<Record<string, string>> = { "theory.md": "Equations" };

const documents = readdirSync(new URL("docs/", ROOT))
  .filter((name) => name.endsWith(".md"))
  // the equations first
  .sort((a, b) => Number(b in NAMES) - Number(a in NAMES) || (a < b ? -1 : 1))
  .map((name) => ({
    file: `docs/${name}`,
    page: name.replace(/\.md$/, ".html"),
    title: NAMES[name] ?? /^# (.+)$/m.exec(read(`docs/${name}`))?.[1] ?? name,
  }));

/** Pages in the order of their menu. */
const PAGES: readonly { readonly file: string; readonly page: string; readonly title: string }[] = [
  { file: "README.md", page: "index.html", title: "Guide" },
  ...documents,
  { file: "CONTRIBUTING.md", page: "contributing.html", title: "Contributing" },
  { file: "CHANGELOG.md", page: "changelog.html", title: "Changes" },
];

/** Pages that have no source of their own. */
const MADE = [
  { page: "api.html", title: "API" },
  { page: "gallery.html", title: "Gallery" },
] as const;

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; script-src 'self'";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** One equation; `throwOnError`, so that none is left unset. */
const set = (tex: string, displayMode: boolean): string =>
  katex.renderToString(tex, { output: "mathml", displayMode, throwOnError: true, strict: false });

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/<[^>]*>|&[a-z]+;/g, "")
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replaceAll(/\s+/g, "-");

/** Where a link of the sources leads within the site. */
function target(href: string): string {
  const [path = "", hash] = href.split("#");
  const name = basename(path);
  const page = PAGES.find(({ file }) => basename(file) === name && path.endsWith(".md"));
  if (page) return page.page + (hash ? `#${hash}` : "");
  const example = /^(?:\.\.\/)?(examples\/.+)$/.exec(path);
  if (example) return example[1]!;
  return path.startsWith("docs/figures/") || path.startsWith("figures/") ? `figures/${name}` : href;
}

/** Markdown with $…$ and $$…$$ as HTML. */
export function toHtml(markdown: string): string {
  const marked = new Marked({ gfm: true });
  marked.use({
    extensions: [
      {
        name: "display",
        level: "block",
        start: (text: string) => text.indexOf("$$"),
        tokenizer(text: string) {
          const [raw, tex] = /^\$\$([\s\S]+?)\$\$(?:\n|$)/.exec(text) ?? [];
          return raw === undefined ? undefined : { type: "display", raw, tex };
        },
        renderer: ({ tex }: Tokens.Generic) => `<div class="equation" tabindex="0">${set(tex, true)}</div>\n`,
      },
      {
        name: "formula",
        level: "inline",
        start: (text: string) => text.indexOf("$"),
        tokenizer(text: string) {
          const [raw, tex] = /^\$([^\s$](?:[^$]*[^\s$])?)\$/.exec(text) ?? [];
          return raw === undefined ? undefined : { type: "formula", raw, tex };
        },
        renderer: ({ tex }: Tokens.Generic) => set(tex, false),
      },
    ],
    renderer: {
      heading({ tokens, depth }) {
        const text = this.parser.parseInline(tokens);
        return `<h${depth} id="${slug(text)}">${text}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escaped(target(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }) {
        return `<img src="${escaped(target(href))}" alt="${escaped(text)}" loading="lazy">`;
      },
      // text is text: no page of ours has HTML of its own
      html: ({ text }) => escaped(text),
    },
  });
  // what scrolls by itself is to be reached by the keyboard
  return marked.parse(markdown, { async: false }).replaceAll(/<(pre|table)>/g, '<$1 tabindex="0">');
}

/** Every figure with the command that draws it (docs/figures/commands.json). */
function gallery(names: readonly string[]): string {
  const commands = JSON.parse(read("docs/figures/commands.json")) as Readonly<Record<string, string>>;
  const figure = (file: string) => {
    const name = file.replace(/\.svg$/, "");
    const svg = read(`docs/figures/${file}`);
    // what they say of themselves is text already
    const [title, caption] = ["title", "desc"].map((tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(svg)?.[1]);
    // one without a command is a test's business, not a reason for no site
    return `<figure id="${name}"><img src="figures/${file}" alt="${(caption ?? name).replaceAll('"', "&quot;")}" loading="lazy"><figcaption>${title ?? name}<code>${escaped(commands[name] ?? "")}</code></figcaption></figure>`;
  };
  const order = Object.keys(commands);
  const place = (file: string) => order.indexOf(file.replace(/\.svg$/, ""));
  return `<h1>Gallery</h1>\n<p>Every figure and what draws it: <code>--out</code> also takes <code>.png</code>, and <code>--dark</code> draws light on dark.</p>\n${[
    ...names,
  ]
    .sort((a, b) => place(a) - place(b))
    .map(figure)
    .join("\n")}`;
}

function page(title: string, current: string, body: string): string {
  const menu = [...PAGES, ...MADE]
    .map(
      ({ page, title }) => `<a href="${page}"${page === current ? ' aria-current="page"' : ""}>${escaped(title)}</a>`,
    )
    .join("");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs.css">
    <title>${escaped(title)} · isoflop</title>
  </head>
  <body>
    <header><a class="home" href="../index.html">isoflop explorer</a><nav aria-label="Documentation">${menu}</nav></header>
    <main>
${body}
    </main>
  </body>
</html>
`;
}

/** Emits the pages into docs/ of the site. */
export function documentation(): Plugin {
  return {
    name: "documentation",
    apply: "build",
    generateBundle() {
      const emit = (fileName: string, source: string) =>
        this.emitFile({ type: "asset", fileName: `docs/${fileName}`, source });
      for (const { file, page: name, title } of PAGES) emit(name, page(title, name, toHtml(read(file))));
      const figures = readdirSync(new URL("docs/figures/", ROOT)).filter((name) => name.endsWith(".svg"));
      for (const name of figures) emit(`figures/${name}`, read(`docs/figures/${name}`));
      for (const entry of readdirSync(new URL("examples/", ROOT), { recursive: true, withFileTypes: true }))
        if (entry.isFile()) {
          const path = join(entry.parentPath, entry.name);
          emit(relative(fileURLToPath(ROOT), path).replaceAll("\\", "/"), readFileSync(path, "utf8"));
        }
      emit("gallery.html", page("Gallery", "gallery.html", gallery(figures)));
      const api = reference(new URL("build/lib/", ROOT), toHtml);
      if (api === undefined) this.warn("no API reference: the library is not built (npm run build:lib)");
      emit("api.html", page("API", "api.html", api ?? "<h1>API reference</h1>\n<p>The library was not built.</p>"));
      emit("docs.css", read("src/explorer/docs.css"));
    },
  };
}
