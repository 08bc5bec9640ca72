// The explorer as static files that any server can serve from any path.

import { defineConfig } from "vite";

// the library's pool of threads, which the page does not use: it has workers of its own
const external = ["workerpool"];

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
    rolldownOptions: { external },
  },
  worker: { format: "es", rolldownOptions: { external } },
});
