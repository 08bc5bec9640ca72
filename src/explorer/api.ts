// The API reference of the site, from what the compiler writes of the library: each exported name with its declaration and its
// docstring. A name is found by following the entry's lists of exports to the file that declares it.

import { existsSync, readFileSync } from "node:fs";

/** The package's entries, with the declarations of each. */
export const ENTRIES: readonly { readonly name: string; readonly file: string }[] = [
  { name: "isoflop", file: "index.d.ts" },
  { name: "isoflop/figures", file: "figures/index.d.ts" },
  { name: "isoflop/fitting", file: "fitting/laws/index.d.ts" },
  { name: "isoflop/measure", file: "measure/index.d.ts" },
  { name: "isoflop/networks", file: "networks/index.d.ts" },
  { name: "isoflop/sweep", file: "sweep/index.d.ts" },
];

export interface Documented {
  readonly name: string;
  readonly kind: string;
  /** As the compiler writes it, comments of members included. */
  readonly declaration: string;
  /** The docstring in Markdown; empty where there is none. */
  readonly doc: string;
}

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(function|const|let|class|interface|type|enum) (\w+)/gm;

/** All that an entry exports, by name. */
export function exported(file: URL): Documented[] {
  const found = new Map<string, Documented>();
  const seen = new Set<string>();
  const from = (at: URL, wanted: ReadonlyMap<string, string> | undefined): void => {
    const key = `${at.href} ${wanted ? [...wanted].join() : "*"}`;
    if (seen.has(key)) return;
    seen.add(key);
    const text = readFileSync(at, "utf8");
    for (const one of declarations(text)) {
      const name = wanted ? wanted.get(one.name) : one.isExported ? one.name : undefined;
      if (name !== undefined && !found.has(name)) found.set(name, { ...one, name });
    }
    for (const [, list, path] of text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "([^"]+)";/gm)) {
      const next = new URL(path!.replace(/\.ts$/, ".d.ts"), at);
      if (list === "*") from(next, wanted);
      else {
        const names = new Map(namesOf(list!).flatMap(([own, as]) => pass(own, as, wanted)));
        if (names.size > 0) from(next, names);
      }
    }
    // declared here, or brought from elsewhere, and exported by a list
    for (const [, list] of text.matchAll(/^export (?:type )?(\{[^}]*\});/gm))
      for (const [own, name] of namesOf(list!).flatMap(([own, as]) => pass(own, as, wanted))) {
        const one = declarations(text).find(({ name }) => name === own);
        if (one && !found.has(name)) found.set(name, { ...one, name });
        const [, , path] = one
          ? []
          : ([...text.matchAll(/^import (?:type )?(\{[^}]*\}) from "([^"]+)";/gm)].find(([, names]) =>
              namesOf(names!).some(([, as]) => as === own),
            ) ?? []);
        if (path) from(new URL(path.replace(/\.ts$/, ".d.ts"), at), new Map([[own, name]]));
      }
  };
  from(file, undefined);
  return [...found.values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** A name under which a file exports what it calls otherwise, as far as it is wanted. */
function pass(own: string, as: string, wanted: ReadonlyMap<string, string> | undefined): [string, string][] {
  const name = wanted ? wanted.get(as) : as;
  return name === undefined ? [] : [[own, name]];
}

const namesOf = (list: string): [string, string][] =>
  list
    .slice(1, -1)
    .split(",")
    .map((part) => part.trim().replace(/^type /, ""))
    .filter(Boolean)
    .map((part) => {
      const [own, as = own] = part.split(" as ");
      return [own!, as!];
    });

/** The declarations at the top of a file; those of one name, as of overloads, are one. */
function declarations(text: string): (Documented & { readonly isExported: boolean })[] {
  const all = new Map<string, Documented & { readonly isExported: boolean }>();
  for (const match of text.matchAll(DECLARATION)) {
    const [start, kind, name] = [match.index, match[1]!, match[2]!];
    const before = text.slice(0, start).trimEnd();
    const comment = before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : "";
    const declaration = text.slice(start, endOf(text, start)).replace(/^export (declare )?/, "");
    const other = all.get(name);
    all.set(name, {
      ...{ name, kind },
      isExported: match[0].startsWith("export"),
      declaration: other ? `${other.declaration}\n${declaration}` : declaration,
      doc: other?.doc || markdownOf(comment),
    });
  }
  return [...all.values()];
}

/** Where a declaration ends: behind its last brace, or at the semicolon outside of all. */
function endOf(text: string, start: number): number {
  const braced = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|enum)/.test(text.slice(start));
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    // what stands in comments counts nothing
    if (text.startsWith("/*", i)) i = text.indexOf("*/", i) + 1;
    else if ("([{".includes(text[i]!)) depth++;
    else if (")]}".includes(text[i]!)) {
      depth--;
      if (braced && depth === 0 && text[i] === "}") return i + 1;
    } else if (text[i] === ";" && depth === 0) return i + 1;
  }
  return text.length;
}

/** A docstring without its stars; its tags as a list. */
function markdownOf(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return lines
    .join("\n")
    .trim()
    .replaceAll(/^@(\w+) /gm, "- *$1* ")
    .replace(/\n- \*/, "\n\n- *");
}

/** The page, its texts set by `toHtml`; undefined where the library has not been built. */
export function reference(library: URL, toHtml: (markdown: string) => string): string | undefined {
  if (!ENTRIES.every(({ file }) => existsSync(new URL(file, library)))) return undefined;
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const sections = ENTRIES.map(({ name: entry, file }) => {
    const all = exported(new URL(file, library));
    const isValue = ({ kind }: Documented) => kind !== "interface" && kind !== "type";
    const id = (name: string) => `${entry.replace("/", ".")}.${name}`;
    const list = all.map(({ name }) => `<a href="#${id(name)}">${name}</a>`).join(" ");
    const one = ({ name, kind, declaration, doc }: Documented) =>
      `<h3 id="${id(name)}">${name} <small>${kind}</small></h3>\n${doc === "" ? "" : toHtml(doc)}<pre tabindex="0"><code>${escaped(declaration)}</code></pre>`;
    const [values, types] = [all.filter(isValue), all.filter((found) => !isValue(found))];
    return `<h2 id="${entry.replace("/", ".")}">${entry}</h2>\n<p class="index">${list}</p>\n${[...values, ...types].map(one).join("\n")}`;
  });
  return `<h1>API reference</h1>\n<p>What each entry of the package exports, from its docstrings: values first, then types.</p>\n${sections.join("\n")}`;
}
