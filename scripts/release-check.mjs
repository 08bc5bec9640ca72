// What a release's dependencies are: what is outdated, and the licence of all that a user installs. npm run release:check
// Exit status 1 where a licence is not one of those allowed, or npm cannot be asked. Advisories: npm audit, beside it.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Licences that may be linked and passed on with the notice they come with. */
const ALLOWED =
  /^\(?(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|MPL-2\.0|Unlicense|CC0-1\.0|Bitstream-Vera)\b/;

/** Licences that npm has no name for, read by us. */
const READ = { "dejavu-fonts-ttf": "Bitstream-Vera" };

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const told = Object.entries(lock.packages)
  .filter(([path, { dev, link }]) => path !== "" && !dev && !link)
  .map(([path, { version, license }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    return { name, version, license: READ[name] ?? license ?? manifest(path) };
  });

/** Where the lock file does not say. */
function manifest(path) {
  try {
    const { license, licenses } = JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url), "utf8"));
    return license?.type ?? license ?? licenses?.map(({ type }) => type).join(" OR ") ?? "not said";
  } catch {
    return "not said, and not installed here";
  }
}

const by = new Map();
for (const { name, version, license } of told) by.set(license, [...(by.get(license) ?? []), `${name}@${version}`]);
console.log(`licences of the ${told.length} packages that a user may install:`);
for (const [license, packages] of [...by].sort(([, a], [, b]) => b.length - a.length))
  console.log(`  ${license}: ${packages.length > 8 ? `${packages.length} packages` : packages.join(", ")}`);
const others = told.filter(({ license }) => !ALLOWED.test(license));
for (const { name, version, license } of others) console.log(`LOOK AT ${name}@${version}: ${license}`);

console.log("\nnpm outdated:");
const { stdout, stderr, status } = spawnSync("npm", ["outdated"], { encoding: "utf8" });
console.log(stdout.trim() || (status === 0 ? "nothing" : stderr.trim()));
process.exitCode = others.length > 0 || (stdout === "" && status !== 0) ? 1 : 0;
