// Files replaced whole or not at all (Node): the new content is written beside the old under a name of its own, brought to the
// disk, and moved over it. Whatever happens before the move leaves the old file as it was.

/** A new name in the folder of `path`, which is nobody else's. */
export function besides(path: string): string {
  const { dirname, join } = process.getBuiltinModule("node:path");
  return join(dirname(path), `.isoflop-${process.pid}-${globalThis.crypto.randomUUID().slice(0, 8)}.part`);
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
