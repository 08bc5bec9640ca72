// Embeds build/isoflop.wasm, base64, in src/kernels/wasm/bytes.ts, so that the library loads everywhere without a file
// or a fetch.
import { readFileSync, writeFileSync } from "node:fs";

const wasm = readFileSync("build/isoflop.wasm");
writeFileSync(
  "src/kernels/wasm/bytes.ts",
  `// Generated from assembly/ by npm run build.\n/** build/isoflop.wasm (${wasm.length} bytes), base64. */\nexport const bytes =\n  "${wasm.toString("base64")}";\n`,
);
