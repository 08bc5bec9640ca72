// The kernels of the core and of fits in one module, to be built with one lane (cores.ts).

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
