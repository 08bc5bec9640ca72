// Types of an optional package, so that types check where it is left out.

declare module "hyparquet-compressors" {
  type Decompress = (input: Uint8Array, outputLength: number) => Uint8Array;
  export const compressors: Readonly<Record<"ZSTD" | "GZIP" | "BROTLI" | "LZ4" | "LZ4_RAW" | "SNAPPY", Decompress>>;
}
