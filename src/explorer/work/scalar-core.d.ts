/** The core with V = f64 instead of two lanes, in base64: made by the build (vite.config.ts). */
declare module "virtual:scalar-core" {
  const bytes: string;
  export default bytes;
}
