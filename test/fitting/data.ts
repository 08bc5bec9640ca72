// Training runs published by others, which are not part of the project: tests on them are skipped where they are absent.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runsFromTable, type TableOptions } from "../../src/fitting/from-table.ts";
import { readTable } from "../../src/fitting/read.ts";
import type { Runs } from "../../src/fitting/runs.ts";
import type { Table } from "../../src/fitting/table.ts";

const folder = process.env.ISOFLOP_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));

export const present = existsSync(`${folder}/chinchilla-extracted.csv`);

export const file = (name: string): string => `${folder}/${name}`;

export const publishedTable = (name: string): Promise<Table> => readTable(readFileSync(file(name), "utf8"), "csv");

export const published = async (name: string, options?: TableOptions): Promise<Runs> =>
  runsFromTable(await publishedTable(name), options);
