// The two ends of a worker in a page, and the far end of one in Node, without a package: workerpool, which keeps threads in Node,
// needs Node's own modules to be loaded, and no bundler for browsers finds them. The messages are workerpool's.

/** What a worker is asked, and what it answers; it says "ready" once. */
interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string } | null;
}

interface Port {
  postMessage(message: unknown): void;
  on?(event: "message", listener: (data: unknown) => void): void;
  addEventListener?(event: "message", listener: (event: { data: unknown }) => void): void;
}

/** Makes this script a worker that runs these methods. */
// biome-ignore lint/suspicious/noExplicitAny: methods of any arguments
export function serve(methods: Readonly<Record<string, (...args: any[]) => unknown>>): void {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
  const port = (node ?? globalThis) as Port;
  const answer = async (message: unknown): Promise<void> => {
    if (typeof message !== "object" || message === null) return;
    const { id, method, params } = message as Request;
    try {
      if (!Object.hasOwn(methods, method)) throw new Error(`unknown method "${method}"`);
      port.postMessage({ id, result: await methods[method]!(...params), error: null });
    } catch (error) {
      const { name, message, stack } = error as Error;
      port.postMessage({ id, result: null, error: { name, message, stack } });
    }
  };
  if (port.on) port.on("message", answer);
  else port.addEventListener!("message", ({ data }) => answer(data));
  port.postMessage("ready");
}

/** Seconds a script may take to say that it is there. */
const PATIENCE = 20;

export interface WebPool {
  exec(method: string, args: unknown[], options?: { readonly transfer?: Transferable[] }): Promise<unknown>;
  terminate(): Promise<void>;
}

/**
 * Workers of a page, each with one task at a time; whoever calls sees to it that there are no more tasks than workers.
 * @throws Error where the script cannot be started
 */
export async function webPool(script: URL, threads: number): Promise<WebPool> {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const first = await started(script);
  all.add(first);
  idle.push(first);
  let id = 0;
  return {
    async exec(method, params, { transfer = [] } = {}) {
      let worker = idle.pop();
      if (!worker) {
        if (all.size >= threads) throw new Error(`all ${threads} workers are busy`);
        worker = new Worker(script, { type: "module" });
        all.add(worker);
      }
      const mine = ++id;
      const one = worker;
      try {
        const result = await new Promise<unknown>((resolve, reject) => {
          one.onmessage = ({ data }: MessageEvent<Answer | "ready">) => {
            if (data === "ready" || data.id !== mine) return;
            if (data.error) reject(Object.assign(new Error(data.error.message), data.error));
            else resolve(data.result);
          };
          one.onerror = ({ message }) => {
            one.terminate();
            all.delete(one);
            reject(new Error(`Workerpool Worker error: ${message}`));
          };
          one.postMessage({ id: mine, method, params }, transfer);
        });
        return result;
      } finally {
        if (all.has(one)) idle.push(one);
      }
    },
    async terminate() {
      for (const worker of all) worker.terminate();
      all.clear();
    },
  };
}

function started(script: URL): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { type: "module" });
    const stop = () => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Error(`the worker ${script.href.slice(0, 200)} cannot be started`));
    };
    const timer = setTimeout(stop, 1000 * PATIENCE);
    worker.onerror = stop;
    worker.onmessage = ({ data }) => {
      if (data !== "ready") return;
      clearTimeout(timer);
      resolve(worker);
    };
  });
}
