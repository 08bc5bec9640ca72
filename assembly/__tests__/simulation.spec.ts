import { indexPowers } from "../elementary";
import { fill, philox } from "../random";
import { blockProduct } from "../block-product";
import { rationalQL, tridiagonalize } from "../tridiagonal";

const memory = heap.alloc(65536);

describe("Philox4x32-10", () => {
  it("gives the Random123 distribution's answers", () => {
    philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, memory);
    expect<u32>(load<u32>(memory)).toBe(0xd16cfe09);
    expect<u32>(load<u32>(memory, 16)).toBe(0x94fdcceb);
    expect<u32>(load<u32>(memory, 32)).toBe(0x5001e420);
    expect<u32>(load<u32>(memory, 48)).toBe(0x24126ea1);
  });

  it("takes eight counters as two fours", () => {
    philox(1, 2, 3, 4, 5, 6, memory);
    philox(5, 2, 3, 4, 5, 6, memory + 128);
    for (let i = 0; i < 16; i++) expect<u32>(load<u32>(memory + 64 + 4 * i)).toBe(load<u32>(memory + 128 + 4 * i));
  });

  it("gives the same numbers from any start, and no more than asked for", () => {
    for (let kind = 0; kind < 4; kind++) {
      fill(kind, 3, 0, 80, 1, 2, 3, 4, 5, memory);
      store<f64>(memory + 1024 + 384, 17);
      fill(kind, 3, 16, 48, 1, 2, 3, 4, 5, memory + 1024);
      for (let i = 0; i < 48; i++) expect<f64>(load<f64>(memory + 1024 + 8 * i)).toBe(load<f64>(memory + 128 + 8 * i));
      expect<f64>(load<f64>(memory + 1024 + 384)).toBe(17);
    }
  });
});

describe("powers of the index", () => {
  it("are 1, √2, √3, 2", () => {
    indexPowers(4, 0.5, memory);
    for (let j = 0; j < 4; j++) expect<f64>(load<f64>(memory + 8 * j)).toBeCloseTo(Math.sqrt(<f64>(j + 1)), 15);
  });
});

describe("the block product", () => {
  it("adds the products of two strips", () => {
    // three rows of (1, 2, 3, 4) and of (1, 1, 1, 1)·k
    for (let k = 0; k < 3; k++)
      for (let i = 0; i < 4; i++) {
        store<f64>(memory + 32 * k + 8 * i, <f64>(i + 1));
        store<f64>(memory + 96 + 32 * k + 8 * i, <f64>k);
      }
    const c = memory + 192;
    for (let i = 0; i < 16; i++) store<f64>(c + 8 * i, 10.0);
    blockProduct(3, memory, memory + 96, c, 32);
    for (let i = 0; i < 16; i++) expect<f64>(load<f64>(c + 8 * i)).toBe(10 + 3 * <f64>((i >> 2) + 1));
  });
});

describe("eigenvalues", () => {
  it("are 1 and 3 for ((2, 1), (1, 2)), with equal weights of e₁", () => {
    const G = memory,
      h = memory + 128,
      d = memory + 256,
      e = memory + 288,
      z = memory + 320;
    for (let i = 0; i < 384; i += 8) store<f64>(G + i, 0);
    store<f64>(G, 2.0);
    store<f64>(G, 1.0, 8);
    store<f64>(G, 1.0, 32);
    store<f64>(G, 2.0, 40);
    store<f64>(h, 5.0);
    store<f64>(z, 1.0);
    expect<f64>(tridiagonalize(2, 4, G, h, d, e, memory + 512, 0)).toBeCloseTo(5, 14);
    expect<i32>(rationalQL(2, d, e, z)).toBe(0);
    expect<f64>(load<f64>(d) + load<f64>(d, 8)).toBeCloseTo(4, 14);
    expect<f64>(load<f64>(d) * load<f64>(d, 8)).toBeCloseTo(3, 14);
    expect<f64>(load<f64>(z) * load<f64>(z)).toBeCloseTo(0.5, 14);
  });

  it("finds the nodes and weights of Gauss–Legendre, whatever the signs beside the diagonal", () => {
    const d = memory,
      e = memory + 64,
      z = memory + 128;
    const nodes: f64[] = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
    const weights: f64[] = [
      0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665, 0.2369268850561891,
    ];
    for (let signs = 0; signs < 16; signs++) {
      for (let at = 0; at < 256; at += 8) store<f64>(memory + at, 0);
      store<f64>(z, 1.0);
      for (let k = 1; k < 5; k++) {
        const size = <f64>k / Math.sqrt(<f64>(4 * k * k - 1));
        store<f64>(e + 8 * (k - 1), (signs >> (k - 1)) & 1 ? -size : size);
      }
      expect<i32>(rationalQL(5, d, e, z)).toBe(0);
      for (let i = 0; i < 5; i++) {
        let at = 0;
        for (let k = 1; k < 5; k++)
          if (Math.abs(load<f64>(d + 8 * k) - nodes[i]) < Math.abs(load<f64>(d + 8 * at) - nodes[i])) at = k;
        const first = load<f64>(z + 8 * at);
        expect<f64>(load<f64>(d + 8 * at)).toBeCloseTo(nodes[i], 14);
        expect<f64>(2 * first * first).toBeCloseTo(weights[i], 14);
      }
    }
  });

  it("turns by a right angle where the shift is an entry of the diagonal", () => {
    const d = memory,
      e = memory + 64,
      z = memory + 128;
    for (let at = 0; at < 256; at += 8) store<f64>(memory + at, 0);
    // the shift of the first two is −1, like the third
    store<f64>(d, -1.0, 16);
    store<f64>(e, 1.0);
    store<f64>(e, 0.5, 8);
    store<f64>(z, 1.0);
    expect<i32>(rationalQL(3, d, e, z)).toBe(0);
    // moments of the measure of the first components: 1, T₁₁ = 0, (T²)₁₁ = 1, (T³)₁₁ = 0, (T⁴)₁₁ = 1¼
    const moments: f64[] = [1, 0, 1, 0, 1.25];
    for (let k = 0; k < 5; k++) {
      let sum = 0.0;
      for (let i = 0; i < 3; i++)
        sum += Math.pow(load<f64>(d + 8 * i), <f64>k) * load<f64>(z + 8 * i) * load<f64>(z + 8 * i);
      expect<f64>(sum).toBeCloseTo(moments[k], 14);
    }
  });
});
