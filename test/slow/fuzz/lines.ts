// Command lines drawn at random: what each command may be given, the usual value first.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generator } from "../../park-miller.mjs";

/** Of a command, what is not an option. */
const FILE = "";

const NUMBERS = [
  "0",
  "-1",
  "1",
  "0.5",
  "0.7",
  "1.2",
  "2",
  "10",
  "100",
  "1e3",
  "1e6",
  "1e12",
  "1e20",
  "1e100",
  "1e308",
  "inf",
  "nan",
  "x",
  "1e-300",
  "7B",
  "9007199254740991",
];
const LISTS = [
  "1,10,100",
  "1:1e6",
  "1:1e9:1e8",
  "1:1e300:5",
  "0",
  "1e300",
  "10,1",
  "inf",
  ":",
  "1:2:3:4",
  "1,,2",
  "1e20:1e8",
];
const RANGES = ["1e8:1e12", "1e300:1e301", "1:2", "0:1", "-1:1", "1e4:1e40", "1e8", "inf:inf"];
const CHOICES = [
  "constant",
  "cosine",
  "optimal",
  "power:1e300",
  "wsd:warmup=1e15",
  "sgd",
  "heavy-ball:0.9",
  "heavy-ball:1",
  "dana:decaying",
  "contour",
  "modes",
  "direct",
  "exact",
  "envelope",
  "spectral",
  "dense",
];

/** What each command may be given; the first of the values of an option is the usual one. */
export const COMMANDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  phase: { "--alpha": ["0.7", ...NUMBERS], "--beta": ["0.7", ...NUMBERS] },
  loss: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--v": ["400", ...NUMBERS],
    "--steps": ["1:1e4:5", ...LISTS],
    "--gamma": ["0.1", ...NUMBERS],
    "--batch": ["1", ...NUMBERS],
    "--noise": ["0.1", ...NUMBERS],
    "--schedule": ["cosine", ...CHOICES],
    "--optimizer": ["sgd", ...CHOICES],
    "--method": ["contour", ...CHOICES],
    "--horizon": ["1e4", ...NUMBERS],
  },
  frontier: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--flops": ["1e8:1e12", ...RANGES],
    "--points": ["5", ...NUMBERS],
    "--step-fraction": ["0.5", ...NUMBERS],
    "--data-ratio": ["4", ...NUMBERS],
    "--method": ["exact", ...CHOICES],
  },
  schedule: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--steps": ["1e4", ...NUMBERS],
    "--compare": ["constant", ...CHOICES],
    "--noise": ["0", ...NUMBERS],
    "--batch": ["1", ...NUMBERS],
  },
  spectrum: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--v": ["400", ...NUMBERS],
  },
  simulate: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["16", "1", "2.5", "1e9", "0"],
    "--steps": ["50", "1e15", "0", "1e12"],
    "--members": ["4", "1e9", "0", "1e6"],
    "--points": ["5", "1e9", "1e5"],
    "--draws": ["2", "1e9"],
    "--batch": ["1", ...NUMBERS],
    "--method": ["spectral", ...CHOICES],
  },
  diagram: {
    "--alpha": ["0:1", ...RANGES],
    "--beta": ["0:1", ...RANGES],
    "--size": ["8", "1", "1e9", "1e4"],
    "--flops": ["1e8:1e12", ...RANGES],
  },
  dynamics: {
    "--a": ["1.5", ...NUMBERS],
    "--b": ["1.5", ...NUMBERS],
    "--N": ["100", ...NUMBERS],
    "--P": ["100", ...NUMBERS],
    "--times": ["1:1e4:5", ...LISTS],
    "--modes": ["1e3", ...NUMBERS],
    "--eta": ["0.1", ...NUMBERS],
    "--rule": ["gradient-flow", "sgd", "heavy-ball"],
  },
  epochs: {
    "--a": ["1.8", ...NUMBERS],
    "--b": ["1.4", ...NUMBERS],
    "--unique": ["1e3", ...LISTS],
    "--epochs": ["1,4,16", ...LISTS],
    "--N": ["inf", ...NUMBERS],
    "--noise": ["0.01", ...NUMBERS],
    "--eta": ["0.1", ...NUMBERS],
    "--batch": ["1", ...NUMBERS],
    "--compute": ["1e6", ...LISTS],
  },
  batch: {
    "--a": ["1.8", ...NUMBERS],
    "--b": ["1.4", ...NUMBERS],
    "--loss": ["0.1", ...LISTS],
    "--batch": ["1,16,256", ...LISTS],
    "--N": ["1e3", ...NUMBERS],
    "--noise": ["0.01", ...NUMBERS],
    "--eta": ["0.1", ...NUMBERS],
  },
};
const RUNS = {
  [FILE]: ["runs.csv", "empty.csv", "odd.csv", "features.csv", "none.csv"],
  "--columns": ["N=N", "N=x", "=", "N=N,N=D"],
  "--window": RANGES,
  "--flops-per-token": ["6", ...NUMBERS],
  "--drop-highest-loss": ["1", ...NUMBERS],
};
const LAWS = {
  "--laws": ["chinchilla,tied", "x", "", "farseer", "bnsl,moe"],
  "--law": ["loss = E + A/N^a + B/D^b", "loss = ((((", "x", "loss = E + A/(N - N)", "coupled"],
};
const FITTED: typeof COMMANDS = {
  fit: {
    ...RUNS,
    "--bootstrap": ["0", "20", ...NUMBERS],
    "--method": ["3", "1,2,3", "4", "x"],
    "--budget": ["1e24", ...RANGES],
    "--law": LAWS["--law"],
    "--fix": ["E=1.7", "E=x", "=1", "q=1"],
    "--delta": ["0.001", ...NUMBERS],
  },
  compare: { ...RUNS, ...LAWS, "--budget": ["1e24", ...NUMBERS], "--loss-function": ["huber", "squares", "quantile"] },
  predict: { ...RUNS, ...LAWS, "--N": ["7B", ...NUMBERS], "--D": ["1.4T", ...NUMBERS] },
  plan: {
    ...RUNS,
    "--bootstrap": ["0", "20"],
    "--budget": ["1e24", ...NUMBERS],
    "--serve": ["1e12", ...NUMBERS],
    "--unique": ["1e12", ...NUMBERS],
    "--devices": ["64", ...NUMBERS],
  },
  design: {
    ...RUNS,
    "--target": ["1e24", ...NUMBERS],
    "--spend": ["1e22", ...NUMBERS],
    "--most": ["3", ...NUMBERS],
  },
  bridge: {
    "--xi": ["0.5", ...NUMBERS],
    "--xi-error": ["0.05", ...NUMBERS],
    "--eta": ["0.2", ...NUMBERS],
    "--eta-error": ["0.02", ...NUMBERS],
  },
  measure: {
    [FILE]: ["features.csv", "runs.csv", "empty.csv", "odd.csv", "none.csv"],
    "--targets": ["targets.csv", "runs.csv", "none.csv"],
    "--kernel": ["linear", "arccos", "relu:1e99", "x", "ntk:3"],
    "--ridge": ["1e-3", ...NUMBERS],
    "--samples": ["40", ...NUMBERS],
  },
};
Object.assign(COMMANDS, FITTED);

/** Writes the files that the lines name. */
export function writeFiles(folder: string): void {
  const random = generator(7);
  const rows = Array.from({ length: 40 }, () => {
    const [N, D] = [10 ** (6 + 4 * random()), 10 ** (8 + 4 * random())];
    return [N, D, 1.7 + 400 * N ** -0.34 + 2000 * D ** -0.37 + 0.01 * random()].join(",");
  });
  const table = (columns: number) =>
    Array.from({ length: 50 }, () => Array.from({ length: columns }, () => (random() - 0.5).toFixed(6)).join(",")).join(
      "\n",
    );
  const files = {
    "runs.csv": `N,D,loss\n${rows.join("\n")}\n`,
    "odd.csv": `N,D,loss\n1e9,=1+1,2\nNaN,1e9,\n7B,1.4T,2.1\n`,
    "empty.csv": "",
    "features.csv": `${["a", "b", "c", "d", "e"].join(",")}\n${table(5)}\n`,
    "targets.csv": `y\n${table(1)}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Always given: a command without them says only that. */
const REQUIRED = new Set([
  FILE,
  "--targets",
  "--target",
  "--spend",
  "--unique",
  "--alpha",
  "--beta",
  "--d",
  "--steps",
  "--flops",
  "--a",
  "--b",
  "--times",
  "--size",
]);

export function line(n: number): string[] {
  const random = generator(((n + 1) * 16807) % 2147483647);
  const names = Object.keys(COMMANDS);
  const name = names[n % names.length]!;
  const words = [name];
  for (const [option, values] of Object.entries(COMMANDS[name]!)) {
    if (!REQUIRED.has(option) && random() < 0.6) continue;
    const value = random() < 0.75 ? values[0]! : values[Math.floor(random() * values.length)]!;
    words.push(option === FILE ? value : `${option}=${value}`);
  }
  return [...words, "--json", "--quiet"];
}
