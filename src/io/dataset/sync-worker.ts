/**
 * Code of strangers in a thread of its own, asked as if it were a function: the caller waits, and ends the
 * thread when it takes too long or too much memory. The limit is on the work, not on the clock: on a busy
 * machine a thread that has had no second of CPU is waited for longer.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

export type SyncReply<Output> =
  | { readonly kind: "done"; readonly output: Output }
  /** The code threw; `error` is what can be said of it. */
  | { readonly kind: "fault"; readonly message: string; readonly hint: string | null }
  /** It was ended. */
  | { readonly kind: "limit" };

export type SyncWorker<Input, Output> = {
  /** Asks and waits. @param seconds of CPU at most. After "limit" it is of no more use. */
  ask(input: Input, seconds: number): SyncReply<Output>;
  end(): void;
};

/** Starts a thread. `module` calls `serveSync`. It does not keep the process alive. */
export function startSyncWorker<Input, Output>(
  module: URL,
  { memoryMb }: { readonly memoryMb: number },
): SyncWorker<Input, Output> {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = { shared, port: port2 };
  const source = fileURLToPath(module);
  // In the package there is no source: its bundle has the module under the same name.
  const isSource = existsSync(source);
  const bundled = new URL(`../../../dist/${basename(source, ".ts")}.js`, import.meta.url);
  const worker = new Worker(isSource ? BOOT : bundled, {
    eval: isSource,
    workerData: isSource ? { ...data, module: source, tsx: require.resolve("tsx/cjs/api") } : data,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  // Out of memory: whoever waits sees that no answer came.
  worker.on("error", () => {});
  worker.unref();
  port1.unref();
  const end = (): void => {
    port1.close();
    void worker.terminate();
  };
  return {
    end,
    ask(input, seconds) {
      Atomics.store(shared, 0, 0);
      port1.postMessage(input);
      if (!answersIn(shared, seconds)) {
        end();
        return { kind: "limit" };
      }
      const received = receiveMessageOnPort(port1) as { message: SyncReply<Output> } | undefined;
      return received?.message ?? { kind: "limit" };
    },
  };
}

/** The thread's side: answers each input by `make`. A fault with a hint is the person's to mend. */
export function serveSync<Input, Output>(make: (input: Input) => Output): void {
  const { shared, port } = workerData as ThreadData;
  port.on("message", (input: Input) => {
    port.postMessage(replyOf(() => make(input)));
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
  });
}

// ---------------------------------------------------------------------------------------------

type ThreadData = { readonly shared: Int32Array<SharedArrayBuffer>; readonly port: MessagePort };

/** However busy the machine is. */
const LONGEST_WAIT_MS = 20_000;
const STEP_MS = 100;

/** True when the answer came before the process had used so many seconds of CPU. */
function answersIn(shared: Int32Array<SharedArrayBuffer>, seconds: number): boolean {
  const before = process.cpuUsage();
  for (let waited = 0; waited < LONGEST_WAIT_MS + seconds * 1000; waited += STEP_MS) {
    if (Atomics.wait(shared, 0, 0, STEP_MS) !== "timed-out") return true;
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1e6 > seconds) return false;
  }
  return false;
}

function replyOf<Output>(make: () => Output): SyncReply<Output> {
  try {
    return { kind: "done", output: make() };
  } catch (error) {
    const { message, hint } = Object(error) as { message?: unknown; hint?: unknown };
    return {
      kind: "fault",
      message: String(message),
      hint: typeof hint === "string" ? hint : null,
    };
  }
}

const require = createRequire(import.meta.url);

/** As in part-worker.ts: `--import tsx` does not reach threads. */
const BOOT = `
const { workerData } = require("node:worker_threads");
require(workerData.tsx).register();
require(workerData.module);`;
