// Threads, aborts and checkpoints change no bit of a result.
import { expect, it } from "vitest";
import {
  type CheckpointStore,
  cosine,
  dana,
  expected,
  heavyBall,
  type Precision,
  plrf,
  powerLaw,
  referenceKernels,
  type SimulationMethod,
  sampleSpectrum,
  simulate,
} from "../../src/index.ts";
import { crc32 } from "../../src/simulation/checkpoint.ts";

const ramp = [
  [0, 1],
  [100, 2],
] as const;
const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 70, batch: 2, stepFraction: 0.4 });

function memory(): CheckpointStore & { bytes?: Uint8Array; writes: number } {
  return {
    writes: 0,
    async read() {
      return this.bytes;
    },
    async write(bytes) {
      this.bytes = bytes;
      this.writes++;
    },
  };
}

it("is the same on no, one and three threads", async () => {
  for (const [name, optimizer] of [
    ["spectral", undefined],
    ["dense", undefined],
    ["dense in f32", undefined],
    ["spectral", dana({ batch: ramp })],
    ["dense", heavyBall({ schedule: cosine(), batch: ramp })],
  ] as const) {
    const [method, , precision = "f64" as Precision] = name.split(" ") as [SimulationMethod, "in"?, "f32"?];
    const options = {
      ...{ steps: 300, members: 9, draws: 3, noise: 0.01, method, precision, expected: true },
      ...(optimizer && { optimizer }),
    };
    const alone = await simulate(model, options);
    for (const threads of optimizer ? [3] : [1, 3]) {
      const { made, ...run } = await simulate(model, { ...options, threads });
      expect(run).toEqual({ ...run, ...alone, made: undefined });
      expect(made).toEqual(alone.made);
    }
  }
  const spectra = await sampleSpectrum(model, { draws: 5 });
  expect(await sampleSpectrum(model, { draws: 5, threads: 2 })).toEqual(spectra);
  const mean = await expected(model, { steps: 200, draws: 5 });
  expect(await expected(model, { steps: 200, draws: 5, threads: 2 })).toEqual(mean);
});

it.each([
  [undefined, 3, [0, 2], [0.2, 0.5, 0.8]],
  [dana({ variant: "decaying", schedule: cosine(), batch: ramp }), 2, [2], [0.4]],
] as const)(
  "stops at once when aborted, and continues from its checkpoint to the same bits: %#",
  async (optimizer, members, lanes, cuts) => {
    // long enough that one member is cut into two pieces
    const options = { steps: 220_000, members, draws: 2, expected: true, seed: 5, ...(optimizer && { optimizer }) };
    const whole = await simulate(model, options);
    for (const threads of lanes) {
      const checkpoint = memory();
      for (const [part, cut] of cuts.entries()) {
        const controller = new AbortController();
        const seen: number[] = [];
        const run = simulate(model, {
          ...{ ...options, threads, checkpoint, signal: controller.signal },
          onProgress: (done, secondsLeft) => {
            seen.push(done);
            expect(secondsLeft).toBeGreaterThanOrEqual(0);
            if (done > cut) controller.abort(new Error("enough"));
          },
        });
        await expect(run).rejects.toThrow("enough");
        expect(checkpoint.writes).toBeGreaterThan(part);
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
        // what was done before counts
        if (part > 0) expect(seen[0]).toBeGreaterThan(cuts[part - 1]!);
      }
      expect(await simulate(model, { ...options, threads, checkpoint })).toEqual(whole);
      // nothing is left to do
      const steps: number[] = [];
      const again = await simulate(model, { ...options, checkpoint, onProgress: (done) => steps.push(done) });
      expect(again).toEqual(whole);
      expect(steps).toEqual([]);
    }
  },
);

it("refuses the checkpoint of another run, and bytes that are none", async () => {
  const checkpoint = memory();
  await simulate(model, { steps: 100, members: 2, checkpoint });
  await expect(simulate(model, { steps: 100, members: 2, seed: 2, checkpoint })).rejects.toThrow(
    /^the checkpoint is of another run \(seed differs\): remove it, or name another$/,
  );
  const other = simulate(model, { steps: 100, members: 2, optimizer: heavyBall(), checkpoint });
  await expect(other).rejects.toThrow(/^the checkpoint is of another run \(optimizer differs\)/);
  const { bytes } = checkpoint;
  checkpoint.bytes = bytes!.slice(0, -8);
  await expect(simulate(model, { steps: 100, members: 2, checkpoint })).rejects.toThrow(
    /is damaged: its checksum is wrong: remove it, or name another$/,
  );
  checkpoint.bytes = new TextEncoder().encode("hello\n");
  await expect(simulate(model, { steps: 100, members: 2, checkpoint })).rejects.toThrow(/is not one of this isoflop's/);
});

it("takes no checkpoint with a flipped bit, and starts over where the store keeps it aside", async () => {
  const options = { steps: 100, members: 2 };
  const checkpoint = memory();
  const whole = await simulate(model, { ...options, checkpoint });
  const good = checkpoint.bytes!;
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926); // the standard's check value
  for (let bit = 0; bit < 8 * good.length; bit += 97) {
    checkpoint.bytes = Uint8Array.from(good);
    checkpoint.bytes[bit >> 3]! ^= 1 << (bit & 7);
    await expect(simulate(model, { ...options, checkpoint }), `bit ${bit}`).rejects.toThrow(/^the checkpoint is /);
  }
  const said: string[] = [];
  const setAside = async (why: string) => void said.push(why);
  expect(await simulate(model, { ...options, checkpoint: { ...checkpoint, setAside } })).toEqual(whole);
  expect(said).toHaveLength(1);
});

it("takes no checkpoint of another version", async () => {
  const checkpoint = memory();
  await simulate(model, { steps: 100, members: 2, checkpoint });
  const text = new TextDecoder("latin1").decode(checkpoint.bytes);
  const body = Uint8Array.from(text.slice(30).replace(/"by":"isoflop \d/, '"by":"isoflop 9'), (c) => c.charCodeAt(0));
  const sum = crc32(body).toString(16).padStart(8, "0");
  checkpoint.bytes = Uint8Array.from([...new TextEncoder().encode(`isoflop checkpoint 2 ${sum}\n`), ...body]);
  await expect(simulate(model, { steps: 100, members: 2, checkpoint })).rejects.toThrow(
    /^the checkpoint was written by isoflop 9\.[\d.]+, .*, this is isoflop \d.*: remove it, or name another$/,
  );
});

it("in f32 continues from its checkpoint to the same bits, which f64 refuses", async () => {
  const options = { steps: 8000, members: 5, draws: 2, method: "dense", precision: "f32" } as const;
  const whole = await simulate(model, options);
  const checkpoint = memory();
  const controller = new AbortController();
  const onProgress = (done: number) => {
    if (done > 0.5) controller.abort(new Error("enough"));
  };
  const cut = simulate(model, { ...options, checkpoint, signal: controller.signal, onProgress });
  await expect(cut).rejects.toThrow("enough");
  const refused = /^the checkpoint is of another run \(precision differs\): remove it, or name another$/;
  await expect(simulate(model, { ...options, precision: "f64", checkpoint })).rejects.toThrow(refused);
  expect(await simulate(model, { ...options, checkpoint })).toEqual(whole);

  const double = memory();
  const run = await simulate(model, { ...options, precision: "f64", checkpoint: double });
  expect(run.curves).not.toEqual(whole.curves);
  await expect(simulate(model, { ...options, checkpoint: double })).rejects.toThrow(refused);
});

it("ends where an aborted signal is given, and where workers cannot take the kernels", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(simulate(model, { steps: 100, signal })).rejects.toThrow("too late");
  await expect(simulate(model, { steps: 100, threads: 2, kernels: referenceKernels })).rejects.toThrow(/^kernels must/);
});
