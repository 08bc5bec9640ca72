// Draws the figures of docs/figures anew, each by the command that commands.json has for it. Needs the built command line.
//
//   node scripts/draw-figures.mjs [name …]     all but the benchmark's by default

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const folder = "docs/figures/";
const commands = JSON.parse(readFileSync(`${folder}commands.json`, "utf8"));
const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(commands).filter((name) => commands[name].startsWith("isoflop "));
for (const name of names) {
  const command = commands[name];
  if (!command?.startsWith("isoflop ")) throw new Error(`${name} is no figure that a command of isoflop draws`);
  // the figure alone, of all that the command would write
  const words = command.split(" ").slice(1);
  const asking = words.filter((word, i) => word !== "--out" && words[i - 1] !== "--out");
  const line = [...asking, "--out", `${folder}${name}.svg`, "--quiet"];
  execFileSync("node", ["build/lib/cli/main.js", ...line], { stdio: "inherit" });
  console.log(`${folder}${name}.svg`);
}
