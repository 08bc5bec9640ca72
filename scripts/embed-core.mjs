// Writes what the library needs of each WebAssembly module: exports.ts, the types of its exports from the compiler's own bindings,
// and bytes.ts, the module deflated and in base64, so that the library loads everywhere without a file or a fetch, and weighs
// little more than the file would. Zopfli takes 6 % off what zlib leaves.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";

const MODULES = {
  isoflop: "src/kernels/wasm",
  learning: "src/kernels/learning",
  sign: "src/kernels/sign",
  laws: "src/kernels/laws",
};

for (const [name, folder] of Object.entries(MODULES)) {
  const wasm = readFileSync(`build/${name}.wasm`);
  const deflated = Buffer.from(await promisify(zopfli.deflate)(wasm, { numiterations: 15 })).toString("base64");
  writeFileSync(
    `${folder}/bytes.ts`,
    `// Generated from assembly/ by npm run build.\n/** Bytes of build/${name}.wasm. */\nexport const size = ${wasm.length};\n/** The file, deflated, in base64. */\nexport const bytes: string =\n  "${deflated}";\n`,
  );
  const bindings = readFileSync(`build/${name}.d.ts`, "utf8");
  const kernels = [...bindings.matchAll(/^ {2}export function (\w+)\((.*)\): (\w+);$/gm)].map(
    ([, kernel, parameters, result]) => `  ${kernel}(${parameters}): ${result};\n`,
  );
  writeFileSync(
    `${folder}/exports.ts`,
    `// Generated from assembly/ by npm run build.\n/** The kernels of the module: pointers and counts are numbers. */\nexport interface Exports {\n${kernels.join("")}}\n`,
  );
  // the loader instantiates: neither is shipped
  for (const ending of ["d.ts", "js"]) rmSync(`build/${name}.${ending}`, { force: true });
}
