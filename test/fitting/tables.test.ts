// Tables as people have them: one set of runs written in every way, read back to the same numbers; and what cannot be read is told
// in one line.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { parseNumber, scaleOf } from "../../src/fitting/cells.ts";
import { parseColumns, parseUnits, runsFromTable, type TableOptions } from "../../src/fitting/from-table.ts";
import { formatOf, formatOfContent, readTable } from "../../src/fitting/read.ts";
import { runCount } from "../../src/fitting/runs.ts";
import { spectrumFromTable } from "../../src/fitting/table.ts";

const csv = async (text: string, options?: TableOptions) => runsFromTable(await readTable(text, "csv"), options);
const refusal = async (made: Promise<unknown>): Promise<string> =>
  made.then(
    () => "accepted",
    (error: Error) => error.message,
  );

const N = [19186414, 27133686, 76745654, 108534745, 1534913090];
const D = [8686702302, 6142426306, 2171675632, 14811517661, 10473324516];
const LOSS = [3.657514, 3.571624, 0.458912, 3.1, 2.75];

const NAMES = {
  N: [
    ..."N params n_params parameters num_parameters parameter_count model_size config.n_params model/params nParams".split(
      " ",
    ),
    "Model Size",
    "# params",
    "Number of parameters",
    "non-embedding params",
    "Params (non-embedding)",
    "activeParams",
  ],
  D: [
    ..."D tokens n_tokens train_tokens total_tokens tokens_seen train/tokens throughput/total_tokens numTokens".split(
      " ",
    ),
    "Training Tokens",
    "Tokens seen",
    "dataset size",
  ],
  loss: [
    ..."loss val_loss final_loss final_val_loss eval/loss validation_loss eval/c4/macro_loss val_bpb c4_loss".split(
      " ",
    ),
    "Val loss",
    "Final Loss",
    "test loss",
    "cross-entropy loss",
    "L",
  ],
};

/** How numbers are written: with a unit in the header, in the cell, with separators. */
const WRITTEN = {
  plain: (x: number) => String(x),
  exponent: (x: number) => x.toExponential(12),
  thousands: (x: number) => String(x).replace(/\B(?=(\d{3})+$)/g, ","),
  underscores: (x: number) => String(x).replace(/\B(?=(\d{3})+$)/g, "_"),
  spaces: (x: number) => String(x).replace(/\B(?=(\d{3})+$)/g, "\u202f"),
  suffix: (x: number) => (x >= 1e9 ? `${x / 1e9}B` : `${x / 1e6} M`),
  words: (x: number) => (x >= 1e9 ? `${x / 1e9} billion` : `${x / 1e6}m`),
  powers: (x: number) => `${x / 1e6}×10^6`,
};
const UNITS = { "": 1, " (M)": 1e6, _b: 1e9, " [billions]": 1e9, " in millions": 1e6, " (1e6)": 1e6 };

describe("one table, written in every way", () => {
  const way = fc.record({
    names: fc.record({
      N: fc.constantFrom(...NAMES.N),
      D: fc.constantFrom(...NAMES.D),
      loss: fc.constantFrom(...NAMES.loss),
    }),
    written: fc.constantFrom(...(Object.keys(WRITTEN) as (keyof typeof WRITTEN)[])),
    unit: fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[])),
    separator: fc.constantFrom(",", ";", "\t", "|"),
    comma: fc.boolean(),
    order: fc.shuffledSubarray(["N", "D", "loss"] as const, { minLength: 3 }),
    end: fc.constantFrom("\n", "\r\n"),
    quoted: fc.boolean(),
    trailing: fc.boolean(),
    comment: fc.constantFrom("", "# exported 2026-01-01, by hand\n", "sep=\n"),
    encoding: fc.constantFrom("utf8", "bom", "utf16le", "utf16be", "utf16", "gzip"),
    blank: fc.boolean(),
  });

  it("gives one set of runs", async () => {
    await fc.assert(
      fc.asyncProperty(way, async (w) => {
        // N_b could be anything
        fc.pre(!(w.unit === "_b" && (w.names.N === "N" || w.names.D === "D")));
        const scale = UNITS[w.unit];
        const write = (x: number, quantity: "N" | "D" | "loss"): string => {
          // a unit in the header goes with plain numbers
          let text = quantity === "loss" ? String(x) : scale > 1 ? String(x / scale) : WRITTEN[w.written](x);
          if (w.comma && w.separator !== ",") {
            text = text.replace(/[.,]/g, (mark) => (mark === "," ? "." : ","));
          }
          return w.quoted || text.includes(w.separator) ? `"${text}"` : text;
        };
        const header = w.order.map((q) => `"${w.names[q]}${q === "loss" ? "" : w.unit}"`);
        const values = { N, D, loss: LOSS };
        const lines = [header, ...N.map((_, i) => w.order.map((q) => write(values[q][i]!, q)))].map(
          (cells, i) => cells.join(w.separator) + (w.trailing && i > 0 ? w.separator : ""),
        );
        if (w.blank) lines.splice(3, 0, w.separator.repeat(2));
        const start = w.comment === "sep=\n" ? `sep=${w.separator}\n` : w.comment;
        const found = runsFromTable(
          await readTable(encoded(start + lines.join("\n").replaceAll("\n", w.end), w.encoding), "csv"),
        );
        for (const [values, wanted] of [
          [found.N, N],
          [found.D, D],
          [found.loss, LOSS],
        ] as const) {
          expect(values).toHaveLength(wanted.length);
          values.forEach((value, i) => void expect(value / wanted[i]!).toBeCloseTo(1, 9));
        }
      }),
      { numRuns: 1500, seed: 7 },
    );
  });

  function encoded(text: string, encoding: string): ArrayBuffer {
    const bytes = (): Uint8Array => {
      if (encoding === "bom") return Buffer.from(`\uFEFF${text}`);
      if (encoding === "gzip") return gzipSync(text);
      if (encoding === "utf16le") return Buffer.from(`\uFEFF${text}`, "utf16le");
      if (encoding === "utf16be") return Buffer.from(`\uFEFF${text}`, "utf16le").swap16();
      return encoding === "utf16" ? Buffer.from(text, "utf16le") : Buffer.from(text);
    };
    return new Uint8Array(bytes()).buffer;
  }

  it("whatever the JSON", async () => {
    const rows = N.map((n, i) => ({ params: n, tokens: D[i], loss: LOSS[i] }));
    const ways: [string, "json" | "jsonl"][] = [
      [JSON.stringify(rows), "json"],
      [JSON.stringify({ runs: rows, project: "x" }), "json"],
      [JSON.stringify({ params: N, tokens: D, loss: LOSS }), "json"],
      [JSON.stringify({ params: { ...N }, tokens: { ...D }, loss: { ...LOSS } }), "json"],
      [JSON.stringify({ columns: ["params", "tokens", "loss"], data: N.map((n, i) => [n, D[i], LOSS[i]]) }), "json"],
      [JSON.stringify([["params", "tokens", "loss"], ...N.map((n, i) => [n, D[i], LOSS[i]])]), "json"],
      [JSON.stringify(rows.map(({ params, ...rest }) => ({ config: { n_params: params }, ...rest }))), "json"],
      [rows.map((row) => JSON.stringify(row)).join("\n"), "jsonl"],
      [rows.map((row) => JSON.stringify(row)).join("\n"), "json"],
    ];
    for (const [text, format] of ways) {
      const found = runsFromTable(await readTable(text, format));
      expect([...found.N]).toEqual(N);
      expect([...found.D]).toEqual(D);
      expect([...found.loss]).toEqual(LOSS);
    }
    expect(runsFromTable(await readTable(ways[0]![0])).n).toBe(N.length);
    const python =
      '{"params":1e8,"tokens":2e9,"loss":3}\n{"params":2e8,"tokens":2e9,"loss":NaN}\n{"params":"NaN","tokens":2e9,"loss":3}';
    const found = runsFromTable(await readTable(python, "jsonl"));
    expect([found.n, found.warnings[0]]).toEqual([1, "1 row without a loss left out (row 2)"]);
  });

  it("white space as NumPy and Fortran leave it, with the header in a comment", async () => {
    const found = await csv("# params tokens loss\n 1.0e8   2e9  3.0\n 2.0e8 4e9    2.5\n");
    expect([[...found.N], [...found.loss], [...found.row]]).toEqual([
      [1e8, 2e8],
      [3, 2.5],
      [2, 3],
    ]);
  });
});

describe("numbers", () => {
  it.each([
    ["7B", 7e9],
    ["1.4T", 1.4e12],
    ["18.2M", 18.2e6],
    ["125m", 125e6],
    ["512k tokens", 512e3],
    ["1,000,000", 1e6],
    ["1_000", 1000],
    ["12 345 678", 12345678],
    ["1’234’567.5", 1234567.5],
    ["12,34,567", 1234567],
    ["3e18", 3e18],
    ["1.2×10^18", 1.2e18],
    ["5.88 x 10**23", 5.88e23],
    ["10²¹", 1e21],
    ["3.2 EFLOPs", 3.2e18],
    ["1.5 zettaflops", 1.5e21],
    ["2 PF-days", 2 * 8.64e19],
    ["−3", -3],
  ])("%s", (text, value) => {
    expect(parseNumber(text)!.value / value).toBeCloseTo(1, 12);
  });
  it.each(["", "0x10", "=1+1", "1,00", "1,2345", "7 Q", "1.2.3", "7B7", "e5", "--3", "1e", "Infinity", "x".repeat(99)])(
    "none in %j",
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
    },
  );
  it("the comma is decimal where the column shows it, or nothing else tells", async () => {
    const three = await csv("params;tokens;loss\n1e8;2e9;3,657\n2e8;4e9;2,512");
    expect([...three.loss]).toEqual([3.657, 2.512]);
    const grouped = await csv('params;tokens;loss\n19,186,414;"8,686,702,302";3.657\n27,133,686;6,142,426,306;2.5');
    expect([grouped.N[0], grouped.loss[0]]).toEqual([19186414, 3.657]);
    const points = await csv("params;tokens;loss\n19.186.414;8.686.702.302;3,657\n27.133.686;6.142.426.306;2,5");
    expect([points.N[0], points.loss[0]]).toEqual([19186414, 3.657]);
    expect(await refusal(csv("params;tokens;loss\n1e8;2e9;3,65\n2e8;4e9;2.51"))).toMatch(
      /column "loss" has decimal points in some cells and decimal commas in others/,
    );
  });
  it("units", () => {
    expect([scaleOf("M"), scaleOf("billions"), scaleOf("gflops"), scaleOf("1e18"), scaleOf("constructor")]).toEqual([
      ...[1e6, 1e9, 1e9, 1e18, undefined],
    ]);
    expect(parseUnits("N=M,D=1e9,C=gflops")).toEqual({ N: 1e6, D: 1e9, C: 1e9 });
    expect(() => parseUnits("loss=2")).toThrow(/give N=…, D=… or C=… and a unit/);
    expect(() => parseUnits("N=-1")).toThrow(/a unit/);
  });
});

describe("columns", () => {
  it("are not taken for what they are not", async () => {
    const text =
      "D/N,tokens_per_second,tokens/param,unique_tokens,batch_size,d_model,n_layers,loss_std,flops_per_token,Max Train Loss,params,tokens,loss\n" +
      "1,1,1,1,1,1,1,1,1,1,1e8,2e9,3\n1,1,1,1,1,1,1,1,1,1,2e8,4e9,2.5";
    const found = await csv(text);
    expect([found.N[0], found.D[0], found.loss[0], found.warnings]).toEqual([1e8, 2e9, 3, []]);
    expect(await refusal(csv("D/N,tokens_per_second,params,loss\n1,1,1e8,3"))).toMatch(
      /two of parameters, tokens and flops/,
    );
  });

  it("two that could be meant are listed, not guessed", async () => {
    expect(await refusal(csv("params,tokens,loss_c4,loss_pile\n1e8,2e9,3,4"))).toBe(
      '2 columns could hold the loss: "loss_c4", "loss_pile"; name one with columns, as loss=loss_c4',
    );
    expect(await refusal(csv("params_total,params_active,tokens,loss\n1e8,2e8,2e9,4"))).toMatch(
      /2 columns could hold the parameters: "params_total", "params_active"/,
    );
    expect(await refusal(csv("params,tokens,val_ppl\n1e8,2e9,20"))).toMatch(
      /"val_ppl" a perplexity: add its logarithm/,
    );
    expect(await refusal(csv("loss,params,tokens,loss\n3,1e8,2e9,20"))).toMatch(/2 columns could hold the loss/);
  });

  it("Weights & Biases: paths, crashed runs, and charts that hold no sizes", async () => {
    const table = await csv(
      '"Name","State","config.n_params","train/tokens","eval/loss","eval/loss__MIN","eval/loss__MAX","_step"\n' +
        '"a","finished","1e8","2e9","3","3","3","10"\n"b","crashed","2e8","2e9","","","","10"',
    );
    expect([table.n, table.N[0], table.warnings]).toEqual([1, 1e8, ["1 row without a loss left out (row 3)"]]);
    expect(await refusal(csv('Step,"a - eval/loss","a - eval/loss__MIN","a - eval/loss__MAX"\n1,2,2,2'))).toMatch(
      /a chart of 1 runs \("a"\), a column each, without their parameters/,
    );
  });

  it("tokens from steps × batch × sequence", async () => {
    const found = await csv("params,steps,batch_size,seq_len,loss\n1e8,1000,512,2048,3");
    expect([found.D[0], found.warnings[0]]).toEqual([
      1000 * 512 * 2048,
      'tokens D = "steps" × "batch_size" × "seq_len"',
    ]);
  });

  it("100,000 of them give a short line", async () => {
    const names = Array.from({ length: 1e5 }, (_, i) => `x${i}`).join(",");
    expect((await refusal(csv(`${names}\n${names}`))).length).toBeLessThan(250);
  });

  it("named with commas in the name, or unset", () => {
    expect(parseColumns("N=Params, total,D=Tokens,run=")).toEqual({ N: "Params, total", D: "Tokens", run: "" });
    expect(() => parseColumns("size")).toThrow(/give N=…/);
  });
});

describe("rows", () => {
  it("without a loss, or at step 0, are left out and counted; lines are counted as an editor does", async () => {
    const found = await csv(
      '# a comment\nparams,tokens,loss,note\n1e8,2e9,3,"two\nlines"\n\n2e8,4e9,nan,\n2e8,4e9,—,\n3e8,0,11,\n4e8,2e9,2.5,\n# another\n',
    );
    expect([...found.row]).toEqual([3, 9]);
    expect(found.warnings).toEqual([
      "2 rows without a loss left out (rows 6, 7)",
      "1 row at 0 tokens left out (row 8)",
    ]);
    expect(await refusal(csv("params,tokens,loss\n1e8,2e9,\n1e8,4e9,NaN"))).toMatch(
      /no row can be used: 2 rows without a loss left out \(rows 2, 3\)/,
    );
  });

  it("a run is one label at one size; a label that all share, or that is unset, names none", async () => {
    const text =
      "experiment,params,tokens,loss\na,1e8,1e9,3\na,1e8,2e9,2.9\na,2e8,1e9,2.8\na,2e8,2e9,2.7\nb,3e8,1e9,2.6";
    expect([...(await csv(text)).run]).toEqual([0, 0, 1, 1, 2]);
    expect(runCount(await csv(text.replace("b,", "a,")))).toBe(5);
    expect(runCount(await csv(text, { columns: { run: "" } }))).toBe(5);
    expect(runCount(await csv(text.replace("b,", "a,"), { columns: { run: "experiment" } }))).toBe(3);
    // a model's size is no run: its rows are losses of several runs
    const sizes =
      "model,params,tokens,lr,loss\n35m,1e8,1e9,1,3\n35m,1e8,1e9,2,2.9\n35m,1e8,1e9,3,2.95\n70m,2e8,1e9,1,2.8";
    expect(runCount(await csv(sizes))).toBe(4);
  });

  it("several hyperparameters at one N and D are told, and the best taken when asked", async () => {
    const text =
      "N,D,lr,loss\n1e8,1e9,1e-3,3\n1e8,1e9,2e-3,2.9\n1e8,1e9,4e-3,3.1\n2e8,1e9,1e-3,2.8\n2e8,1e9,2e-3,2.7\n2e8,1e9,4e-3,2.9";
    expect((await csv(text)).warnings[0]).toMatch(/differ in "lr", about 3 each.*--best-of N,D/);
    const best = await csv(text, { bestOf: ["N", "D"] });
    expect([...best.loss]).toEqual([2.9, 2.7]);
    expect(await refusal(csv(text, { bestOf: ["x"] }))).toMatch(/no column "x" to take the best of/);
  });
});

describe("units that cannot be", () => {
  it("stop with the likely one, and are believed when told", async () => {
    const gflops = "params,tokens,flops,loss\n1e8,2e9,1.2e9,3\n2e8,4e9,4.8e9,2.5";
    expect(await refusal(csv(gflops))).toMatch(/C\/\(ND\) is 6\.0e-9.*say so with units, as C=1e9, or C=1/);
    expect((await csv(gflops, { units: { C: 1e9 } })).flopsPerToken).toBe(6);
    expect((await csv(gflops, { units: { C: 1 } })).C[0]).toBe(1.2e9);
    expect(await refusal(csv("params,tokens,loss\n125,2e9,3\n350,4e9,2.5"))).toMatch(/350 parameters.*as N=1e6/);
    expect(await refusal(csv("params,flops,loss\n125e6,2.5,3\n350e6,9,2.5"))).toMatch(/9 flops.*as C=1e18/);
    expect(await refusal(csv("params,tokens,loss\n125e6,2.5,3\n350e6,7,2.5"))).toMatch(/7 tokens.*as D=1e9/);
    expect((await csv("params,tokens,loss\n125,2e9,3", { units: { N: 1 } })).N[0]).toBe(125);
  });

  it("in headers are taken", async () => {
    const found = await csv("Params (M),total_gflops,loss\n100,1.2e9,3\n7B,1e12,2.5");
    expect([...found.N]).toEqual([1e8, 7e9]);
    expect(found.C[0]).toBe(1.2e18);
    expect((await csv("params,Compute (PF-days),loss\n1e9,2,3")).C[0]).toBe(2 * 8.64e19);
    expect((await csv("params,petaflop/s-days,loss\n1e9,2,3", { columns: { C: "petaflop/s-days" } })).C[0]).toBe(
      2 * 8.64e19,
    );
  });
});

describe("files", () => {
  it("of another kind are named", async () => {
    const bytes = (...start: number[]) => new Uint8Array([...start, ...new Array(60).fill(7)]).buffer;
    expect(await refusal(readTable(bytes(0x50, 0x4b, 3, 4), "csv"))).toMatch(
      /a ZIP archive or a spreadsheet \(\.xlsx\)/,
    );
    expect(await refusal(readTable(bytes(0x28, 0xb5, 0x2f, 0xfd), "csv"))).toMatch(/compressed by zstd: unpack it/);
    expect(await refusal(readTable(bytes(0x1f, 0x8b), "csv"))).toMatch(/begins as gzip does, but cannot be unpacked/);
    expect(await refusal(readTable(bytes(65, 0, 0, 66, 1), "csv"))).toMatch(/binary/);
    expect(await refusal(readTable(bytes(0xff, 0xfe, 0, 0), "csv"))).toMatch(/UTF-32/);
    expect([formatOf("runs.json"), formatOf("a.csv.gz"), formatOf("b.PQ")]).toEqual(["json", "csv", "parquet"]);
    expect(() => formatOf("x.constructor")).toThrow(/must end in/);
    const like = (text: string) => formatOfContent(new TextEncoder().encode(text));
    expect([like("PAR1"), like(" [{"), like('{"a":1}'), like("a\tb\n"), like("a,b\n")]).toEqual(
      "parquet json jsonl tsv csv".split(" "),
    );
  });

  it("hold a spectrum under any of its names", async () => {
    for (const head of ["eigenvalue,energy", "lambda,target_energy", "λ,c", "Eigenvalues,Energies"]) {
      const { eigenvalues, energies } = spectrumFromTable(await readTable(`${head}\n1,0\n0.5,2\n`, "csv"));
      expect([[...eigenvalues], [...energies]]).toEqual([
        [1, 0.5],
        [0, 2],
      ]);
    }
    const bad = async (text: string) => refusal(readTable(text, "csv").then(spectrumFromTable));
    expect(await bad("eigenvalue,energy\n1,1\n0,1")).toMatch(/row 3, column "eigenvalue": a number greater than 0/);
    expect(await bad("eigenvalue,energy\n1,")).toMatch(
      /row 2, column "energy": a number of at least 0 is needed, got ""/,
    );
    expect(await bad("eigenvalue,energy\n")).toMatch(/the table is empty/);
    expect(await bad("eigenvalue,x\n1,1")).toMatch(/no column holds the target's energies/);
  });

  it("hold formulas and names of JavaScript's as text only", async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          "=1+1",
          "=HYPERLINK(1)",
          "@SUM(1)",
          "+1+1",
          "__proto__",
          "constructor",
          "toString",
          "$(1)",
          "1;2",
        ),
        (text) => parseNumber(text) === undefined,
      ),
    );
    const found = await csv('params,tokens,loss,__proto__,constructor,=cmd\n1e8,2e9,3,"=cmd|x",a,b');
    expect(found.N[0]).toBe(1e8);
  });

  it("Parquet, compressed or not", async () => {
    const columnData = [
      { name: "params", data: N.map(BigInt), type: "INT64" as const },
      { name: "tokens", data: D, type: "DOUBLE" as const },
      { name: "loss", data: [...LOSS.slice(0, 4), null], type: "DOUBLE" as const },
    ];
    for (const codec of ["UNCOMPRESSED", "SNAPPY"] as const) {
      const found = runsFromTable(await readTable(parquetWriteBuffer({ columnData, codec }), "parquet"));
      expect([[...found.N], found.warnings]).toEqual([N.slice(0, 4), ["1 row without a loss left out (row 5)"]]);
    }
  });
});

/** Small tables of many tools, which are not part of the project. */
const CASES = process.env.ISOFLOP_CASES ?? fileURLToPath(new URL("../../../shared/cases/fits", import.meta.url));

describe.skipIf(!existsSync(CASES))("the tables of many tools", () => {
  const files = existsSync(CASES) ? readdirSync(CASES).filter((name) => !/\.md$|^bundlers$/.test(name)) : [];
  it.each(files)("%s", async (name) => {
    const bytes = new Uint8Array(readFileSync(`${CASES}/${name}`)).buffer;
    const made = readTable(bytes, formatOf(name)).then((table) => runsFromTable(table));
    const told = await refusal(made);
    if (told !== "accepted") {
      expect(name).toMatch(/^(wandb_wide|c_in_gflops)/);
      expect(told).not.toContain("\n");
      return;
    }
    const { N, D, loss } = await made;
    if (/hyperparameter|checkpoints/.test(name)) return;
    N.forEach((n, i) => {
      const size = /total_params/.test(name) ? Number.NaN : n;
      const wanted = 1.75 + 420 * size ** -0.34 + 1900 * D[i]! ** -0.36;
      const other = 2.69 + 1606 * size ** -0.34 + 3211 * D[i]! ** -0.36;
      if (!Number.isNaN(wanted))
        expect(Math.min(Math.abs(loss[i]! / wanted - 1), Math.abs(loss[i]! / other - 1))).toBeLessThan(0.02);
    });
  });
});
