/**
 * Talking to a Hub that is far away and busy: retries with Retry-After, a pace that follows its rate
 * limits, byte ranges that go on after a cut, and counts of what was read.
 */
import pLimit from "p-limit";
import { UserError, errorCode, errorMessage } from "../../errors.ts";
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
const REDIRECT_LIFE_MS = 300_000;

export function hubClient(options: HubClientOptions): HubClient {
  const stats: HubStats = { requests: 0, bytes: 0, retries: 0, ignoredRanges: 0 };
  const { tries = 6, stallMs = 30_000, wait = sleep } = options;
  const limit = pLimit(options.concurrency ?? 32);
  const pace = createPace(wait);
  const trusted = new Set([options.endpoint, ...(options.trusted ?? [])].map(originOf));
  const places = new Map<string, { url: string; until: number }>();

  /** One exchange: follows redirects by hand, so that the token stays with the Hub. */
  async function exchange(
    url: string,
    headers: Record<string, string>,
    watch: Watch,
  ): Promise<Response> {
    const place = places.get(url);
    let target = place !== undefined && place.until > Date.now() ? place.url : url;
    for (let hop = 0; hop < 5; hop++) {
      await pace.turn(originOf(target));
      stats.requests++;
      const response = await fetch(target, {
        redirect: "manual",
        signal: watch.signal,
        headers: {
          ...headers,
          ...(options.token !== null && trusted.has(originOf(target))
            ? { authorization: `Bearer ${options.token}` }
            : {}),
        },
      });
      watch.touch();
      pace.heard(originOf(target), response.status);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) {
        // A signed address runs out; the next try asks the Hub for a new one.
        if (response.status >= 400 && target !== url) places.delete(url);
        if (target !== url && (response.status === 401 || response.status === 403)) {
          await response.body?.cancel();
          target = url;
          continue;
        }
        return response;
      }
      await response.body?.cancel();
      target = new URL(location, target).href;
      if (originOf(target) !== originOf(url))
        places.set(url, { url: target, until: Date.now() + REDIRECT_LIFE_MS });
    }
    throw new UserError(`${url} redirects in circles`, "check HF_ENDPOINT");
  }

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
        const response = await exchange(url, headers, watch);
        const again = await passingFault(response);
        if (again !== null) return again;
        const body = await readBody(response, watch, stats);
        return {
          value: new Response(isBodiless(response.status) ? null : body, {
            status: response.status,
            headers: response.headers,
          }),
        };
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
          const response = await exchange(
            url,
            { range: `bytes=${start + got}-${end - 1}`, "accept-encoding": "identity" },
            watch,
          );
          const again = await passingFault(response);
          if (again !== null) return again;
          if (response.status >= 400) throw await refused(url, response);
          if (response.status === 200) stats.ignoredRanges++;
          size = sizeOf(response);
          const expected = Math.min(end, size ?? end) - start;
          let skip = start + got - firstByteOf(response);
          if (skip < 0) return { again: "the range is another one", status: null, waitMs: null };
          for await (const chunk of bodyOf(response)) {
            watch.touch();
            stats.bytes += chunk.length;
            const from = Math.min(skip, chunk.length);
            skip -= from;
            const used = chunk.subarray(from, from + expected - got);
            parts.set(used, got);
            got += used.length;
            if (got >= expected) break;
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

/** null: the response is an answer. Otherwise it is used up, and asked for again. */
async function passingFault(
  response: Response,
): Promise<{ again: string; status: number; waitMs: number | null } | null> {
  const { status } = response;
  if (status !== 429 && !RETRIED.has(status)) return null;
  await response.body?.cancel();
  return { again: `HTTP ${status}`, status, waitMs: retryAfterMs(response.headers) };
}

function retryAfterMs(headers: Headers): number | null {
  const text = headers.get("retry-after");
  if (text === null) return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(MAX_WAIT_MS, Math.max(0, ms)) : null;
}

async function readBody(
  response: Response,
  watch: Watch,
  stats: HubStats,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(response)) {
    watch.touch();
    stats.bytes += chunk.length;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function bodyOf(response: Response): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return response.body === null ? [] : (response.body as AsyncIterable<Uint8Array>);
}

function sizeOf(response: Response): number | null {
  const range = response.headers.get("content-range");
  const total =
    range === null
      ? response.status === 200
        ? response.headers.get("content-length")
        : null
      : range.slice(range.lastIndexOf("/") + 1);
  const size = Number(total ?? NaN);
  return Number.isInteger(size) ? size : null;
}

/** Where the body begins in the file: 0 when the range was ignored. */
function firstByteOf(response: Response): number {
  const range = response.headers.get("content-range");
  return response.status === 206 && range !== null ? Number(/\d+/.exec(range)?.[0] ?? 0) : 0;
}

async function refused(url: string, response: Response): Promise<UserError> {
  const said = (await response.text()).slice(0, 200).replaceAll("\n", " ");
  return new UserError(
    `${url} answered HTTP ${response.status}${said === "" ? "" : `: ${said}`}`,
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
  const cause = error instanceof Error ? error.cause : undefined;
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

function originOf(url: string): string {
  return new URL(url).origin;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
