/**
 * An OpenAI-compatible server on 127.0.0.1 for tests and benchmarks: fixed latency, answers by a
 * function or by built-in rules, faults by a plan, and exact counts of what it was asked and what it
 * delivered; GET /stats gives them too. bench/chat-server.ts runs it in a process of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { seededRng } from "../../src/core/random.ts";

export const FAULTS = [
  "429",
  "429_after",
  "500",
  "502",
  "503",
  "529",
  "reset_before",
  "reset_body",
  "stall_header",
  "stall_body",
  "cut_json",
  "html",
  "error_200",
  "no_choices",
  "null_content",
  "reasoning_only",
  "wrong_usage",
  "duplicate_headers",
  "big",
] as const;
export type FaultName = (typeof FAULTS)[number];

export type ServerStats = {
  /** Times that GET /props was asked. */
  props?: number;
  /** POSTs to /chat/completions that arrived whole. */
  requests: number;
  /** Good answers that were written whole. */
  delivered: number;
  /** Calls in work at the same time, at most. */
  mostInFlight: number;
  /** Connections that were opened. */
  connections: number;
  /** Requests by what they got: "ok" or the fault. */
  byOutcome: Record<string, number>;
  /** Good answers written whole by the text of the request's last message. */
  deliveredTo: Record<string, number>;
};

export type ScriptedAnswer =
  | string
  | {
      readonly status?: number;
      /** A text goes out as it is, anything else as JSON. */
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    };

export type ServerOptions = {
  /** From the last byte of the request to the first of the answer. @default 0 */
  readonly latencyMs?: number;
  /** Good answers take so much longer. @default 0 */
  readonly slowAnswersMs?: number;
  /** What is answered; a string becomes the content. @default ruleAnswer */
  readonly answer?: (request: ChatBody, n: number) => ScriptedAnswer;
  /** The fault of the n-th request (1-based); null: none. */
  readonly fault?: (n: number) => FaultName | null;
  /** Seconds in the Retry-After of "429_after". @default 0.05 */
  readonly retryAfterS?: number;
  /** What the provider says it counted. @default 1000 (600 of them cached) and 100 */
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly reasoning_tokens?: number;
  };
  /** More calls than this at once are answered 429. */
  readonly bears?: number;
  /** Entries of GET /v1/models; a server that lists none answers 404. */
  /** What GET /props says, as llama.cpp's server does; absent: 404. */
  readonly props?: unknown;
  readonly models?: readonly unknown[];
  /** Fill answers up to so many characters. */
  readonly answerChars?: number;
  /**
   * Good answers are streamed in so many events, spread over the latency; 0: where a request asks for
   * a stream, in 20. @default 0
   */
  readonly events?: number;
  /** All events of a stream together, when the latency is over. @default false */
  readonly atOnce?: boolean;
  /** Counts only, no look into the requests: cheap enough for benchmarks. @default false */
  readonly blind?: boolean;
  /** What is answered while blind. @default a thought and one command */
  readonly blindAnswer?: string;
  readonly port?: number;
};

export type ChatBody = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
  readonly [key: string]: unknown;
};

export type LlmServer = {
  /** Base URL for chain.toml: http://127.0.0.1:PORT/v1 */
  readonly url: string;
  readonly port: number;
  readonly stats: ServerStats;
  /** Requests as they came, headers included, unless blind. */
  readonly seen: {
    readonly body: ChatBody;
    readonly headers: Record<string, string | string[] | undefined>;
    readonly path: string;
  }[];
  close(): Promise<void>;
};

/** A judge's verdict for prompts with two candidates, else a thought and one command. */
export function ruleAnswer(request: ChatBody): string {
  const last = request.messages.at(-1)?.content ?? "";
  if (last.includes("MODEL 1") && last.includes("MODEL 2")) {
    return '{"correctness": 1, "grounding": 0, "progress": 2, "protocol": 0, "efficiency": 1, "reason": "The first one runs the failing test."}';
  }
  return "THOUGHT: The failing test names the file, so I read it first.\n\n```bash\ncat setup.py | head -40\n```";
}

/** A plan of faults: shares of 1, drawn for each request from the seed. */
export function faultPlan(
  seed: number,
  shares: Readonly<Partial<Record<FaultName, number>>>,
): (n: number) => FaultName | null {
  const plan = Object.entries(shares).map(([name, share]) => ({ name, share }));
  return (n) => {
    let at = seededRng(seed, `fault ${n}`)();
    for (const { name, share } of plan) {
      if (at < share) return FAULTS.find((fault) => fault === name) ?? null;
      at -= share;
    }
    return null;
  };
}

export async function startLlmServer(options: ServerOptions = {}): Promise<LlmServer> {
  const stats: ServerStats = {
    requests: 0,
    delivered: 0,
    mostInFlight: 0,
    connections: 0,
    byOutcome: {},
    deliveredTo: {},
  };
  const seen: LlmServer["seen"] = [];
  let inFlight = 0;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      if (request.url === "/stats") return void response.end(JSON.stringify(stats));
      if (request.url === "/props" && options.props !== undefined) {
        stats.props = (stats.props ?? 0) + 1;
        return void response.end(JSON.stringify(options.props));
      }
      if (request.method === "GET") {
        response.writeHead(options.models === undefined ? 404 : 200);
        return void response.end(JSON.stringify({ data: options.models ?? [] }));
      }
      const n = ++stats.requests;
      stats.mostInFlight = Math.max(stats.mostInFlight, ++inFlight);
      response.on("close", () => inFlight--);
      const body = options.blind === true ? null : parseBody(chunks);
      if (body !== null) seen.push({ body, headers: request.headers, path: request.url ?? "" });
      const over = inFlight > (options.bears ?? Number.POSITIVE_INFINITY);
      const fault = over ? "429" : (options.fault?.(n) ?? null);
      const outcome = fault ?? "ok";
      stats.byOutcome[outcome] = (stats.byOutcome[outcome] ?? 0) + 1;
      const scripted =
        body === null
          ? (options.blindAnswer ?? BENCH_ANSWER)
          : (options.answer ?? ruleAnswer)(body, n);
      const slow = typeof scripted === "string" ? (options.slowAnswersMs ?? 0) : 0;
      const ms = (options.latencyMs ?? 0) + slow;
      const events = options.events ?? (body?.["stream"] === true ? 20 : 0);
      if (events > 0 && fault === null && typeof scripted === "string") {
        const text = filled(scripted, options.answerChars ?? 0);
        response.on("finish", () => stats.delivered++);
        const data = eventsOf(text, n, options.usage ?? USAGE, events);
        if (options.atOnce !== true) return streamOut(data, ms, response);
        return void setTimeout(() => streamOut(data, 0, response), ms);
      }
      setTimeout(() => reply(n, { body, scripted }, fault, request, response), ms);
    });
  });

  function reply(
    n: number,
    { body, scripted }: { body: ChatBody | null; scripted: ScriptedAnswer },
    fault: FaultName | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (response.destroyed) return;
    const good = typeof scripted === "string";
    const status = good ? 200 : (scripted.status ?? 200);
    const text = good
      ? completion(filled(scripted, options.answerChars ?? 0), n, options.usage ?? USAGE)
      : typeof scripted.body === "string"
        ? scripted.body
        : JSON.stringify(scripted.body);
    if (fault === null || fault === "wrong_usage" || fault === "duplicate_headers") {
      if (status === 200) {
        response.on("finish", () => {
          stats.delivered++;
          const key = body?.messages?.at(-1)?.content.slice(0, 200);
          if (key !== undefined) stats.deliveredTo[key] = (stats.deliveredTo[key] ?? 0) + 1;
        });
      }
      const sent = fault === "wrong_usage" ? text.replace('"usage":{', WRONG_USAGE) : text;
      const twice = fault === "duplicate_headers" ? { "x-request-id": [`r${n}`, `r${n}b`] } : {};
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(sent),
        "x-request-id": `r${n}`,
        ...(good ? {} : scripted.headers),
        ...twice,
      });
      response.end(sent);
      return;
    }
    sendFault(fault, text, options.retryAfterS ?? 0.05, request, response);
  }

  server.keepAliveTimeout = 60_000;
  server.on("connection", () => stats.connections++);
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, "127.0.0.1", 4096, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    stats,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// ---------------------------------------------------------------------------------------------

const WRONG_USAGE = '"usage":{"prompt_tokens":-5,"completion_tokens":"many"},"was":{';

const USAGE = {
  prompt_tokens: 1000,
  completion_tokens: 100,
  total_tokens: 1100,
  prompt_tokens_details: { cached_tokens: 600 },
};

const BENCH_ANSWER = "THOUGHT: I read the file first.\n\n```bash\ncat setup.py\n```";

function filled(text: string, chars: number): string {
  const missing = chars - text.length;
  return missing <= 0
    ? text
    : `${"I look at one file more. ".repeat(missing / 25 + 1).slice(0, missing)}${text}`;
}

function completion(content: string, n: number, usage: object): string {
  return JSON.stringify({
    id: `chatcmpl-${n}`,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage,
  });
}

/** A chat completion as the data of events: its text in `count` pieces, then its end, then its usage. */
export function eventsOf(text: string, n: number, usage: unknown, count: number): string[] {
  const chunk = (more: object): string =>
    JSON.stringify({ id: `chatcmpl-${n}`, object: "chat.completion.chunk", model: "m", ...more });
  const choice = (delta: object, finish_reason: string | null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });
  const each = Math.ceil(text.length / count);
  const pieces = Array.from({ length: count }, (_, at) => text.slice(at * each, (at + 1) * each));
  return [
    choice({ role: "assistant", content: "" }, null),
    ...pieces.map((content) => choice({ content }, null)),
    choice({}, "stop"),
    chunk({ choices: [], usage }),
    "[DONE]",
  ];
}

const data = (events: readonly string[]): string =>
  events.map((event) => `data: ${event}\n\n`).join("");

/** Each event in a write of its own, the last one when the time is over. */
function streamOut(events: readonly string[], ms: number, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  if (ms === 0) return void response.end(data(events));
  const started = performance.now();
  let at = 0;
  const timer = setInterval(
    () => {
      const due = Math.ceil(((performance.now() - started) / ms) * events.length);
      for (; at < Math.min(due, events.length); at++)
        response.write(data(events.slice(at, at + 1)));
      if (at < events.length && !response.destroyed) return;
      clearInterval(timer);
      response.end();
    },
    Math.max(1, ms / events.length),
  );
}

function parseBody(chunks: readonly Buffer[]): ChatBody | null {
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "null");
  return value as ChatBody | null;
}

function sendFault(
  fault: Exclude<FaultName, "wrong_usage" | "duplicate_headers">,
  good: string,
  retryAfterS: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const error = (message: string): unknown => ({ error: { message, type: "server_error" } });
  const choice = (message: unknown, finish_reason: string): unknown => ({
    choices: [{ index: 0, message, finish_reason }],
    usage: { prompt_tokens: 1000, completion_tokens: 100 },
  });
  switch (fault) {
    case "429":
      return json(429, error("slow down"));
    case "429_after":
      return json(429, error("slow down"), { "retry-after": String(retryAfterS) });
    case "500":
    case "502":
    case "503":
    case "529":
      return json(Number(fault), error("the model fell over"));
    case "reset_before":
      return void request.socket.resetAndDestroy();
    case "reset_body":
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": good.length,
      });
      response.write(good.slice(0, good.length / 2), () => request.socket.resetAndDestroy());
      return;
    case "stall_header":
      return;
    case "stall_body":
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": good.length,
      });
      return void response.write(good.slice(0, good.length / 2));
    case "cut_json":
      return json(200, good.slice(0, Math.floor(good.length * 0.7)));
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      return void response.end("<!doctype html><title>One moment</title>");
    case "error_200":
      return json(200, error("upstream is busy"));
    case "no_choices":
      return json(200, { id: "x", choices: [] });
    case "null_content":
      return json(200, choice({ role: "assistant", content: null }, "stop"));
    case "reasoning_only":
      return json(
        200,
        choice({ role: "assistant", content: "", reasoning_content: "hm" }, "length"),
      );
    case "big":
      response.writeHead(200, { "content-type": "application/json" });
      response.on("error", () => {});
      return void response.end(JSON.stringify(choice({ content: "x".repeat(10_000_000) }, "stop")));
    default: {
      const never: never = fault;
      throw new Error(`no such fault: ${String(never)}`);
    }
  }
}
