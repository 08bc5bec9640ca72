// The cluster examples, run as far as one machine goes: Slurm's srun is a script that runs its command twice here, as on
// two nodes; of the Kubernetes Job the containers' commands are run with the environment the Job would give them.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { smallCells } from "./killing.ts";
import { folder, freePort, hasRedis, isoflop, planFile, TestRedis } from "./support.ts";

requireBuild();

/** A folder with an `isoflop` and what else is given, to stand first in PATH. */
function commands(scripts: Record<string, string> = {}): string {
  const bin = join(folder(), "bin");
  mkdirSync(bin);
  const all = { isoflop: `exec ${process.execPath} ${resolve("build/lib/cli/main.js")} "$@"`, ...scripts };
  for (const [name, body] of Object.entries(all)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}:${process.env.PATH}`;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      said += data;
    });
  return new Promise<{ status: number | null; said: string }>((done) =>
    child.on("exit", (status) => setTimeout(() => done({ status, said }), 200)),
  );
}

const all = (out: string, cells: number) =>
  expect(JSON.parse(isoflop(["sweep", "status", out, "--json"]).stdout)).toMatchObject({
    plans: [{ cells, done: cells, failed: 0 }],
  });

describe("the example for Slurm", () => {
  const script = resolve("examples/cluster/sweep.sbatch");

  it("is a batch script", () => {
    expect(spawnSync("bash", ["-n", script]).status).toBe(0);
    const directives = readFileSync(script, "utf8").match(/^#SBATCH --[a-z-]+=\S+$|^#SBATCH --exclusive$/gm);
    expect(directives).toHaveLength(readFileSync(script, "utf8").match(/^#SBATCH/gm)!.length);
  });

  it.skipIf(!hasRedis)("runs a sweep with the workers that srun starts", async () => {
    const srun = 'while [[ $1 == --* ]]; do shift; done\n"$@" --threads 1 & "$@" --threads 1; wait';
    const out = join(folder(), "runs");
    const plan = planFile(folder(), smallCells(100, 20));
    const ran = await run("bash", [script, plan, out], {
      PATH: commands({ srun }),
      REDIS_PORT: String(await freePort()),
    });
    expect(ran.said).toMatch(/small cells: 100 cells, 100 done, 0 failed/);
    expect(ran.status).toBe(0);
    all(out, 100);
  });
});

describe("the example for Kubernetes", () => {
  const text = readFileSync("examples/cluster/sweep.yaml", "utf8");
  /** The one block of the file: the shell script after "- |", at its own indentation. */
  const shell = /- \|\n((?: {14}.*\n)+)/.exec(text)![1]!.replace(/^ {14}/gm, "");

  it.skipIf(spawnSync("python3", ["-c", "import yaml"]).status !== 0)("is an indexed Job in YAML", () => {
    const parsed = spawnSync("python3", ["-c", "import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"], {
      input: text,
      encoding: "utf8",
    });
    const job = JSON.parse(parsed.stdout);
    expect(job).toMatchObject({ apiVersion: "batch/v1", kind: "Job", spec: { completionMode: "Indexed" } });
    const [container] = job.spec.template.spec.containers;
    expect(container.command).toEqual(["/bin/sh", "-c", shell]);
    const mounts = container.volumeMounts.map(({ name }: { name: string }) => name);
    expect(job.spec.template.spec.volumes.map(({ name }: { name: string }) => name)).toEqual(mounts);
  });

  it.skipIf(!hasRedis)("runs a sweep in pod 0 with the others as workers", async () => {
    const redis = await TestRedis.start();
    const out = folder();
    const env = { ...redis.env, PATH: commands(), PLAN: planFile(out, smallCells(100, 20)), OUT: out };
    const pod = (index: number) => run("/bin/sh", ["-c", shell], { ...env, JOB_COMPLETION_INDEX: String(index) });
    void pod(1);
    const coordinator = await pod(0);
    expect(coordinator.said).toMatch(/small cells: 100 cells, 100 done, 0 failed/);
    expect(coordinator.status).toBe(0);
    all(out, 100);
  });
});
