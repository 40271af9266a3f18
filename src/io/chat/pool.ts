/**
 * What carries requests: undici pools with keep-alive and no time limit of their own. The whole body is
 * read before there is an answer, so that one timeout covers it too; bodies over the limit are refused.
 */
import type { Dispatcher, Pool as UndiciPool } from "undici";
import { errorCode, errorMessage } from "../../errors.ts";
import { loadPackage } from "../../packages.ts";
import type { Exchange } from "../../calls/exchange.ts";
import { retryAfterMs } from "./retry-after.ts";

/** An answer over it is refused: 100,000 tokens are about half a megabyte. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Of a stream, whose events say some 250 bytes beside each token. */
const MAX_STREAM_BYTES = 8 * MAX_ANSWER_BYTES;

/** Events of a stream are left with the system for an eighth of its age, and then read together. */
const REST_SHARE = 8;
const SHORTEST_REST_MS = 40;
const LONGEST_REST_MS = 500;
const TOGETHER_MS = 20;
/** Bytes a millisecond, of a stream until now: a thousand tokens a second. Nothing is gained by letting it rest. */
const FAST = 256;

/** Filled in as the exchange goes on; pass a fresh one with every call. */
export type Wire = { exchange: Exchange };

export const newWire = (): Wire => ({
  exchange: { status: null, headers: {}, text: null, broken: null, retry_after_ms: null },
});

export type Sending = {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** For the whole exchange, the body included. */
  readonly timeoutMs: number;
  /** Events are asked for. @default false */
  readonly isStream?: boolean;
};

export type PoolFetch = {
  /** Fills `wire` in; rejects with what broke the exchange, which stands there as well. */
  readonly exchange: (url: string, sending: Sending, wire: Wire) => Promise<void>;
  close(): Promise<void>;
};

/** Proxies as the environment names them; HTTP_PROXY and its kin in either case. */
export type Proxies = {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
};

/** null where no proxy is named. NODE_EXTRA_CA_CERTS is read by Node itself, from the real environment. */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): Proxies | null {
  const either = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";
  const httpProxy = either("HTTP_PROXY");
  const httpsProxy = either("HTTPS_PROXY");
  if (httpProxy === "" && httpsProxy === "") return null;
  return { httpProxy, httpsProxy, noProxy: either("NO_PROXY") };
}

/**
 * @param connections twice as many as calls in flight, so that none waits for a socket
 * @param proxies null: straight to the server
 */
export function openPool(
  baseUrl: string,
  connections: number,
  now: () => Date,
  proxies: Proxies | null = null,
): PoolFetch {
  const { origin } = new URL(baseUrl);
  // By its file: the package's index makes undici's own fetch, WebSocket and mocks besides, in three
  // times the time.
  const settings = {
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  };
  const open = (connect: object): Dispatcher =>
    proxies === null
      ? openDirect(origin, { ...settings, connect })
      : openProxied({ ...settings, connect }, proxies);
  const whole = open(CONNECT);
  let streams: Dispatcher | null = null;
  return {
    exchange: (url, { method, headers, body, timeoutMs, isStream = false }, wire) =>
      new Promise((resolve, reject) => {
        const path = pathOf(url);
        if (isStream) streams ??= open(CONNECT_RESTING);
        const pool = isStream && streams !== null ? streams : whole;
        pool.dispatch(
          { origin, path, method, headers, body },
          exchangeHandler(wire, timeoutMs, now, resolve, reject),
        );
      }),
    close: async () => void (await Promise.all([whole.destroy(), streams?.destroy()])),
  };
}

// ---------------------------------------------------------------------------------------------

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

const CONNECT = { timeout: 30_000 };

/**
 * A socket that nobody reads is left alone from the first byte on, so that what comes while a stream
 * rests is read in one go. Node takes the one mark where the other is not given. Whole replies have
 * sockets of their own: with this mark each of them is stopped and started again for nothing.
 */
const CONNECT_RESTING = { ...CONNECT, highWaterMark: undefined, readableHighWaterMark: 1 };

function openDirect(origin: string, settings: UndiciPool.Options): Dispatcher {
  const Pool = loadPackage<typeof UndiciPool>("undici/lib/dispatcher/pool.js");
  return new Pool(origin, settings);
}

/** Chooses by address: through a proxy, or straight where NO_PROXY says so. */
function openProxied(settings: UndiciPool.Options, proxies: Proxies): Dispatcher {
  // By the index: it is what gives dispatchers the CONNECT that a tunnel is opened with.
  const { EnvHttpProxyAgent } = loadPackage<typeof import("undici")>("undici");
  return new EnvHttpProxyAgent({ ...settings, ...proxies });
}

function exchangeHandler(
  wire: Wire,
  timeoutMs: number,
  now: () => Date,
  resolve: () => void,
  reject: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  const received = newReceived();
  let most = MAX_ANSWER_BYTES;
  let tooLarge = false;
  let isSparse = false;
  const startedMs = performance.now();
  let rest: NodeJS.Timeout | null = null;
  let late = false;
  let running: { abort(reason: Error): void } | null = null;
  const stop = (): void => running?.abort(new Error("the time for the answer ran out"));
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, timeoutMs);
  const done = (): void => {
    clearTimeout(timer);
    if (rest !== null) clearTimeout(rest);
  };
  /** Each token in a write of its own costs a read of its own: many are read at once instead. */
  const readLater = (controller: Dispatcher.DispatchController): void => {
    isSparse = false;
    controller.pause();
    rest = setTimeout(
      () => {
        // What is there by now comes within this call, and none of it pauses again.
        controller.resume();
        isSparse = true;
      },
      restMs(startedMs, performance.now()),
    );
  };
  return {
    onRequestStart(controller) {
      running = controller;
      if (late) stop();
    },
    onResponseStart(_controller, status, raw) {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(raw)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
      }
      const retry_after_ms = retryAfterMs(headers, now().getTime());
      wire.exchange = { status, headers, text: "", broken: null, retry_after_ms };
      if (headers["content-type"]?.startsWith("text/event-stream") !== true) return;
      most = MAX_STREAM_BYTES;
      // What came with the headers is read with them; from then on events are few and far between.
      if (mayPause(headers)) setImmediate(() => (isSparse = true));
    },
    onResponseData(controller, chunk) {
      tooLarge = received.size + chunk.length > most;
      if (tooLarge) controller.abort(new Error(`the answer is over ${most} bytes`));
      else add(received, chunk);
      const isFast = received.size > FAST * (performance.now() - startedMs);
      if (isSparse && !isFast) readLater(controller);
    },
    onResponseEnd() {
      done();
      wire.exchange = { ...wire.exchange, text: textOf(received) };
      resolve();
    },
    onResponseError(_controller, error) {
      done();
      const message = messageOf(error);
      const kind = tooLarge ? "too_large" : late ? "timeout" : brokenBy(error);
      const text = tooLarge ? null : textOf(received);
      wire.exchange = { ...wire.exchange, text, broken: { kind, message } };
      reject(error);
    },
  };
}

/** Until the next of the moments that all streams share: one waking then serves many of them. */
function restMs(startedMs: number, nowMs: number): number {
  const share = (nowMs - startedMs) / REST_SHARE;
  const rest = Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, share));
  return Math.ceil((nowMs + rest) / TOGETHER_MS) * TOGETHER_MS - nowMs;
}

/** A body whose end is the connection's must not be paused: its end would be missed. */
const mayPause = (headers: Exchange["headers"]): boolean =>
  headers["transfer-encoding"] === "chunked" && headers["connection"] !== "close";

/**
 * A body as far as it came. An event of a stream is a chunk of its own: a hundred small views that live as
 * long as the reply cost the collector more than all else that is done with them, so they are copied together.
 */
type Received = { bytes: Buffer; size: number };

const newReceived = (): Received => ({ bytes: Buffer.alloc(0), size: 0 });

function add(received: Received, chunk: Buffer): void {
  const { bytes, size } = received;
  // The first is kept as it is: a reply that comes whole is copied nowhere.
  if (size === 0) received.bytes = chunk;
  else {
    if (size + chunk.length > bytes.length)
      received.bytes = grown(bytes, size, size + chunk.length);
    received.bytes.set(chunk, size);
  }
  received.size = size + chunk.length;
}

function grown(bytes: Buffer, size: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(ROOM, 2 * needed));
  larger.set(bytes.subarray(0, size));
  return larger;
}

const ROOM = 16 * 1024;

const textOf = ({ bytes, size }: Received): string => bytes.toString("utf8", 0, size);

const NEVER_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function brokenBy(error: unknown): "connect" | "reset" {
  return codes(error).some((code) => NEVER_SENT.has(code)) ? "connect" : "reset";
}

function messageOf(error: unknown): string {
  const found = codes(error).filter((code) => code !== "");
  const message = errorMessage(error);
  return [message, ...found.filter((code) => !message.includes(code))].join(" ").trim();
}

/** A host with several addresses fails with one error for each. */
function codes(error: unknown): string[] {
  const inner = error instanceof AggregateError ? error.errors.map((one) => errorCode(one)) : [];
  return [errorCode(error), ...inner];
}
