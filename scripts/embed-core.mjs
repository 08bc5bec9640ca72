// Writes what the library needs of the core: src/kernels/wasm/exports.ts, the types of its exports from the compiler's own
// bindings, and src/kernels/wasm/bytes.ts, build/isoflop.wasm deflated and in base64, so that the library loads everywhere
// without a file or a fetch, and weighs little more than the file would. Zopfli takes 6 % off what zlib leaves.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";

const wasm = readFileSync("build/isoflop.wasm");
const deflated = Buffer.from(await promisify(zopfli.deflate)(wasm, { numiterations: 15 })).toString("base64");
writeFileSync(
  "src/kernels/wasm/bytes.ts",
  `// Generated from assembly/ by npm run build.\n/** Bytes of build/isoflop.wasm. */\nexport const size = ${wasm.length};\n/** The file, deflated, in base64. */\nexport const bytes =\n  "${deflated}";\n`,
);

const bindings = readFileSync("build/isoflop.d.ts", "utf8");
const kernels = [...bindings.matchAll(/^ {2}export function (\w+)\((.*)\): (\w+);$/gm)].map(
  ([, name, parameters, result]) => `  ${name}(${parameters}): ${result};\n`,
);
writeFileSync(
  "src/kernels/wasm/exports.ts",
  `// Generated from assembly/ by npm run build.\n/** The kernels of the core: pointers and counts are numbers. */\nexport interface Exports {\n${kernels.join("")}}\n`,
);
// the loader instantiates: neither is shipped
for (const name of ["isoflop.d.ts", "isoflop.js"]) rmSync(`build/${name}`, { force: true });
