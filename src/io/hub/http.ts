/**
 * Talking to a Hub that is far away and busy: retries with Retry-After, a pace that follows its rate
 * limits, byte ranges that go on after a cut, and counts of what was read.
 */
import pLimit from "p-limit";
import { UserError, errorCode, errorMessage } from "../../errors.ts";
import { createExchange, originOf, sendByFetch, sendPlainly, type Answer } from "./exchange.ts";
import { createPace } from "./pace.ts";
import { startWatch, type Watch } from "./watch.ts";

export type HubStats = {
  requests: number;
  bytes: number;
  retries: number;
  /** Ranges that were answered with the whole file. */
  ignoredRanges: number;
};

export type HubClient = {
  readonly stats: HubStats;
  /** The response of a GET once it is no passing fault any more; 4xx come back as they are. */
  get(url: string, headers?: Record<string, string>): Promise<Response>;
  /** JSON of a response that is there; a status of 400 or more comes back as it is. */
  json(url: string): Promise<JsonReply>;
  /** Bytes [start, end) of a file; short only where the file ends. */
  range(url: string, start: number, end: number): Promise<RangeReply>;
};

export type JsonReply = {
  readonly status: number;
  readonly headers: Headers;
  /** null when the body is no JSON. */
  readonly value: unknown;
};

export type RangeReply = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Size of the whole file, where the server says. */
  readonly size: number | null;
};

export type HubClientOptions = {
  /** The Hub's address; the token goes nowhere else. */
  readonly endpoint: string;
  /** Hosts beside the endpoint that get the token: the viewer's. */
  readonly trusted?: readonly string[];
  readonly token: string | null;
  /** Requests in flight. */
  readonly concurrency?: number;
  readonly wait?: (ms: number) => Promise<void>;
  /** Tries against faults; waiting for a rate limit does not count. */
  readonly tries?: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly stallMs?: number;
};

const RETRIED = new Set([408, 425, 500, 502, 503, 504]);
const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
const MAX_WAIT_MS = 60_000;
/** Rate-limited answers to one request after which it is given up. */
const MAX_LIMITED = 500;

export function hubClient(options: HubClientOptions): HubClient {
  const stats: HubStats = { requests: 0, bytes: 0, retries: 0, ignoredRanges: 0 };
  const { tries = 6, stallMs = 30_000, wait = sleep } = options;
  const limit = pLimit(options.concurrency ?? 32);
  const pace = createPace(wait);
  const trusted = new Set([options.endpoint, ...(options.trusted ?? [])].map(originOf));
  const exchange = createExchange({
    token: options.token,
    trusted,
    pace,
    onRequest: () => stats.requests++,
  });

  /** Tries until `use` has what it wants; `use` throws for a body that ends early. */
  async function persist<T>(
    url: string,
    attempt: (watch: Watch) => Promise<Attempt<T>>,
    progress: () => number = () => 0,
  ): Promise<T> {
    let limited = 0;
    for (let tried = 1; ;) {
      const watch = startWatch(stallMs);
      const before = progress();
      let outcome: Attempt<T>;
      try {
        outcome = await attempt(watch);
      } catch (error) {
        if (error instanceof UserError) throw error;
        outcome = { again: faultOf(error), status: null, waitMs: null };
      } finally {
        watch.stop();
      }
      if (!("again" in outcome)) return outcome.value;
      stats.retries++;
      // A cut that brought something is no sign of a Hub in trouble: go on at once.
      if (progress() > before) {
        tried = 1;
        continue;
      }
      if (outcome.status === 429) {
        if (++limited >= MAX_LIMITED) throw gaveUp(url, outcome.again, options.endpoint);
      } else if (tried++ >= (UNREACHABLE.has(outcome.again) ? Math.min(tries, 3) : tries)) {
        throw gaveUp(url, outcome.again, options.endpoint);
      }
      await wait(outcome.waitMs ?? Math.min(MAX_WAIT_MS, 250 * 2 ** Math.min(tried, 8)));
    }
  }

  async function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return limit(() =>
      persist(url, async (watch) => {
        const answer = await exchange(sendByFetch, url, headers, watch);
        const again = await passingFault(answer);
        if (again !== null) return again;
        const body = await readBody(answer, watch, stats);
        const { status, headers: said } = answer;
        return { value: new Response(isBodiless(status) ? null : body, { status, headers: said }) };
      }),
    );
  }

  async function json(url: string): Promise<JsonReply> {
    const response = await get(url, { accept: "application/json" });
    const text = await response.text();
    return { status: response.status, headers: response.headers, value: parsed(text) };
  }

  async function range(url: string, start: number, end: number): Promise<RangeReply> {
    const parts = new Uint8Array(end - start);
    let got = 0;
    let size: number | null = null;
    await limit(() =>
      persist(
        url,
        async (watch) => {
          const headers = {
            range: `bytes=${start + got}-${end - 1}`,
            "accept-encoding": "identity",
          };
          const answer = await exchange(sendPlainly, url, headers, watch);
          const again = await passingFault(answer);
          if (again !== null) return again;
          if (answer.status >= 400) throw await refused(url, answer, watch, stats);
          if (answer.status === 200) stats.ignoredRanges++;
          size = sizeOf(answer);
          const expected = Math.min(end, size ?? end) - start;
          let skip = start + got - firstByteOf(answer);
          if (skip < 0) return { again: "the range is another one", status: null, waitMs: null };
          for await (const chunk of answer.body) {
            watch.touch();
            stats.bytes += chunk.length;
            const from = Math.min(skip, chunk.length);
            skip -= from;
            const used = chunk.subarray(from, from + expected - got);
            parts.set(used, got);
            got += used.length;
            // The whole file may follow. A range ends by itself, and its connection serves the next one.
            if (got >= expected && answer.status === 200) break;
          }
          return got < expected
            ? { again: "the body ended early", status: null, waitMs: null }
            : { value: null };
        },
        () => got,
      ),
    );
    return { bytes: got === parts.length ? parts : parts.slice(0, got), size };
  }

  return { stats, get, json, range };
}

// ---------------------------------------------------------------------------------------------

type Attempt<T> = { value: T } | { again: string; status: number | null; waitMs: number | null };

/** null: it is an answer to what was asked. Otherwise it is used up, and asked for again. */
async function passingFault(
  answer: Answer,
): Promise<{ again: string; status: number; waitMs: number | null } | null> {
  const { status } = answer;
  if (status !== 429 && !RETRIED.has(status)) return null;
  await answer.drop();
  return { again: `HTTP ${status}`, status, waitMs: retryAfterMs(answer.headers) };
}

function retryAfterMs(headers: Answer["headers"]): number | null {
  const text = headers.get("retry-after");
  if (text === null) return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(MAX_WAIT_MS, Math.max(0, ms)) : null;
}

async function readBody(
  answer: Answer,
  watch: Watch,
  stats: HubStats,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) {
    watch.touch();
    stats.bytes += chunk.length;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function sizeOf(answer: Answer): number | null {
  const range = answer.headers.get("content-range");
  const total =
    range === null
      ? answer.status === 200
        ? answer.headers.get("content-length")
        : null
      : range.slice(range.lastIndexOf("/") + 1);
  const size = Number(total ?? NaN);
  return Number.isInteger(size) ? size : null;
}

/** Where the body begins in the file: 0 when the range was ignored. */
function firstByteOf(answer: Answer): number {
  const range = answer.headers.get("content-range");
  return answer.status === 206 && range !== null ? Number(/\d+/.exec(range)?.[0] ?? 0) : 0;
}

async function refused(
  url: string,
  answer: Answer,
  watch: Watch,
  stats: HubStats,
): Promise<UserError> {
  const body = await readBody(answer, watch, stats);
  const said = Buffer.from(body).toString("utf8").slice(0, 200).replaceAll("\n", " ");
  return new UserError(
    `${url} answered HTTP ${answer.status}${said === "" ? "" : `: ${said}`}`,
    "check that the data set, its revision and the token are right, then run it again: what was read so far is kept",
  );
}

function gaveUp(url: string, fault: string, endpoint: string): UserError {
  return UNREACHABLE.has(fault)
    ? new UserError(
        `the Hub cannot be reached at ${originOf(url)} (${fault})`,
        `check the network, or HF_ENDPOINT (now ${endpoint}); what was read so far is kept`,
      )
    : new UserError(
        `the Hub does not answer ${url} (${fault}, tried again and again)`,
        "run the stage again later: it goes on where it was",
      );
}

function faultOf(error: unknown): string {
  // fetch wraps what went wrong; a plain request throws it.
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  if (cause instanceof AggregateError) return errorCode(cause.errors[0]) || errorCode(cause);
  return errorCode(cause) || errorCode(error) || errorMessage(cause ?? error);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // The caller sees the status and that there is no value.
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
