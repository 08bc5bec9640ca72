// The library as a few files: read one by one, its two hundred modules are most of the time to a first result. Every entry
// keeps its path of src; all that index needs is one chunk, and what a command loads when it is named is one of its own.
// Neither minified nor bundled with its dependencies, so that it can be read, debugged and shaken. tsc writes the types and
// what they say beside it.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { STAMP, sourcesHash } from "./scripts/sources.ts";

/** What package.json names, and the scripts of threads. */
const ENTRIES = [
  "index",
  "figures/index",
  "sweep/index",
  "cli/main",
  "simulation/worker",
  "fitting/thread",
  "fitting/laws/index",
  "measure/index",
  "networks/index",
  "networks/thread",
  "sweep/thread",
  "cli/plane-thread",
];

/** Of what was read at the start: sources that change meanwhile are not built. */
const stamp = (): Plugin => {
  let hash = "";
  return {
    name: "stamp",
    buildStart: () => {
      hash = sourcesHash();
      rmSync(STAMP, { force: true });
    },
    writeBundle: () => {
      mkdirSync(dirname(STAMP), { recursive: true });
      writeFileSync(STAMP, hash);
    },
  };
};

export default defineConfig({
  plugins: [stamp()],
  publicDir: false,
  build: {
    outDir: "build/lib",
    emptyOutDir: true,
    target: "es2022",
    minify: false,
    lib: {
      entry: Object.fromEntries(ENTRIES.map((name) => [name, `${import.meta.dirname}/src/${name}.ts`])),
      formats: ["es"],
    },
    rolldownOptions: {
      external: (id) => !/^[./]/.test(id),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name].js",
        comments: { jsdoc: false },
        codeSplitting: { groups: [{ name: "library", test: /src\/index\.ts$/ }] },
      },
    },
  },
});
