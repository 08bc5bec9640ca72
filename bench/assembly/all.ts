// The kernels of the core, of fits and of sign SGD in one module, to be built with one lane (cores.ts).

export {
  huber,
  huberScratch,
  logs,
  minimiseHuber,
  minimiseHuberScratch,
  projectionGains,
  projectionGainsScratch,
} from "../../assembly/huber-module";
export * from "../../assembly/index";
export { growSign, growSignScratch, rowSums, rowSumsScratch, stepSign } from "../../assembly/sign";
