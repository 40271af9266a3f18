/**
 * A batch API on 127.0.0.1 in the shape of one of the providers, with the faults that are known of them:
 * creates that are booked and answered by an error, batches that expire or lose lines, results that are gone,
 * counts that lie. It knows what was paid: a line that was carried out is paid, however it came back.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GOOD } from "./batch-king.ts";

export type Dialect = "openai" | "together" | "mistral" | "openrouter" | "anthropic";

/** What the POST that makes a batch is answered; "_booked": it is made all the same. */
export type CreateFault =
  | "500_booked"
  | "429_booked"
  | "409_booked"
  | "cut_booked"
  | "rubbish_booked"
  | "500"
  | "401"
  | "400";

/** "lost": it is in no results file; "expired": an error line, and not paid. */
export type LineFate = "ok" | "error" | "lost" | "expired";

export type BatchServerOptions = {
  readonly dialect?: Dialect;
  /** Of the n-th POST, from 1. */
  readonly create?: (n: number) => CreateFault | null;
  /** How the n-th batch ends. @default completed */
  readonly end?: (n: number) => "completed" | "expired" | "cancelled" | "failed";
  readonly line?: (batch: number, at: number) => LineFate;
  /** GETs of a batch until it is over. @default 1 */
  readonly polls?: number;
  readonly answer?: (body: RequestBody) => string;
  /** Results of the n-th batch are 404. */
  readonly gone?: (n: number) => boolean;
  /** Its counts say anything. */
  readonly lies?: boolean;
  /** The list does not show batches before it was asked so often. @default 0 */
  readonly lag?: number;
  /** Milliseconds that every answer takes. @default 0 */
  readonly latencyMs?: number;
  readonly port?: number;
};

export type RequestBody = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
};

type Line = { readonly custom_id: string; readonly body: RequestBody };

type Batch = {
  readonly id: string;
  readonly number: number;
  readonly input: string | null;
  readonly mark: string | null;
  readonly lines: readonly Line[];
  readonly created: number;
  fates: LineFate[];
  polled: number;
  cancelled: boolean;
};

export type BatchServer = {
  /** Base URL for chain.toml. */
  readonly url: string;
  readonly batches: Batch[];
  readonly stats: {
    creates: number;
    uploads: number;
    lists: number;
    gets: number;
    /** POSTs that made a batch and were answered by something else. */
    unclear: number;
    headers: unknown[];
  };
  /** custom_id -> how often it was paid. */
  readonly paid: Map<string, number>;
  /** By hand, after the first half of its lines. */
  cancel(id: string): void;
  /** Another's batch, which is not ours to take. */
  foreign(lines: number): string;
  /** Ids of batches that it knows no more. */
  readonly forgotten: Set<string>;
  close(): Promise<void>;
};

export async function startBatchServer(options: BatchServerOptions = {}): Promise<BatchServer> {
  const { dialect = "openai", polls = 1, latencyMs = 0, lag = 0 } = options;
  const files = new Map<string, string>();
  const batches: Batch[] = [];
  const paid = new Map<string, number>();
  const forgotten = new Set<string>();
  const stats: BatchServer["stats"] = {
    creates: 0,
    uploads: 0,
    lists: 0,
    gets: 0,
    unclear: 0,
    headers: [],
  };

  const isOver = ({ polled, cancelled }: Batch): boolean => cancelled || polled > polls;

  function make(input: string | null, mark: string | null, lines: readonly Line[]): Batch {
    const number = batches.length + 1;
    const isRefused = options.end?.(number) === "failed";
    const fates = lines.map((_, at) => (isRefused ? "lost" : (options.line?.(number, at) ?? "ok")));
    const created = Date.now();
    const id = `batch_${number}`;
    const batch: Batch = {
      id,
      number,
      input,
      mark,
      lines,
      created,
      fates,
      polled: 0,
      cancelled: false,
    };
    batches.push(batch);
    for (const [at, { custom_id }] of lines.entries())
      if (fates[at] === "ok") paid.set(custom_id, (paid.get(custom_id) ?? 0) + 1);
    return batch;
  }

  function statusOf(batch: Batch): string {
    const end = batch.cancelled ? "cancelled" : (options.end?.(batch.number) ?? "completed");
    if (dialect === "anthropic") return isOver(batch) ? "ended" : "in_progress";
    if (dialect === "mistral") {
      const words = {
        completed: "SUCCESS",
        expired: "TIMEOUT_EXCEEDED",
        cancelled: "CANCELLED",
        failed: "FAILED",
      };
      return isOver(batch) ? words[end] : "RUNNING";
    }
    const word = isOver(batch) ? end : "in_progress";
    return dialect === "together" ? word.toUpperCase() : word;
  }

  function shown(batch: Batch): object {
    const { id, input, mark, lines, fates, created } = batch;
    const over = isOver(batch);
    const good = fates.filter((fate) => fate === "ok").length;
    const bad = fates.filter((fate) => fate === "error" || fate === "expired").length;
    const seconds = Math.floor(created / 1000);
    const metadata = mark === null ? null : { kingmaker: mark };
    const counts =
      options.lies === true
        ? { total: 7, completed: 99, failed: 99 }
        : { total: lines.length, completed: good, failed: bad };
    const status = statusOf(batch);
    const refused = options.end?.(batch.number) === "failed";
    const [out, err] = [
      over && good > 0 ? `file-out-${id}` : null,
      over && bad > 0 ? `file-err-${id}` : null,
    ];
    switch (dialect) {
      case "anthropic": {
        const rest = {
          succeeded: over ? good : 0,
          errored: over ? bad : 0,
          canceled: 0,
          expired: over ? lines.length - good - bad : 0,
        };
        const request_counts = { processing: over ? 0 : lines.length, ...rest };
        return {
          id,
          type: "message_batch",
          processing_status: status,
          request_counts,
          created_at: new Date(created).toISOString(),
          results_url: over ? `http://127.0.0.1/${id}` : null,
        };
      }
      case "mistral":
        return {
          id,
          object: "batch",
          input_files: [input],
          status,
          metadata,
          created_at: seconds,
          output_file: out,
          error_file: err,
          errors: [],
          total_requests: lines.length,
          completed_requests: good + bad,
        };
      case "together":
        return {
          id,
          input_file_id: input,
          status,
          created_at: new Date(created).toISOString(),
          job_deadline: new Date(created + 86_400_000).toISOString(),
          output_file_id: out,
          error_file_id: err,
        };
      case "openrouter":
        return { id, status, metadata, request_counts: counts, created_at: seconds };
      case "openai":
        return {
          id,
          object: "batch",
          input_file_id: input,
          status,
          metadata,
          request_counts: counts,
          created_at: seconds,
          expires_at: seconds + 86_400,
          errors:
            refused && over
              ? {
                  object: "list",
                  data: [{ code: "invalid", line: 1, message: "model m has no batches" }],
                }
              : null,
          ...(out === null ? {} : { output_file_id: out }),
          ...(err === null ? {} : { error_file_id: err }),
        };
      default: {
        const never: never = dialect;
        throw new Error(String(never));
      }
    }
  }

  const answerOf = (body: RequestBody): string => options.answer?.(body) ?? GOOD;

  function outputOf(batch: Batch, which: "out" | "err" | "all"): string {
    const wants = (fate: LineFate): boolean =>
      which === "all"
        ? fate !== "lost"
        : which === "out"
          ? fate === "ok"
          : fate === "error" || fate === "expired";
    const rows = batch.lines.flatMap(({ custom_id, body }, at) => {
      const fate = batch.fates[at] ?? "lost";
      return wants(fate)
        ? [
            dialect === "anthropic"
              ? anthropicRow(custom_id, fate, answerOf(body))
              : openaiRow(custom_id, fate, answerOf(body)),
          ]
        : [];
    });
    if (dialect === "openrouter") return JSON.stringify({ object: "list", data: rows });
    return rows
      .reverse()
      .map((row) => `${JSON.stringify(row)}\n`)
      .join("");
  }

  function reply(response: ServerResponse, status: number, value: unknown): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  }

  function created(request: IncomingMessage, response: ServerResponse, text: string): void {
    stats.creates++;
    const fault = options.create?.(stats.creates) ?? null;
    const books = fault === null || fault.endsWith("_booked");
    if (books) {
      const body = JSON.parse(text) as Record<string, unknown>;
      const input = (body["input_file_id"] ??
        (body["input_files"] as string[] | undefined)?.[0] ??
        null) as string | null;
      const mark = ((body["metadata"] ?? {}) as Record<string, string>)["kingmaker"] ?? null;
      const lines = input === null ? inlineLines(body) : linesOf(files.get(input) ?? "");
      const batch = make(
        input,
        dialect === "together" || dialect === "anthropic" ? null : mark,
        lines,
      );
      if (fault !== null) stats.unclear++;
      if (fault === null)
        return reply(response, 200, dialect === "together" ? { job: shown(batch) } : shown(batch));
    }
    if (fault === "cut_booked") return void request.socket.destroy();
    if (fault === "rubbish_booked") return reply(response, 200, "<html>one moment</html>");
    reply(response, Number(fault?.slice(0, 3)), { error: { message: `create said ${fault}` } });
  }

  const jobs = {
    openai: "/batches",
    together: "/batches",
    openrouter: "/batches",
    mistral: "/batch/jobs",
    anthropic: "/messages/batches",
  }[dialect];
  const upload = dialect === "together" ? "/files/upload" : "/files";

  function got(response: ServerResponse, path: string): void {
    stats.gets++;
    const [, kind = "", name = ""] = /^\/files\/file-(out|err)-([^/]+)\/content$/.exec(path) ?? [];
    const results = new RegExp(`^${jobs}/([^/]+)/results$`).exec(path)?.[1];
    const wanted = batches.find(({ id }) => id === (results ?? name));
    if (wanted !== undefined) {
      if (options.gone?.(wanted.number) === true)
        return reply(response, 404, { error: { message: "No such File object" } });
      return reply(
        response,
        200,
        outputOf(wanted, results === undefined ? (kind as "out" | "err") : "all"),
      );
    }
    const batch = batches.find(({ id }) => `${jobs}/${id}` === path);
    if (batch === undefined || forgotten.has(batch.id))
      return reply(response, 404, { error: { message: `No batch found at ${path}` } });
    batch.polled++;
    reply(response, 200, shown(batch));
  }

  function listed(response: ServerResponse, query: URLSearchParams): void {
    const seen = ++stats.lists > lag ? [...batches].reverse() : [];
    const after = query.get("after") ?? query.get("after_id");
    const page = Number(query.get("page") ?? 0);
    const from = after === null ? page * 100 : seen.findIndex(({ id }) => id === after) + 1;
    const rows = seen.slice(from, from + 100).map(shown);
    if (dialect === "together") return reply(response, 200, seen.map(shown));
    reply(response, 200, {
      data: rows,
      has_more: from + 100 < seen.length,
      last_id: seen[from + rows.length - 1]?.id ?? null,
    });
  }

  function route(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
    const path = pathname.replace(/^\/v1/, "");
    stats.headers.push(request.headers);
    if (request.method === "POST" && path === upload) {
      const id = `file-in-${++stats.uploads}`;
      files.set(id, fileIn(bytes));
      return reply(response, 200, { id, object: "file", purpose: "batch" });
    }
    if (request.method === "POST" && path === jobs)
      return created(request, response, bytes.toString());
    if (request.method === "GET" && path === jobs) return listed(response, searchParams);
    if (request.method === "GET") return got(response, path);
    reply(response, 405, { error: { message: `no ${request.method} ${path}` } });
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () =>
      setTimeout(() => route(request, response, Buffer.concat(chunks)), latencyMs),
    );
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    batches,
    stats,
    paid,
    forgotten,
    cancel(id) {
      const batch = batches.find((one) => one.id === id);
      if (batch === undefined) throw new Error(`no batch ${id}`);
      batch.cancelled = true;
      const half = Math.ceil(batch.lines.length / 2);
      for (const { custom_id } of batch.lines.slice(half)) paid.delete(custom_id);
      batch.fates = batch.fates.map((fate, at) => (at < half ? fate : "lost"));
    },
    foreign(lines) {
      const line = (at: number): Line => ({
        custom_id: `foreign-${at}`,
        body: { model: "m", messages: [] },
      });
      return make(
        "file-of-others",
        "f".repeat(40),
        Array.from({ length: lines }, (_, at) => line(at)),
      ).id;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// ---------------------------------------------------------------------------------------------

const USAGE = { prompt_tokens: 1000, completion_tokens: 100 };

function openaiRow(custom_id: string, fate: LineFate, content: string): object {
  if (fate === "expired")
    return {
      id: "r",
      custom_id,
      response: null,
      error: {
        code: "batch_expired",
        message: "This request could not be executed before the completion window expired.",
      },
    };
  if (fate === "error")
    return {
      id: "r",
      custom_id,
      response: {
        status_code: 500,
        request_id: "r",
        body: { error: { message: "the model fell over" } },
      },
      error: null,
    };
  const body = {
    id: "c",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: USAGE,
  };
  return { id: "r", custom_id, response: { status_code: 200, request_id: "r", body }, error: null };
}

function anthropicRow(custom_id: string, fate: LineFate, text: string): object {
  if (fate === "expired") return { custom_id, result: { type: "expired" } };
  if (fate === "error")
    return {
      custom_id,
      result: {
        type: "errored",
        error: { type: "error", error: { type: "api_error", message: "the model fell over" } },
      },
    };
  const message = {
    id: "msg",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1000, output_tokens: 100 },
  };
  return { custom_id, result: { type: "succeeded", message } };
}

function fileIn(form: Buffer): string {
  const boundary = form.subarray(0, form.indexOf("\r\n"));
  const start = form.indexOf("\r\n\r\n", form.indexOf('name="file"')) + 4;
  return form
    .subarray(start, form.indexOf(Buffer.concat([Buffer.from("\r\n"), boundary]), start))
    .toString();
}

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

const inlineLines = ({ requests }: Record<string, unknown>): Line[] =>
  (requests as { custom_id: string; body?: RequestBody; params?: RequestBody }[]).flatMap(
    ({ custom_id, body, params = body }) =>
      params === undefined ? [] : [{ custom_id, body: params }],
  );
