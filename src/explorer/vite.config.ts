// The explorer as static files that any server can serve from any path.

import { defineConfig, type Plugin } from "vite";
import { scalarCore } from "../../bench/cores.ts";

// the library's pool of threads, which the page does not use: it has workers of its own
const external = ["workerpool"];

/** That one plugin compiles a core is no cause for a warning. */
const checks = { pluginTimings: false };

const SCALAR = "virtual:scalar-core";

/** The scalar core for the view of speed, as a module: the page's policy allows it to fetch nothing. */
function scalar(): Plugin {
  return {
    name: "scalar-core",
    resolveId: (id) => (id === SCALAR ? id : undefined),
    load: async (id) =>
      id === SCALAR ? `export default "${Buffer.from(await scalarCore()).toString("base64")}";` : undefined,
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "../../build/explorer",
    emptyOutDir: true,
    target: "es2022",
    // the polyfill fetches, which the page's content-security policy rightly forbids
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { external, checks },
  },
  worker: { format: "es", rolldownOptions: { external, checks }, plugins: () => [scalar()] },
});
