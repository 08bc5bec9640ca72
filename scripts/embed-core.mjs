// Compiles each WebAssembly module to build/, by the options of asconfig.json, and writes what the library needs of it: exports.ts,
// the types of its exports from the compiler's own bindings, and bytes.ts, the module deflated and in base64, so that the library
// loads everywhere without a file or a fetch, and weighs little more than the file would. Zopfli takes 6 % off what zlib leaves.
// src/kernels/digest.ts says in one word what all of them compute.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";
import asc from "assemblyscript/asc";

const MODULES = {
  isoflop: { entry: "assembly/index.ts", folder: "src/kernels/wasm" },
  learning: { entry: "assembly/learning.ts", folder: "src/kernels/learning" },
  networks: { entry: "assembly/networks.ts", folder: "src/kernels/networks" },
  sign: { entry: "assembly/sign-module.ts", folder: "src/kernels/sign" },
  huber: { entry: "assembly/huber-module.ts", folder: "src/kernels/huber" },
  laws: { entry: "assembly/laws.ts", folder: "src/kernels/laws" },
};

/** The module and its bindings in TypeScript. What loads it, the bindings in JavaScript, is not asked for. */
async function compile(entry, name) {
  const files = {};
  const { error, stderr } = await asc.main([entry, "--outFile", `${name}.wasm`, "--bindings", "raw"], {
    writeFile: (file, contents) => {
      files[file] = contents;
    },
  });
  if (error) throw new Error(`${entry} does not compile: ${error.message}\n${stderr}`);
  return { wasm: files[`${name}.wasm`], bindings: files[`${name}.d.ts`] };
}

mkdirSync("build", { recursive: true });
const digest = createHash("sha256");
for (const [name, { entry, folder }] of Object.entries(MODULES)) {
  const { wasm, bindings } = await compile(entry, name);
  writeFileSync(`build/${name}.wasm`, wasm);
  digest.update(wasm);
  const deflated = Buffer.from(await promisify(zopfli.deflate)(wasm, { numiterations: 15 })).toString("base64");
  writeFileSync(
    `${folder}/bytes.ts`,
    `// Generated from assembly/ by npm run build.\n/** Bytes of build/${name}.wasm. */\nexport const size = ${wasm.length};\n/** The file, deflated, in base64. */\nexport const bytes: string =\n  "${deflated}";\n`,
  );
  const kernels = [...bindings.matchAll(/^ {2}export function (\w+)\((.*)\): (\w+);$/gm)].map(
    ([, kernel, parameters, result]) => `  ${kernel}(${parameters}): ${result};\n`,
  );
  writeFileSync(
    `${folder}/exports.ts`,
    `// Generated from assembly/ by npm run build.\n/** The kernels of the module: pointers and counts are numbers. */\nexport interface Exports {\n${kernels.join("")}}\n`,
  );
}
writeFileSync(
  "src/kernels/digest.ts",
  `// Generated from assembly/ by npm run build.\n/** The first digits of the SHA-256 of all modules, one after the other. */\nexport const digest = "${digest.digest("hex").slice(0, 12)}";\n`,
);
