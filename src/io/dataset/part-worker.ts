/**
 * Work on the second core: a thread that is started early, so that it has loaded its modules when
 * there is something to do, and that is handed one input and answers once.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parentPort, Worker } from "node:worker_threads";
import { UserError, errorMessage } from "../../errors.ts";

export type PartWorker = {
  /** The worker's answer; its type is the caller's word. @throws UserError that the worker met. */
  run<Output>(input: unknown): Promise<Output>;
  /** Stops it, whatever it does. */
  end(): Promise<void>;
};

type Reply =
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "fault"; readonly message: string; readonly hint: string };

/** Starts a thread. `module` calls `servePart`. It does not keep the process alive until it has work. */
export function startPartWorker(module: URL): PartWorker {
  const worker = startThread(module);
  // A thread that dies of its own fault says so to whoever waits, or to nobody.
  let crash: Error | null = null;
  worker.on("error", (error: Error) => (crash = error));
  worker.unref();
  return {
    run<Output>(input: unknown) {
      worker.ref();
      return new Promise<Output>((resolve, reject) => {
        if (crash !== null) return reject(crash);
        worker.once("error", reject);
        worker.once("exit", () => reject(new Error("the worker ended without an answer")));
        worker.once("message", (reply: Reply) => {
          if (reply.kind === "done") resolve(reply.output as Output);
          else reject(new UserError(reply.message, reply.hint));
        });
        worker.postMessage(input);
      });
    },
    async end() {
      await worker.terminate();
    },
  };
}

/** The worker's side: waits for the input, makes the output, posts it. */
export function servePart<Input, Output>(make: (input: Input) => Promise<Output>): void {
  const port = parentPort;
  if (port === null) throw new Error("servePart runs in a worker thread alone");
  const answer = async (input: Input): Promise<Reply> => {
    try {
      return { kind: "done", output: await make(input) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { kind: "fault", message: errorMessage(error), hint: error.hint };
    }
  };
  port.once("message", (input: Input) => {
    void answer(input).then((reply) => port.postMessage(reply));
  });
}

/**
 * For a worker that is about to import() one of our modules: `require`'s hooks do not see that, and
 * those that do take a tenth of a second to start. Where Node takes TypeScript, there is nothing to do.
 */
export async function allowDynamicImport(): Promise<void> {
  if (takesTypeScript || isBundled) return;
  const { register } = await import("tsx/esm/api");
  register();
}

// ---------------------------------------------------------------------------------------------

const takesTypeScript = "typescript" in process.features && Boolean(process.features.typescript);
/** The launcher found or made a bundle of this command, and will of the thread. */
const isBundled = import.meta.filename?.endsWith(".mjs") === true;

/**
 * Through the launcher where Node takes TypeScript: it opens the cache of compiled code in the thread too.
 * Also where the launcher has bundled, and in the package, where it knows the file that has the module.
 */
function startThread(module: URL): Worker {
  const path = fileURLToPath(module);
  if (takesTypeScript || isBundled || !existsSync(path)) {
    const project = fileURLToPath(new URL("../../../", import.meta.url));
    const name = relative(project, path).replace(/\.ts$/, "");
    return new Worker(join(project, "kingmaker.cjs"), { argv: [name] });
  }
  const tsx = createRequire(import.meta.url).resolve("tsx/cjs/api");
  return new Worker(BOOT, { eval: true, workerData: { module: path, tsx } });
}

/** tsx does not reach worker threads by itself. Its hooks for `require` need no thread of their own. */
const BOOT = `
const { workerData } = require("node:worker_threads");
require(workerData.tsx).register();
require(workerData.module);`;
