// The report: one HTML file that stands by itself, figures as SVG inside, data as CSV beside. On top a table of verdicts.

import { type Claim, holds, type Verdict, verdict } from "./recipe.ts";

/** A recipe's outcome as it is stored: plain data, figures drawn. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly settings: string;
  readonly claims: readonly Claim[];
  /** Absent where all of the paper's claims are tried. */
  readonly untried?: readonly string[];
  readonly figures: readonly {
    readonly id: string;
    readonly title: string;
    readonly caption: string;
    readonly svg: string;
    readonly csv: string;
  }[];
  readonly remarks: readonly string[];
  readonly seconds: number;
  /** What made it: another version or size is not taken up again. */
  readonly made: string;
}

const STATE = {
  holds: ["yes", "✓", "holds"],
  disputed: ["disputed", "≠", "contradicted"],
  fails: ["no", "✗", "fails"],
} as const;
const MARK: Record<Verdict, string> = {
  reproduced: "✓",
  "partly reproduced": "◐",
  contradicted: "≠",
  "not reproduced": "✗",
  "not tried": "–",
};

/** What follows from the numbers of an entry. */
export const verdictOf = ({ claims, untried }: Entry): Verdict => verdict(claims, untried);

export function report(entries: readonly Entry[], { made }: { made: string }): string {
  const groups = entries.map((entry) => {
    const result = verdictOf(entry);
    const head = `<tr class="id"><th colspan="4"><a href="#${entry.id}">${entry.id}</a> ${text(entry.title)}<span>${MARK[result]} ${result}, ${entry.seconds.toFixed(1)} s</span></th></tr>`;
    const rows = entry.claims.map((claim) => {
      const [state, mark, word] = STATE[holds(claim) ? "holds" : claim.disputed ? "disputed" : "fails"];
      const whose = claim.source === "published" ? "" : `<small>${claim.source}</small> `;
      return `<tr><td>${text(claim.what)}</td><td class="number">${whose}${text(claim.reads)}</td><td class="number">${text(measurement(claim))}</td><td class="${state}">${mark}<span> ${word}</span></td></tr>`;
    });
    return `<tbody>${head}${rows.join("\n")}</tbody>`;
  });
  const counts = new Map<Verdict, number>();
  for (const result of entries.map(verdictOf)) counts.set(result, (counts.get(result) ?? 0) + 1);
  const summary = [...counts].map(([name, n]) => `${MARK[name]} ${n} ${name}`).join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>isoflop: both papers, reproduced</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Both papers, reproduced</h1>
<p>${text(made)}. ${summary}. Every verdict follows from the numbers in its row; ± is one standard error. Numbers marked
<small>theory</small> are not the papers' but follow from the theory here; bounds marked <small>ours</small> make a number of what a paper says in
words or shows in a figure. <em>Contradicted</em> marks a published number that
theory and simulation do not confirm; the evidence stands with it.</p>
<table>
<thead><tr><th>claim</th><th class="number">published</th><th class="number">measured</th><th>verdict</th></tr></thead>
${groups.join("\n")}
</table>
${entries.map((entry) => section(entry, made)).join("\n")}
</main>
</body>
</html>
`;
}

function section(entry: Entry, made: string): string {
  const result = verdictOf(entry);
  const { untried = [] } = entry;
  const disputes = entry.claims.filter((claim) => claim.disputed !== undefined && !holds(claim));
  return `<section id="${entry.id}">
<h2>${text(entry.title)} <small>${entry.id} · ${MARK[result]} ${result}</small></h2>
<p class="settings">${text(entry.settings)}${entry.made === made ? "" : ` Made by ${text(entry.made)}.`}</p>
${entry.figures.map((figure) => `<figure><div>${apart(figure)}</div><figcaption>${caption(figure.caption)} <a href="${figure.id}.csv">data</a></figcaption></figure>`).join("\n")}
${disputes.map(({ what, disputed }) => `<p><strong>${text(what)}:</strong> ${text(disputed!)}</p>`).join("\n")}
${untried.length > 0 ? `<p>Not tried: ${text(untried.join("; "))}.</p>` : ""}
${entry.remarks.map((remark) => `<p>${text(remark)}</p>`).join("\n")}
</section>`;
}

/** Its ids made its own: several drawings share the page. */
const apart = ({ id, svg }: Entry["figures"][number]): string => svg.replaceAll("plot-clip-", `${id}-clip-`);

export function measurement({ measured, uncertainty }: Claim): string {
  const value =
    Math.abs(measured) >= 1e-3 && Math.abs(measured) < 1e4
      ? String(+measured.toPrecision(4))
      : measured.toExponential(2);
  return uncertainty === undefined ? value : `${value} ± ${+uncertainty.toPrecision(1)}`;
}

/** Nothing in a report is ever markup but what this file writes. */
const text = (raw: string): string =>
  raw.replace(/[&<>"]/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot" }[c]};`);

/** A figure's caption: d^{*}, F_{0} as superscript and subscript. */
const caption = (raw: string): string =>
  text(raw)
    .replace(/\^\{([^}]*)\}/g, "<sup>$1</sup>")
    .replace(/_\{([^}]*)\}/g, "<sub>$1</sub>");

const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --muted: #5b6470; --line: #e4e7eb; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; overflow-wrap: break-word; }
main { max-width: 1200px; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 3rem; } small { color: var(--muted); font-weight: normal; }
table { border-collapse: collapse; font-size: 0.85rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
td:first-child { padding-left: 1.5rem; }
.id th { padding-top: 1rem; font-weight: normal; } .id a { font-weight: 600; margin-right: 0.5em; } .id span { float: right; color: var(--muted); }
.number { font-variant-numeric: tabular-nums; text-align: right; } td.number { white-space: nowrap; }
.yes { color: #0a6b3d; } .no { color: #a3142f; } .disputed { color: #7a4b00; } .yes, .no, .disputed { white-space: nowrap; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; } figcaption { color: var(--muted); font-size: 0.9rem; }
.settings { color: var(--muted); }
@media screen and (max-width: 700px) {
  table { font-size: 0.75rem; } th, td { padding: 0.2rem 0.3rem; } td:first-child { padding-left: 0.3rem; }
  td.number { white-space: normal; } td span { display: none; } .id span { float: none; display: block; }
  figure div { overflow-x: auto; } figure svg { min-width: 640px; max-width: none; width: 160%; }
}
@media print {
  body, table, figcaption { font-size: 11px; } a { color: inherit; text-decoration: none; } main { max-width: none; padding: 0; }
  section { break-before: page; } figure, tr { break-inside: avoid; } .id { break-after: avoid; } figure svg { max-height: 21cm; }
}
`;
