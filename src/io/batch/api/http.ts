/**
 * One exchange with a provider's batch API. A POST leaves once, whatever comes of it: it may have made a
 * batch although the answer says no. A GET is tried again. Keys stand in no words that leave here.
 */
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher, RequestInit } from "undici";
import type { Config } from "../../../config.ts";
import { errorMessage } from "../../../errors.ts";
import { loadPackage } from "../../../packages.ts";
import { APIS } from "../../chat/api.ts";
import { fieldOf, parsedJson, textIn } from "../../chat/json-fields.ts";
import { proxiesOf } from "../../chat/pool.ts";
import { checkProvider } from "../../chat/provider.ts";
import { addressSecrets, redactor } from "../../chat/redact.ts";
import { retryAfterMs } from "../../chat/retry-after.ts";
import { diskError, onDisk } from "../../disk-faults.ts";

export type Answer = {
  /** null: no answer came, or not to its end. */
  readonly status: number | null;
  readonly value: unknown;
  /** What is wrong, where something is. */
  readonly words: string;
  /** How long it asks to be left alone. */
  readonly after_ms?: number;
};

export type Http = {
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  /** A JSON body that lies in a file. */
  postFile(path: string, file: string): Promise<Answer>;
  /** A form with the file as `file`. */
  upload(path: string, fields: Readonly<Record<string, string>>, file: string): Promise<Answer>;
  /** The body goes to a file, which is whole when the status is 200. */
  download(path: string, file: string): Promise<Answer>;
  close(): Promise<void>;
};

export const isOk = ({ status }: Answer): boolean =>
  status !== null && status >= 200 && status < 300;

/** Answered with a no that was meant: nothing was booked. */
export const isRefusal = ({ status }: Answer): boolean =>
  status !== null && status >= 400 && status < 500 && !UNCLEAR.includes(status);

/** @throws UserError for a missing section, address or key, as for any call to that provider. */
export function openHttp(config: Config, provider: string): Http {
  const { settings, baseUrls, key, headers, secrets } = checkProvider(config, provider);
  const base = (baseUrls[0] ?? "").replace(/\/+$/, "");
  const redact = redactor([...secrets, ...addressSecrets(base)]);
  const { fetch, FormData, Agent, EnvHttpProxyAgent } =
    loadPackage<typeof import("undici")>("undici");
  const waits = Math.ceil(settings.timeout_s * 1000);
  const limits = { headersTimeout: waits, bodyTimeout: waits, connect: { timeout: CONNECT_MS } };
  const proxies = proxiesOf(config.env);
  const dispatcher: Dispatcher =
    proxies === null ? new Agent(limits) : new EnvHttpProxyAgent({ ...limits, ...proxies });
  const bearer = key === null ? {} : { authorization: `Bearer ${key}` };
  const own = Object.fromEntries(
    Object.entries({ ...bearer, ...APIS[settings.api].headers(key), ...headers })
      .filter(([name, value]) => value !== null && !(name === "Authorization"))
      .map(([name, value]) => [name, String(value)]),
  );
  const said = settings.api === "messages" ? withoutBearer(own) : own;

  async function exchange(path: string, init: Init, file?: string): Promise<Answer> {
    try {
      const response = await fetch(`${base}${path}`, {
        ...init,
        headers: { ...said, ...init.headers },
        dispatcher,
      });
      if (file !== undefined && response.ok && response.body !== null) {
        await pipeline(response.body, createWriteStream(file));
        return { status: response.status, value: null, words: "" };
      }
      const text = await response.text();
      const value = parsedJson(text);
      const words = response.ok ? "" : redact(wordsOf(response.status, value, text));
      const after = retryAfterMs(Object.fromEntries(response.headers), Date.now());
      return {
        status: response.status,
        value,
        words,
        ...(after === null ? {} : { after_ms: after }),
      };
    } catch (error) {
      if (isOfDisk(error)) throw diskError(file ?? "", "write", error);
      return { status: null, value: null, words: redact(causeOf(error)) };
    }
  }

  /** Reading twice costs nothing. */
  async function patient(path: string, file?: string): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await exchange(path, { method: "GET" }, file);
      if (isOk(answer) || isRefusal(answer) || tries === TRIES) return answer;
      await sleep(Math.min(answer.after_ms ?? PAUSE_MS * 3 ** tries, LONGEST_PAUSE_MS));
    }
  }

  const json = { "content-type": "application/json" };
  return {
    get: (path) => patient(path),
    post: (path, body) =>
      exchange(path, { method: "POST", headers: json, body: JSON.stringify(body) }),
    async postFile(path, file) {
      const { size } = await onDisk(file, "read", () => stat(file));
      const headers = { ...json, "content-length": String(size) };
      const body = createReadStream(file);
      return exchange(path, { method: "POST", headers, body, duplex: "half" });
    },
    async upload(path, fields, file) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", await onDisk(file, "read", () => openAsBlob(file)), "requests.jsonl");
      return exchange(path, { method: "POST", body: form });
    },
    download: (path, file) => patient(path, file),
    close: () => dispatcher.close(),
  };
}

// ---------------------------------------------------------------------------------------------

type Init = Omit<RequestInit, "headers"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** Time-outs, conflicts and "too many" are said by what stands between as well, after the batch was made. */
const UNCLEAR: readonly number[] = [408, 409, 425, 429];

const CONNECT_MS = 30_000;
const TRIES = 3;
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 20_000;

const withoutBearer = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "authorization"));

const MOST_WORDS = 400;

function wordsOf(status: number, value: unknown, text: string): string {
  const error = fieldOf(value, "error");
  const said =
    textIn(error, "message") ??
    (typeof error === "string" ? error : null) ??
    textIn(value, "message") ??
    textIn(value, "detail") ??
    text.replace(/\s+/g, " ").trim();
  return `${status} ${said.slice(0, MOST_WORDS)}`.trim();
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return errorMessage(cause).slice(0, MOST_WORDS) || "no answer";
}

/** Faults of the file that is written, which are no network's. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  "syscall" in error &&
  ["open", "write"].includes(String(error.syscall)) &&
  "path" in error;
