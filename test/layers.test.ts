// Which folder of src/ may import which: no arrow runs up, and the oracle of the kernels is imported by nothing it checks.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** Lowest first. A folder imports from its own and from those before it; files that stand alone in src/ from anywhere. */
const LAYERS = ["math", "kernels", "theory", "simulation", "fitting"];
/** What is drawn and what is written knows nothing of who asks. */
const ABOVE = ["cli", "explorer", "reproduce", "sweep"];
/** Rooms of the theory, each with those it rests on. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  measure: [],
  exponents: ["training"],
  training: ["measure"],
  plrf: ["measure", "exponents", "training"],
  dynamics: ["measure", "training"],
};
/** The fallback is chosen by whoever starts: the library's entry and a thread that is given no core. */
const FALLBACK = ["index.ts", "simulation/worker.ts"];

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const arrows = files.flatMap((file) =>
  [...readFileSync(join("src", file), "utf8").matchAll(/^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)"/gms)].map(
    ([, to]) => ({ file, to: join(dirname(file), to!) }),
  ),
);
const folder = (file: string) => file.split("/")[0]!;
const wrong = (forbidden: (file: string, to: string) => boolean) =>
  arrows.filter(({ file, to }) => forbidden(file, to)).map(({ file, to }) => `${file} → ${to}`);

describe("imports", () => {
  it("are found", () => {
    expect(arrows.length).toBeGreaterThan(800);
    expect(arrows.every(({ to }) => !to.startsWith(".."))).toBe(false);
  });

  it("run down from fitting to math", () => {
    const level = (file: string) => LAYERS.indexOf(folder(file));
    expect(wrong((file, to) => level(file) >= 0 && level(to) > level(file))).toEqual([]);
  });

  it("reach no command, page or sweep from below", () => {
    expect(wrong((file, to) => [...LAYERS, "figures"].includes(folder(file)) && ABOVE.includes(folder(to)))).toEqual(
      [],
    );
  });

  it("run between the rooms of the theory as CONTRIBUTING says", () => {
    const room = (file: string) => (folder(file) === "theory" ? file.split("/")[1]! : undefined);
    expect(
      wrong((file, to) => {
        const [from, into] = [room(file), room(to)];
        return from !== undefined && into !== undefined && from !== into && !ROOMS[from]?.includes(into);
      }),
    ).toEqual([]);
  });

  it("form no circle", () => {
    const next = new Map<string, string[]>();
    for (const { file, to } of arrows) next.set(file, [...(next.get(file) ?? []), to]);
    const done = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return [];
      const found = (next.get(file) ?? []).flatMap((to) => circleFrom(to, [...path, file]));
      done.add(file);
      return found;
    };
    expect(files.flatMap((file) => circleFrom(file, []))).toEqual([]);
  });

  it("leave the plain kernels an oracle", () => {
    const oracle = (file: string) => file.startsWith("kernels/reference/");
    // those of the other modules are oracles too
    const plain = (file: string) => oracle(file) || /^kernels\/\w+\/reference\.ts$/.test(file);
    expect(wrong((file, to) => oracle(to) && !plain(file) && !FALLBACK.includes(file))).toEqual([]);
    expect(wrong((file, to) => oracle(file) && to.startsWith("kernels/wasm/"))).toEqual([]);
  });
});
