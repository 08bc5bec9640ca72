// Files replaced whole or not at all (Node): the new content is written beside the old under a name of its own, brought to the
// disk, and moved over it. Whatever happens before the move leaves the old file as it was. What a process that was killed before
// the move has left is removed by the next that writes to the folder.

/** This machine, in the name of what is being written: process numbers of another say nothing here. */
const host = () =>
  process
    .getBuiltinModule("node:os")
    .hostname()
    .replaceAll(/[^\w.]/g, "_");

/** A new name in the folder of `path`, which is nobody else's. */
export function besides(path: string): string {
  const { dirname, join } = process.getBuiltinModule("node:path");
  return join(dirname(path), `.isoflop-${host()}-${process.pid}-${globalThis.crypto.randomUUID().slice(0, 8)}.part`);
}

/** Asks whether a process of this machine is no more. */
function ended(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

const cleared = new Set<string>();

/** Removes from a folder, once, what processes of this machine that are no more were writing. What may not be seen or removed stays. */
function clear(folder: string): void {
  if (cleared.has(folder)) return;
  cleared.add(folder);
  const fs = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const here = host();
  try {
    for (const name of fs.readdirSync(folder)) {
      const [, where, pid] = /^\.isoflop-([\w.]+)-(\d+)-[\da-f]{8}\.part$/.exec(name) ?? [];
      if (where === here && ended(Number(pid))) fs.rmSync(join(folder, name), { force: true });
    }
  } catch {
    // a folder of others: writing to it tells what is wrong, if anything
  }
}

/**
 * Replaces the content of a file. A link stays one: what it leads to is replaced.
 * @throws the system's error; then the file is as it was, or still absent
 */
export function replaceFile(path: string, content: Uint8Array | string): void {
  const fs = process.getBuiltinModule("node:fs");
  replaceBy(path, (part) => {
    const file = fs.openSync(part, "wx");
    try {
      fs.writeFileSync(file, content);
    } finally {
      fs.closeSync(file);
    }
  });
}

/** As `replaceFile`, where `write` makes the new file under the name it is given, now or later. */
export function replaceBy<T>(path: string, write: (part: string) => T): T {
  const fs = process.getBuiltinModule("node:fs");
  const there = fs.existsSync(path);
  const target = there ? fs.realpathSync(path) : path;
  clear(process.getBuiltinModule("node:path").dirname(target));
  const part = besides(target);
  const abandon = (error: unknown): never => {
    fs.rmSync(part, { force: true });
    throw error;
  };
  const finish = () => {
    const file = fs.openSync(part, "r+");
    try {
      if (there) fs.fchmodSync(file, fs.statSync(target).mode & 0o7777);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(part, target);
  };
  try {
    const written = write(part);
    if (written instanceof Promise)
      return written
        .then((result) => {
          finish();
          return result;
        })
        .catch(abandon) as T;
    finish();
    return written;
  } catch (error) {
    return abandon(error);
  }
}
