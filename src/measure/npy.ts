// A matrix from a .npy file (NumPy's format, versions 1 to 3): magic "\x93NUMPY", version, length of the header, a header that is a
// Python literal {'descr': '<f8', 'fortran_order': False, 'shape': (n, d)}, then the numbers. Only f32 and f64 are taken.

export interface Matrix {
  /** By rows. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** How the file begins (NEP 1). */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const KINDS: Readonly<Record<string, string>> = {
  i: "integers",
  u: "integers",
  b: "booleans",
  O: "objects",
  c: "complex numbers",
  U: "text",
  S: "text",
  V: "records",
  M: "dates",
  m: "times",
};

/** Whether a file begins as a .npy file does. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * The numbers of a .npy file; one dimension is a column.
 * @throws RangeError, TypeError telling what the file holds instead
 */
export function parseNpy(bytes: Uint8Array): Matrix {
  if (!isNpy(bytes)) throw new TypeError("no .npy file: it does not begin with \\x93NUMPY");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw new RangeError("truncated: the header is not whole");
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < end) throw new RangeError("truncated: the header is not whole");
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  const descr = /'descr'\s*:\s*'([<>=|]?)(\w)(\d*)[^']*'/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (!descr && /'descr'\s*:\s*\[/.test(header))
    throw new TypeError("holds records: save one array of floats, as np.save(file, x.astype('f8'))");
  if (!descr || order === undefined || shape === undefined) throw new TypeError("its header cannot be read");
  const [, endian, kind, width] = descr;
  if (kind !== "f" || (width !== "4" && width !== "8"))
    throw new TypeError(
      `holds ${kind === "f" ? `floats of ${width} bytes` : (KINDS[kind!] ?? `type ${kind}${width}`)}: f32 or f64 are read, save x.astype('f8')`,
    );
  const sizes = shape
    .split(",")
    .filter((s) => s.trim() !== "")
    .map(Number);
  if (sizes.length < 1 || sizes.length > 2)
    throw new RangeError(`has ${sizes.length} dimensions: one row a sample is needed, save x.reshape(len(x), -1)`);
  const [rows, columns] = [sizes[0]!, sizes[1] ?? 1];
  const size = Number(width);
  const wanted = rows * columns * size;
  if (bytes.length - end < wanted)
    throw new RangeError(
      `truncated: ${rows} × ${columns} numbers need ${wanted} bytes, ${bytes.length - end} are there`,
    );
  const data = new Float64Array(rows * columns);
  const little = endian !== ">";
  const read = size === 8 ? (at: number) => view.getFloat64(at, little) : (at: number) => view.getFloat32(at, little);
  const fortran = order === "True";
  for (let i = 0, at = end; i < data.length; i++, at += size)
    data[fortran ? (i % rows) * columns + Math.floor(i / rows) : i] = read(at);
  return { data, rows, columns };
}
