// The explorer as static files that any server can serve from any path.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
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

/**
 * The whole site for when there is no network: its files are kept on the first visit. What carries a hash in its name is taken
 * from there; pages come from the network while there is one, so that a new version is seen at once.
 */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
      // by all that is in them: not every file has a hash in its name
      const version = files
        .reduce((hash, name) => {
          const file = bundle[name]!;
          return hash.update(name).update(file.type === "asset" ? file.source : file.code);
        }, createHash("sha256"))
        .digest("hex")
        .slice(0, 12);
      const source = readFileSync(new URL("./offline.js", import.meta.url), "utf8")
        .replace("/*FILES*/", JSON.stringify(["./", ...files.filter((name) => name !== "index.html")]).slice(1, -1))
        .replace("/*VERSION*/", version);
      this.emitFile({ type: "asset", fileName: "offline.js", source });
    },
  };
}

/** The documentation, where what sets it is installed: a build without it says so, and its test fails. */
async function documentation(): Promise<Plugin[]> {
  try {
    return [(await import("./site.ts")).documentation()];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.warn(`the explorer is built without its documentation: npm install (${(error as Error).message})`);
    return [];
  }
}

export default defineConfig({
  plugins: [...(await documentation()), offline()],
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
