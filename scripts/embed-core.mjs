// Embeds build/isoflop.wasm, deflated and in base64, in src/kernels/wasm/bytes.ts, so that the library loads everywhere
// without a file or a fetch, and weighs little more than the file would. Zopfli takes 6 % off what zlib leaves.
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";

const wasm = readFileSync("build/isoflop.wasm");
const deflated = Buffer.from(await promisify(zopfli.deflate)(wasm, { numiterations: 15 })).toString("base64");
writeFileSync(
  "src/kernels/wasm/bytes.ts",
  `// Generated from assembly/ by npm run build.\n/** Bytes of build/isoflop.wasm. */\nexport const size = ${wasm.length};\n/** The file, deflated, in base64. */\nexport const bytes =\n  "${deflated}";\n`,
);
