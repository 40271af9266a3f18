/**
 * One exchange with a Hub. Redirects are followed by hand, so that the token stays with the Hub; where a
 * file was redirected to is remembered for as long as such addresses last.
 */
import { UserError } from "../../errors.ts";
import { loadPackage } from "../../packages.ts";
import type { Pace } from "./pace.ts";
import type { Watch } from "./watch.ts";

/** What came back, its body not read yet. */
export type Answer = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Passes the body over. */
  drop(): Promise<void>;
};

export type Send<T extends Answer> = (
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<T>;

export type Exchange = <T extends Answer>(
  send: Send<T>,
  url: string,
  headers: Record<string, string>,
  watch: Watch,
) => Promise<T>;

export type ExchangeOptions = {
  readonly token: string | null;
  /** Origins that get the token. */
  readonly trusted: ReadonlySet<string>;
  readonly pace: Pace;
  /** Called before every request that is sent. */
  readonly onRequest: () => void;
};

const REDIRECT_LIFE_MS = 300_000;

export function createExchange({ token, trusted, pace, onRequest }: ExchangeOptions): Exchange {
  const places = new Map<string, { url: string; until: number }>();
  return async (send, url, headers, watch) => {
    const place = places.get(url);
    let target = place !== undefined && place.until > Date.now() ? place.url : url;
    for (let hop = 0; hop < 5; hop++) {
      const origin = originOf(target);
      await pace.turn(origin);
      onRequest();
      const own: Record<string, string> =
        token !== null && trusted.has(origin) ? { authorization: `Bearer ${token}` } : {};
      const answer = await send(target, { ...headers, ...own }, watch.signal);
      watch.touch();
      pace.heard(origin, answer.status);
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || location === null) {
        // A signed address runs out; the next try asks the Hub for a new one.
        if (answer.status >= 400 && target !== url) places.delete(url);
        if (target !== url && (answer.status === 401 || answer.status === 403)) {
          await answer.drop();
          target = url;
          continue;
        }
        return answer;
      }
      await answer.drop();
      target = new URL(location, target).href;
      if (originOf(target) !== originOf(url))
        places.set(url, { url: target, until: Date.now() + REDIRECT_LIFE_MS });
    }
    throw new UserError(`${url} redirects in circles`, "check HF_ENDPOINT");
  };
}

/** Texts and JSON, which a server may pack: fetch unpacks them. */
export async function sendByFetch(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer & { readonly headers: Headers }> {
  const response = await fetch(url, { redirect: "manual", signal, headers });
  const { body } = response;
  return {
    status: response.status,
    headers: response.headers,
    body: body === null ? [] : (body as AsyncIterable<Uint8Array>),
    drop: async () => body?.cancel(),
  };
}

/** Bytes of files, thousands of times: without fetch's web streams, which take twice the time. */
export async function sendPlainly(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  const { request } = loadPackage<typeof import("undici")>("undici");
  const response = await request(url, { headers, signal });
  return {
    status: response.statusCode,
    headers: { get: (name) => [response.headers[name]].flat()[0] ?? null },
    body: response.body as AsyncIterable<Uint8Array>,
    drop: () => response.body.dump(),
  };
}

export function originOf(url: string): string {
  return new URL(url).origin;
}
