// The core built twice more for measuring: with one lane instead of two (what does SIMD give?) and the peak of this machine.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { processorTime } from "./harness.ts";

async function compile(entry: string, replaced: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [entry, "--outFile", "out.wasm", "-O3", "--noAssert", "--runtime", "stub", "--enable", "simd,bulk-memory"],
    {
      readFile: (name) => {
        for (const [path, text] of Object.entries(replaced)) if (name.endsWith(path)) return text;
        try {
          return readFileSync(name, "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => {
        if (typeof contents !== "string") bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !bytes) throw new Error(`could not compile ${entry}: ${error?.message} ${stderr}`);
  return Uint8Array.from(bytes);
}

/** The core with V = f64 and S = f32: what is written in lanes becomes scalar code. */
export async function scalarCore(): Promise<Uint8Array<ArrayBuffer>> {
  const [kept, stamp] = ["build/bench/isoflop-scalar.wasm", "build/bench/isoflop-scalar.of"];
  const hash = createHash("sha256");
  for (const name of readdirSync("assembly", { recursive: true, encoding: "utf8" }).sort())
    if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join("assembly", name)));
  const of = hash.update(asc.version).digest("hex");
  // compiling takes as long as all the rest of the explorer's build
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === of) return Uint8Array.from(readFileSync(kept));
  const bytes = await compile("bench/assembly/all.ts", {
    "assembly/width.ts": "export type V = f64;\nexport type S = f32;\n",
  });
  mkdirSync("build/bench", { recursive: true });
  writeFileSync(kept, bytes);
  writeFileSync(stamp, of);
  return bytes;
}

/** What one core can do with 128-bit vectors. */
export interface Peak {
  /** Multiplications and additions of f64 a nanosecond, from registers. */
  readonly flops: number;
  /** Bytes a nanosecond, loaded from the first-level cache. */
  readonly bytes: number;
}

export async function measurePeak(): Promise<Peak> {
  const { instance } = await WebAssembly.instantiate(await compile("bench/assembly/peak.ts", {}), {});
  const { multiplyAdd, loads } = instance.exports as Record<string, (n: number) => number>;
  const best = (run: (n: number) => number, n: number): number => {
    let least = Infinity;
    for (let i = 0; i < 20; i++) {
      const start = processorTime();
      run(n);
      least = Math.min(least, processorTime() - start);
    }
    return 1e6 * least;
  };
  const n = 2_000_000;
  return { flops: (n * 12 * 4) / best(multiplyAdd!, n), bytes: (n * 16 * 16) / best(loads!, n) };
}
