/**
 * One [provider.NAME] section come alive: its base URL and key from the environment, its connections.
 * Keys are known here alone, and every text that comes back is cleared of them.
 */
import type { ClientOptions } from "openai";
import type { ProviderConfig } from "../../config-schema/schema.ts";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import { loadPackage } from "../../packages.ts";
import type { Exchange } from "../../calls/exchange.ts";
import { APIS, bodyOf, type Api } from "./api.ts";
import type { Call } from "./call.ts";
import { parsedJson } from "./json-fields.ts";
import { hear } from "./stream.ts";
import { newWire, openPool, proxiesOf } from "./pool.ts";
import { addressSecrets, redactor } from "./redact.ts";
import { utf8Bytes } from "../utf8.ts";

export type Provider = {
  readonly name: string;
  readonly settings: ProviderConfig;
  /** One HTTP call, whatever comes of it; `body` is the parsed JSON, or null. */
  send(call: Call): Promise<{ readonly exchange: Exchange; readonly body: unknown }>;
  /** The entries of its list of models; null where it gives none: no answer, a refusal. */
  models(): Promise<readonly unknown[] | null>;
  /** What `GET /props` beside the API's root says (llama.cpp); null where there is no such thing. */
  props(): Promise<unknown>;
  /** The text without any of this provider's keys. */
  readonly redact: (text: string) => string;
  close(): Promise<void>;
};

/**
 * What has to be true before a provider can be asked, without opening it.
 * @throws UserError for a missing section, base URL, key or header variable: which, and where to put it.
 */
export function checkProvider(config: Config, name: string): Access {
  const settings = config.provider[name];
  if (settings === undefined) {
    throw new UserError(
      `there is no section [provider.${name}] in chain.toml`,
      `add [provider.${name}] with base_url and api_key_env`,
    );
  }
  const baseUrls = baseUrlsOf(config, name, settings);
  const headers: Record<string, string> = { ...settings.headers };
  const secrets: string[] = [];
  for (const [header, env] of Object.entries(settings.headers_env)) {
    const value = needed(config, name, env, `header ${header}`);
    headers[header] = value;
    secrets.push(value);
  }
  if (settings.api_key_env === undefined)
    return { settings, baseUrls, key: null, headers, secrets };
  const key = needed(config, name, settings.api_key_env, "API key");
  return { settings, baseUrls, key, headers, secrets: [...secrets, key] };
}

/**
 * @param baseUrl one of the provider's servers
 * @param maxInFlight calls at once, for the number of connections
 */
export function openProvider(
  config: Config,
  name: string,
  baseUrl: string,
  maxInFlight: number,
  now: () => Date,
): Provider {
  const { settings, key, headers, secrets } = checkProvider(config, name);
  const api = APIS[settings.api];
  const pool = openPool(baseUrl, 2 * maxInFlight, now, proxiesOf(config.env));
  const request = requestOf(api.path, {
    baseURL: baseUrl,
    // The client insists on a key; a server without one (vLLM, Ollama) is sent no header at all.
    apiKey: key ?? "none",
    organization: null,
    project: null,
    logLevel: "off",
    defaultHeaders: { ...api.headers(key), ...headers },
  });
  const timeoutMs = Math.ceil(settings.timeout_s * 1000);
  /** The JSON at an address; null for anything but a 200 with JSON. */
  async function got(url: string): Promise<unknown> {
    const wire = newWire();
    const auth = key === null ? {} : { authorization: `Bearer ${key}` };
    const all = Object.fromEntries(new Headers({ ...auth, ...headers }));
    try {
      const sending = { method: "GET", headers: all, body: null, timeoutMs: LIST_MS } as const;
      await pool.exchange(url, sending, wire);
      return wire.exchange.status === 200 ? parsed(wire.exchange.text) : null;
    } catch (error) {
      // What cannot be had says nothing; a fault without an exchange is ours.
      if (wire.exchange.status === null && wire.exchange.broken === null) throw error;
      return null;
    }
  }
  return {
    name,
    settings,
    redact: redactor([...secrets, ...addressSecrets(baseUrl)]),
    close: () => pool.close(),
    async models() {
      const list = await got(`${baseUrl.replace(/\/+$/, "")}/models`);
      return list === null ? null : entriesOf(list);
    },
    props: () => got(`${baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "")}/props`),
    async send(call) {
      const wire = newWire();
      const isStream = call.stream !== undefined && call.stream !== "no";
      const { url, headers: list } = await request();
      try {
        // Bytes, not an object: the prompt's JSON would be held as text until the answer comes, and half
        // of the collector's work would be copying that text around.
        const body = utf8Bytes(JSON.stringify(bodyOf(settings, call)));
        const sending = { method: "POST", headers: list, body, timeoutMs, isStream } as const;
        await pool.exchange(url, sending, wire);
      } catch (error) {
        // The wire has what happened; without it, it is ours.
        const { status, broken } = wire.exchange;
        if (status === null && broken === null) throw error;
      }
      const { exchange } = wire;
      if (isEventStream(exchange) && isFine(exchange)) return heardOf(exchange, api);
      const body = parsed(exchange.text);
      return {
        exchange,
        body: isFine(exchange) && exchange.broken === null ? api.reply(body) : body,
      };
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Access = {
  readonly settings: ProviderConfig;
  /** At least one. */
  readonly baseUrls: readonly string[];
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
};

type Ready = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * Where requests go and their headers, as the openai client makes them. It does so once: all that it does
 * about a request took a tenth of what a call costs, and nothing of it differs from call to call.
 */
function requestOf(path: string, options: ClientOptions): () => Promise<Ready> {
  const { OpenAI } = loadPackage<typeof import("openai")>("openai");
  const client = new OpenAI(options);
  let ready: Promise<Ready> | null = null;
  const make = async (): Promise<Ready> => {
    const json = { "content-type": "application/json" };
    const { req, url } = await client.buildRequest({ method: "post", path, headers: json });
    const headers = [...req.headers].filter(([name]) => !name.startsWith(TELEMETRY));
    return { url, headers: Object.fromEntries(headers) };
  };
  return () => (ready ??= make());
}

/** Headers that tell the provider of this machine: system, processor, Node's version. */
const TELEMETRY = "x-stainless-";

/** @throws UserError where there is none, or one that is no address. */
function baseUrlsOf(config: Config, name: string, settings: ProviderConfig): readonly string[] {
  const fromEnv = variable(config, settings.base_url_env);
  const single = fromEnv ?? settings.base_url;
  const baseUrls =
    fromEnv === null && settings.base_urls.length > 0
      ? settings.base_urls
      : single === undefined
        ? []
        : [single];
  if (baseUrls.length === 0) {
    throw new UserError(
      `[provider.${name}] has no base_url`,
      `add base_url = "https://..." to [provider.${name}] in chain.toml`,
    );
  }
  for (const baseUrl of baseUrls) {
    if (URL.canParse(baseUrl) && /^https?:/.test(baseUrl)) continue;
    throw new UserError(
      `[provider.${name}]: "${withoutPassword(baseUrl)}" is no http or https address`,
      `mend ${fromEnv === null ? "base_url in chain.toml" : String(settings.base_url_env)}, for example https://llm.chutes.ai/v1`,
    );
  }
  return baseUrls;
}

const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, "//[key]@");

function variable(config: Config, name: string | undefined): string | null {
  const value = name === undefined ? undefined : config.env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

function needed(config: Config, provider: string, env: string, what: string): string {
  const value = variable(config, env);
  if (value === null) {
    throw new UserError(
      `provider ${provider} needs its ${what}, and ${env} is not set`,
      `put ${env}=... into ${config.root}/.env (or the environment) and run it again`,
    );
  }
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new UserError(
      `provider ${provider}: ${env} holds characters that no header can carry`,
      `copy the key again into ${config.root}/.env, without quotes or line breaks`,
    );
  }
  return value;
}

/** A list of models is no answer that takes minutes. */
const LIST_MS = 20_000;

/** {"data": [..]}, {"models": [..]}, or the list itself. */
function entriesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  for (const name of ["data", "models"]) {
    const list: unknown =
      typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
    if (Array.isArray(list)) return list;
  }
  return [];
}

/** null where it is none: the rules look at the text itself (HTML, a cut body, plain words). */
const parsed = (text: string | null): unknown => (text === null ? null : parsedJson(text));

const isFine = ({ status }: Exchange): boolean => status !== null && status >= 200 && status < 300;

const isEventStream = ({ headers }: Exchange): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") === true;

/** A stream that was heard to its end is a reply, however the connection ended; any other broke off. */
function heardOf(exchange: Exchange, api: Api): { exchange: Exchange; body: unknown } {
  const { body, isWhole, why } = hear(exchange.text ?? "", api.listen());
  const broken = isWhole ? null : (exchange.broken ?? brokenOff(why));
  return { exchange: { ...exchange, broken }, body: api.reply(body) };
}

const brokenOff = (why?: string): NonNullable<Exchange["broken"]> => ({
  kind: "reset",
  message: `the stream of the reply broke off${why === undefined ? "" : `: ${why}`}`,
});
