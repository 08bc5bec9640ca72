// Ctrl-C. A command whose work gives way to events asks for the signal: the first Ctrl-C then aborts it, the second ends at
// once, and one line says so. Any other command keeps the system's own behaviour, which ends it at once even inside a loop.

let controller: AbortController | undefined;

/** Aborted at the first Ctrl-C. */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const created = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      if (created.signal.aborted) process.exit(130);
      created.abort(new DOMException("interrupted", "AbortError"));
    });
  controller = created;
  return created.signal;
}
