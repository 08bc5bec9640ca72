// npm run bench [kernels] [networks] [jobs] [frontiers] [growth] [startup]: ratios measured side by side on this machine, errors beside times.

import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { earlier } from "../scripts/earlier.ts";
import { toPng, toSvg } from "../src/figures/render.ts";
import { measurePeak, scalarCore } from "./cores.ts";
import { frontierBenchmarks } from "./frontiers.ts";
import { growthBenchmarks } from "./growth.ts";
import { consumed } from "./harness.ts";
import { jobBenchmarks } from "./jobs.ts";
import { kernelBenchmarks } from "./kernels.ts";
import { native } from "./native.ts";
import { networkBenchmarks } from "./networks.ts";
import { numpy } from "./peers.ts";
import { growthTable, jobTable, kernelFigure, kernelTable, machine, networkTable, shortfalls } from "./report.ts";
import { startup } from "./startup.ts";

const PARTS = ["kernels", "networks", "jobs", "frontiers", "growth", "startup"] as const;

const program = new Command("npm run bench --")
  .description("Times the library against plain JavaScript, scalar WebAssembly, C and NumPy, side by side.")
  .argument("[parts...]", `which of ${PARTS.join(", ")}; default all`)
  .option("--only <text>", "only kernels and jobs whose name contains the text", "")
  .option("--rounds <n>", "rounds in which all variants take turns", Number, 7)
  .option("--slice <ms>", "milliseconds of each variant in a round", Number, 30)
  .option("--figure <file>", "write the kernels' ratios as .svg or .png")
  .option("--before <commit>", "time the frontiers of that commit too, in a clone with its history")
  .option("--json", "print JSON instead of tables")
  .parse();
const parts: string[] = program.args.length > 0 ? program.args : [...PARTS];
for (const part of parts)
  if (!(PARTS as readonly string[]).includes(part)) program.error(`${part} is none of ${PARTS.join(", ")}`);
const options = program.opts<{
  only: string;
  rounds: number;
  slice: number;
  figure?: string;
  before?: string;
  json?: boolean;
}>();
const { only, rounds, slice } = options;
const settings = { only, rounds, slice };

const progress = ({ name }: { name: string }) => process.stderr.write(`${name}\n`);
const compilers = native();
const caption = machine(compilers?.compiler ?? null, numpy());
const results: Record<string, unknown> = { caption };
const print = (title: string, text: string) => {
  if (!options.json) console.log(`\n${title}\n\n${text}`);
};
if (!options.json) console.log(`${caption}\nProcessor time of one thread; ratios are medians over ${rounds} rounds.`);

const scalar = parts.includes("kernels") || parts.includes("jobs") ? await scalarCore() : null;
if (scalar && parts.includes("kernels")) {
  const peak = await measurePeak();
  const kernels = kernelBenchmarks({ ...settings, scalar, native: compilers, peak, onCase: progress });
  results.peak = peak;
  results.kernels = kernels;
  print(
    `Kernels: time with SIMD, then how many times as long (error). Peak: ${peak.flops.toFixed(1)} Gflop/s, ${peak.bytes.toFixed(0)} GB/s`,
    `${kernelTable(kernels)}\n\n${shortfalls(kernels)}`,
  );
  if (options.figure) {
    const figure = kernelFigure(kernels, caption);
    writeFileSync(options.figure, options.figure.endsWith(".png") ? toPng(figure) : toSvg(figure));
  }
}
if (parts.includes("networks")) {
  const networks = networkBenchmarks({ rounds, slice, peak: await measurePeak(), native: compilers });
  results.networks = networks;
  print("Networks, in f32", networkTable(networks));
}
if (scalar && parts.includes("jobs")) {
  if (numpy() === null) process.stderr.write("python3 with NumPy and SciPy is not here: jobs have no peers\n");
  const jobs = await jobBenchmarks({ ...settings, scalar, onJob: progress });
  results.jobs = jobs;
  print("Jobs", jobTable(jobs));
}
if (parts.includes("frontiers")) {
  const before = options.before === undefined ? null : await earlier(options.before);
  const frontiers = frontierBenchmarks({ ...settings, before, onJob: progress });
  results.frontiers = frontiers;
  print("Frontiers", jobTable(frontiers));
}
if (parts.includes("growth")) {
  const growth = growthBenchmarks({ rounds, slice });
  results.growth = growth;
  print("Growth", growthTable(growth));
}
if (parts.includes("startup")) {
  const start = startup();
  results.startup = start;
  print(
    "Start-up",
    `import to first result ${start.first.toFixed(1)} ms, of which the core ${start.compile.toFixed(1)} ms; module ${start.size} bytes`,
  );
}
if (options.json) console.log(JSON.stringify({ ...results, consumed: consumed() }, null, 2));
