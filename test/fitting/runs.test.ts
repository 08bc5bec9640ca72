import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { runsFromTable, type TableOptions } from "../../src/fitting/from-table.ts";
import { formatOf, readTable } from "../../src/fitting/read.ts";
import { dropHighestLoss, runCount, runs, select } from "../../src/fitting/runs.ts";

const csv = async (text: string, options?: TableOptions) => runsFromTable(await readTable(text, "csv"), options);

describe("reading runs", () => {
  it("takes any two of N, D and C, under their usual names", async () => {
    const tables = [
      "N,D,loss\n1e8,2e9,3\n2e8,4e9,2.5",
      "params,tokens,val_loss\n1e8,2e9,3\n2e8,4e9,2.5",
      "Model Size,Training FLOP,loss\n1e8,1.2e18,3\n2e8,4.8e18,2.5",
      '"FLOPs","tokens","final_loss"\n1.2e18,2e9,3\n4.8e18,4e9,2.5\n',
      "\uFEFFn_params,train_tokens,Loss\r\n1e8,2e9,3\r\n\r\n2e8,4e9,2.5\r\n",
    ];
    for (const text of tables) {
      const { N, D, C, loss } = await csv(text);
      expect([...N].map((x) => x / 1e8)).toEqual([expect.closeTo(1, 12), expect.closeTo(2, 12)]);
      expect([...D].map((x) => x / 1e9)).toEqual([expect.closeTo(2, 12), expect.closeTo(4, 12)]);
      expect([...C].map((x) => x / 1e18)).toEqual([expect.closeTo(1.2, 12), expect.closeTo(4.8, 12)]);
      expect([...loss]).toEqual([3, 2.5]);
    }
  });

  it("reads TSV, JSON Lines and Parquet alike", async () => {
    const tsv = runsFromTable(await readTable("params\ttokens\tloss\n1e8\t2e9\t3\n", "tsv"));
    const json = runsFromTable(await readTable('{"params":1e8,"tokens":2e9,"loss":3}\n', "jsonl"));
    const parquet = runsFromTable(
      await readTable(
        parquetWriteBuffer({
          columnData: [
            { name: "params", data: [100_000_000n], type: "INT64" },
            { name: "tokens", data: [2e9], type: "DOUBLE" },
            { name: "loss", data: [3], type: "DOUBLE" },
          ],
        }),
        "parquet",
      ),
    );
    for (const { N, D, C } of [tsv, json, parquet]) expect([N[0], D[0], C[0]]).toEqual([1e8, 2e9, 1.2e18]);
  });

  it("takes columns by name, rows by value, and another k", async () => {
    const text = "a,b,c,set\n1e8,2e9,3,x\n2e8,4e9,2.5,y\n3e8,4e9,2.4,x";
    const found = await csv(text, { columns: { N: "a", D: "b", loss: "c" }, where: { set: "x" }, flopsPerToken: 8 });
    expect(found.n).toBe(2);
    expect([...found.row]).toEqual([2, 4]);
    expect(found.C[0]).toBe(8 * 1e8 * 2e9);
  });

  it("numbers runs, so that checkpoints stay together", async () => {
    const found = await csv("run_name,params,tokens,loss\nA,1e8,1e9,3\nA,1e8,2e9,2.9\nB,2e8,1e9,2.8");
    expect([...found.run]).toEqual([0, 0, 1]);
    expect(runCount(select(found, (i) => i !== 1))).toBe(2);
    expect([...dropHighestLoss(found, 1).row]).toEqual([3, 4]);
  });

  it("infers k where rows state N, D and C, and says where they disagree", async () => {
    const exact = await csv("N,D,C,loss\n1e8,2e9,1.6e18,3\n2e8,4e9,6.4e18,2.5");
    expect(exact.flopsPerToken).toBeCloseTo(8, 12);
    const odd = await csv("N,D,C,loss\n1e8,2e9,1.6e18,3\n2e8,4e9,9.6e18,2.5");
    expect(odd.warnings.join()).toMatch(/C\/\(ND\) varies/);
  });

  it("says which column it took where several could be meant, and where rows repeat", async () => {
    const found = await csv("params,size,tokens,loss\n1e8,9,2e9,3\n1e8,9,2e9,3");
    expect(found.warnings[0]).toMatch(/took "params", not "size"/);
    expect(found.warnings[1]).toMatch(/1 row repeats.*rows 2 and 3/);
  });

  const head = "params,tokens,loss\n1e8,2e9,3\n";
  it.each([
    ["", /the file is empty/],
    ["  \n\n", /the file is empty/],
    ["params,tokens,loss\n", /the table is empty/],
    ["a,b,c\n1,2,3", /no column holds the loss: found "a", "b", "c"/],
    ["params,loss\n1e8,3", /two of parameters, tokens and flops are needed: found "params", "loss"/],
    [`${head}0,2e9,3`, /row 3, column "params": a finite number greater than 0 is needed, got 0/],
    [`${head}1e8,2e9,-3`, /row 3, column "loss": a finite number greater than 0 is needed, got -3/],
    [`${head}1e8,2e9,none yet`, /row 3, column "loss": a number is needed, got "none yet"/],
    [`${head}1e999,2e9,3`, /row 3, column "params": a number is needed, got "1e999"/],
    [`${head}7Q,2e9,3`, /row 3, column "params": a number is needed, got "7Q"/],
    [`${head}0x10,2e9,3`, /row 3, column "params": a number is needed, got "0x10"/],
    [`${head}=1+1,2e9,3`, /row 3, column "params": a number is needed, got "=1\+1"/],
    [
      `${head}<img src=x onerror=alert(1)>,2e9,3`,
      /row 3, column "params": a number is needed, got "<img src=x onerror=alert\(1\)>"/,
    ],
    [`${head}1e8,2e9`, /row 3 has 2 cells, the header has 3/],
    [`${head}"1e8,2e9,3`, /row 1|row 2|[Qq]uote/],
  ])("refuses %j in one line", async (text, message) => {
    const error = await csv(text).then(
      () => new Error("accepted"),
      (e: Error) => e,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });

  it("keeps a long or many-lined cell out of the message", async () => {
    const error = await csv(`${head}"${"x\n".repeat(500)}",2e9,3`).catch((e: Error) => e);
    expect((error as Error).message.length).toBeLessThan(150);
    expect((error as Error).message).not.toContain("\n");
  });

  it("names what is wrong with other formats", async () => {
    expect(() => formatOf("runs.xlsx")).toThrow(/must end in \.csv/);
    await expect(readTable('{"a":1}\n{', "jsonl")).rejects.toThrow("row 2 is not JSON");
    await expect(readTable("[1]", "jsonl")).rejects.toThrow(/row 1 must be an object/);
    await expect(readTable(new ArrayBuffer(20), "parquet")).rejects.toThrow(/not readable as Parquet/);
    await expect(csv(head, { columns: { N: "size" } })).rejects.toThrow(
      /no column "size" for parameters: found "params"/,
    );
    await expect(csv(head, { where: { set: "x" } })).rejects.toThrow(/no column "set"/);
    await expect(csv(head, { where: { loss: "4" } })).rejects.toThrow(/no row has "4" in column "loss"/);
    expect(() => runs({ N: [1], D: [1, 2], loss: [1] })).toThrow(/D must have 1 entries/);
    expect(() => runs({ N: [1], loss: [1] })).toThrow(/two of N, D and C/);
    expect(() => runs({ N: [1], D: [0], loss: [1] })).toThrow(/D\[0\] must be greater than 0/);
  });

  it("column names are only ever keys of its own lists", async () => {
    const found = await csv("__proto__,constructor,params,tokens,loss\n1,2,1e8,2e9,3");
    expect(found.N[0]).toBe(1e8);
    const json = await readTable('{"__proto__":1,"params":1e8,"tokens":2e9,"loss":3}', "jsonl");
    expect(runsFromTable(json).N[0]).toBe(1e8);
  });

  // a million: test/slow
  it("a hundred thousand rows", async () => {
    const text = `params,tokens,loss\n${Array.from({ length: 1e5 }, (_, i) => `${1e8 + i},2e9,3`).join("\n")}`;
    const found = await csv(text);
    expect(found.n).toBe(1e5);
    expect(found.N[99_999]).toBe(1e8 + 99_999);
  });
});
