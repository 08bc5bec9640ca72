// Where results go: a table, JSON or CSV to stdout, files by their ending. Every --out is tried before any work is done.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, extname } from "node:path";
import { toCsv } from "../figures/csv.ts";
import type { Columns, Figure } from "../figures/figure.ts";
import { toJson } from "../figures/json.ts";
import { besides, replaceFile } from "../replace.ts";
import { Failure, MissingPackage, Usage } from "./errors.ts";
import type { Common } from "./options.ts";

const ENDINGS = [".svg", ".png", ".csv", ".json", ".parquet"] as const;
type Ending = (typeof ENDINGS)[number];

export interface Result {
  /**
   * Fields that stay stable. Typed arrays become arrays; NaN becomes null, infinities "inf" and "-inf". A file may hold more than is
   * printed.
   */
  readonly json: (file: boolean) => object;
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
      const writeFile = (content: Uint8Array | string) => replaced(file, content);
      if (ending === ".json") writeFile(`${toJson(result.json(true), 1)}\n`);
      else if (ending === ".csv") writeFile(toCsv(result.columns()));
      else if (ending === ".parquet") {
        const columnData = Object.entries(result.columns()).map(([name, data]) => ({ name, data: [...data] }));
        writeFile(new Uint8Array(parquet!.parquetWriteBuffer({ columnData })));
      } else {
        const figure = await result.figure!();
        const dark = options.dark ?? false;
        writeFile(ending === ".svg" ? render!.toSvg(figure, { dark }) : render!.toPng(figure, { dark }));
      }
    }
    if (options.json) process.stdout.write(`${toJson(result.json(false))}\n`);
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
  checkPlace("--out", file);
  return ending;
}

/**
 * Sees whether a file can be replaced, and changes nothing.
 * @throws Usage
 */
export function checkPlace(option: string, file: string): void {
  const refuse = (what: string): never => {
    throw new Usage(`${option} ${file} ${what}`);
  };
  try {
    const there = existsSync(file);
    if (!there && lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
      refuse("is a link to a file that is not there: remove it, or choose another place");
    const target = there ? realpathSync(file) : file;
    const folder = dirname(target);
    if (there) {
      const kind = statSync(target);
      if (kind.isDirectory()) refuse("is a folder: give a file in it");
      if (!kind.isFile()) refuse("is no regular file: write to stdout with --csv or --json, and send that there");
      accessSync(target, constants.W_OK);
    }
    if (!existsSync(folder)) throw new Usage(`${option} ${file}: there is no folder ${folder}: make it first`);
    const trial = besides(target);
    closeSync(openSync(trial, "wx"));
    rmSync(trial);
  } catch (error) {
    if (error instanceof Usage) throw error;
    refuse(`cannot be written (${(error as NodeJS.ErrnoException).code}): choose another place`);
  }
}

function replaced(file: string, content: Uint8Array | string): void {
  try {
    replaceFile(file, content);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(
      `${file} could not be written (${code ?? message}), and is as it was: make room, or choose another place`,
    );
  }
}
