// Where results go: a table, JSON or CSV to stdout, files by their ending. Every --out is tried before any work is done.

import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { toCsv } from "../figures/csv.ts";
import type { Columns, Figure } from "../figures/figure.ts";
import { toJson } from "../figures/json.ts";
import { MissingPackage, Usage } from "./errors.ts";
import type { Common } from "./options.ts";

const ENDINGS = [".svg", ".png", ".csv", ".json", ".parquet"] as const;
type Ending = (typeof ENDINGS)[number];

export interface Result {
  /** Fields that stay stable. Typed arrays become arrays; NaN becomes null, infinities "inf" and "-inf". */
  readonly json: () => object;
  /** Columns of equal length. */
  readonly columns: () => Columns;
  /** What a reader at the terminal wants to see. */
  readonly text: () => string;
  /** Absent where there is nothing to draw. */
  readonly figure?: (() => Promise<Figure>) | undefined;
}

/** A place for results, checked and with what it needs loaded. */
export type Write = (result: Result) => Promise<void>;

/**
 * Checks --json, --csv and every --out: known ending, writable, packages present.
 * @param drawable whether the command has a figure
 * @throws Usage, MissingPackage
 */
export async function openOutput(options: Common, drawable = true): Promise<Write> {
  if (options.json && options.csv) throw new Usage("--json and --csv exclude each other: give one of them");
  const files = (options.out ?? []).map((file) => ({ file, ending: checked(file, drawable) }));
  const has = (...endings: Ending[]) => files.some(({ ending }) => endings.includes(ending));
  const render = has(".svg", ".png") ? await load() : undefined;
  const parquet = has(".parquet")
    ? await import("hyparquet-writer").catch((error: unknown) => {
        throw new MissingPackage("Parquet", "hyparquet-writer", error);
      })
    : undefined;

  return async (result) => {
    for (const { file, ending } of files) {
      if (ending === ".json") writeFileSync(file, `${toJson(result.json(), 1)}\n`);
      else if (ending === ".csv") writeFileSync(file, toCsv(result.columns()));
      else if (ending === ".parquet") {
        const columnData = Object.entries(result.columns()).map(([name, data]) => ({ name, data: [...data] }));
        writeFileSync(file, new Uint8Array(parquet!.parquetWriteBuffer({ columnData })));
      } else {
        const figure = await result.figure!();
        const dark = options.dark ?? false;
        writeFileSync(file, ending === ".svg" ? render!.toSvg(figure, { dark }) : render!.toPng(figure, { dark }));
      }
    }
    if (options.json) process.stdout.write(`${toJson(result.json())}\n`);
    else if (options.csv) process.stdout.write(toCsv(result.columns()));
    else if (!options.quiet) {
      const written = files.map(({ file }) => `wrote ${file}\n`).join("");
      process.stdout.write(`${result.text()}\n${written && `\n${written}`}`);
    }
  };
}

function load() {
  return import("../figures/render.ts").catch((error: unknown) => {
    throw new MissingPackage("a figure", "@observablehq/plot linkedom @resvg/resvg-js dejavu-fonts-ttf", error);
  });
}

/** The ending of a file that can be written. */
function checked(file: string, drawable: boolean): Ending {
  const ending = extname(file).toLowerCase() as Ending;
  const known: readonly Ending[] = drawable ? ENDINGS : ENDINGS.filter((e) => e !== ".svg" && e !== ".png");
  if (!known.includes(ending)) throw new Usage(`--out ${file}: the ending must be one of ${known.join(" ")}`);
  const there = existsSync(file);
  if (there && statSync(file).isDirectory()) throw new Usage(`--out ${file} is a folder: give a file in it`);
  if (!existsSync(dirname(file))) throw new Usage(`--out ${file}: there is no folder ${dirname(file)}: make it first`);
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new Usage(`--out ${file} cannot be written (${(error as NodeJS.ErrnoException).code}): choose another place`);
  }
  if (!there) rmSync(file);
  return ending;
}
