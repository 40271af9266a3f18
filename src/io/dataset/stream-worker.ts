/**
 * A stream of rows made on the second core: a worker thread posts batches, the main thread takes them
 * one after the other and tells the worker how far it is, so that few batches wait in between.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { UserError, errorMessage } from "../../errors.ts";

export type Produced<Row, Totals> = {
  readonly rows: AsyncIterable<Row>;
  /** Asked for when all rows have passed. */
  readonly totals: () => Totals;
};

type Message<Row, Totals> =
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "end"; readonly totals: Totals }
  | { readonly kind: "fault"; readonly message: string; readonly hint: string };

/** Rows a message, and messages that may wait: some megabytes. */
const BATCH_ROWS = 64;
const MAX_WAITING = 8;

/**
 * Rows of a worker. `module` calls `serveStream`; types of rows and totals are its word.
 * @throws UserError that the worker met; any other fault of it as an error.
 */
export function streamFromWorker<Row, Totals>(
  module: URL,
  input: unknown,
): { readonly rows: AsyncGenerator<Row>; readonly totals: () => Totals } {
  const end: { totals?: Totals } = {};
  return {
    rows: received<Row, Totals>(module, input, end),
    totals() {
      if (end.totals === undefined) throw new Error("the worker has not ended");
      return end.totals;
    },
  };
}

/** The worker's side: makes rows of the input and posts them. */
export async function serveStream<Input, Row, Totals>(
  produce: (input: Input) => Produced<Row, Totals>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("serveStream runs in a worker thread alone");
  const post = (message: Message<Row, Totals>): void => port.postMessage(message);
  let ahead = 0;
  let wake = (): void => {};
  port.on("message", () => {
    ahead--;
    wake();
  });
  try {
    const { rows, totals } = produce((workerData as { input: Input }).input);
    let batch: Row[] = [];
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < BATCH_ROWS) continue;
      post({ kind: "rows", rows: batch });
      batch = [];
      ahead++;
      while (ahead >= MAX_WAITING) await new Promise<void>((resolve) => (wake = resolve));
    }
    post({ kind: "rows", rows: batch });
    post({ kind: "end", totals: totals() });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    post({ kind: "fault", message: errorMessage(error), hint: error.hint });
  } finally {
    port.close();
  }
}

// ---------------------------------------------------------------------------------------------

/** `--import tsx` does not reach worker threads: TypeScript is registered there by hand. */
const BOOT = `
const { workerData } = require("node:worker_threads");
import("tsx/esm/api").then(({ register }) => {
  register();
  return import(workerData.module);
});`;

async function* received<Row, Totals>(
  module: URL,
  input: unknown,
  end: { totals?: Totals },
): AsyncGenerator<Row> {
  const worker = new Worker(BOOT, { eval: true, workerData: { module: module.href, input } });
  const waiting: Message<Row, Totals>[] = [];
  let crash: Error | null = null;
  let wake = (): void => {};
  worker.on("message", (message: Message<Row, Totals>) => {
    waiting.push(message);
    wake();
  });
  worker.on("error", (error: Error) => {
    crash = error;
    wake();
  });
  try {
    for (;;) {
      while (waiting.length === 0 && crash === null) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const message = waiting.shift();
      if (message === undefined) throw crash ?? new Error("the worker ended early");
      if (message.kind === "fault") throw new UserError(message.message, message.hint);
      if (message.kind === "end") {
        end.totals = message.totals;
        return;
      }
      worker.postMessage("taken");
      yield* message.rows;
    }
  } finally {
    await worker.terminate();
  }
}
