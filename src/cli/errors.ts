// What can go wrong on a command line, with its exit status.

/** A failure to be told in one line. */
export class Failure extends Error {
  readonly status: 1 | 2 | 130;

  constructor(message: string, status: 1 | 2 | 130 = 1) {
    super(message);
    this.status = status;
  }
}

/** Bad usage: an argument that cannot be. */
export class Usage extends Failure {
  constructor(message: string) {
    super(message, 2);
  }
}

/** An optional package that this needs and that is not installed. */
export class MissingPackage extends Failure {
  constructor(what: string, packages: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(
      code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND"
        ? `${what} needs optional packages that are not installed: npm install ${packages}`
        : `${what}: ${message}`,
    );
  }
}
