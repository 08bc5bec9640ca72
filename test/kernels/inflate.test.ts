// Our inflate against zlib's deflate: stored, fixed and dynamic blocks, any bytes, and the core itself.

import { readFileSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflate } from "../../src/kernels/wasm/inflate.ts";

const back = (bytes: Uint8Array, options: Parameters<typeof deflateRawSync>[1]) =>
  inflate(deflateRawSync(bytes, options), bytes.length);

describe("inflate", () => {
  it.each([
    ["stored", { level: 0 }],
    ["fixed", { strategy: constants.Z_FIXED }],
    ["dynamic", { level: 9 }],
  ])("undoes deflate: %s blocks", (_, options) => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.string({ maxLength: 3000 }).map((s) => new TextEncoder().encode(s.repeat(5))),
    );
    fc.assert(fc.property(any, (bytes) => Buffer.from(back(bytes, options)).equals(bytes)));
  });

  it("gives the core byte by byte", () => {
    const core = readFileSync(new URL("../../build/isoflop.wasm", import.meta.url));
    expect(Buffer.from(back(core, { level: 9 })).equals(core)).toBe(true);
  });
});
