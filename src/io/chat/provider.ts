/**
 * One [provider.NAME] section come alive: its base URL and key from the environment, its connections,
 * its openai client. Keys are known here alone, and every text that comes back is cleared of them.
 */
import type OpenAI from "openai";
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
import { newWire, openPool, proxiesOf, type PoolFetch } from "./pool.ts";
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
  const client = makeClient(
    {
      baseURL: baseUrl,
      // The client insists on a key; a server without one (vLLM, Ollama) is sent no header at all.
      apiKey: key ?? "none",
      organization: null,
      project: null,
      maxRetries: 0,
      timeout: Math.ceil(settings.timeout_s * 1000),
      logLevel: "off",
      defaultHeaders: { ...api.headers(key), ...headers },
    },
    pool.fetch,
  );
  /** The JSON at an address; null for anything but a 200 with JSON. */
  async function got(url: string): Promise<unknown> {
    const wire = newWire();
    const auth = key === null ? {} : { authorization: `Bearer ${key}` };
    const options = { method: "GET", headers: { ...auth, ...headers }, timeoutMs: LIST_MS, wire };
    try {
      await pool.fetch(url, options);
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
      const options = { keepalive: true, wire, isStream };
      try {
        const value = await client.post<unknown>(api.path, {
          // Bytes, not an object: the client would hold the prompt's JSON as text until the answer
          // comes, and half of the collector's work would be copying that text around.
          body: utf8Bytes(JSON.stringify(bodyOf(settings, call))),
          headers: { "content-type": "application/json" },
          fetchOptions: options,
        });
        const { exchange } = wire;
        if (isEventStream(exchange)) return heardOf(exchange, api);
        return { exchange, body: api.reply(typeof value === "string" ? parsed(value) : value) };
      } catch (error) {
        // Whatever the client makes of a fault, the wire has what happened; without it, it is ours.
        const { exchange } = wire;
        if (exchange.status === null && exchange.broken === null) throw error;
        if (exchange.status === 200 && isEventStream(exchange)) return heardOf(exchange, api);
        return { exchange, body: parsed(exchange.text) };
      }
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

/**
 * The openai client, with what is the same for every call worked out by the first: its headers take
 * as long to put together as the rest of the client's work. The pool keeps the time.
 */
function makeClient(options: ClientOptions, fetch: PoolFetch["fetch"]): OpenAI {
  const { OpenAI: Base } = loadPackage<typeof import("openai")>("openai");
  let first: ReturnType<OpenAI["buildRequest"]> | null = null;
  class Client extends Base {
    override async buildRequest(
      ...[call, tries]: Parameters<OpenAI["buildRequest"]>
    ): ReturnType<OpenAI["buildRequest"]> {
      first ??= super.buildRequest(call, tries).then(withoutTelemetry);
      const { req, ...same } = await first;
      const body = isBytes(call.body) ? { body: call.body } : {};
      return { ...same, req: { ...req, ...call.fetchOptions, ...body } };
    }

    override fetchWithTimeout(
      ...[url, init, timeoutMs]: Parameters<OpenAI["fetchWithTimeout"]>
    ): Promise<Response> {
      return fetch(url, { ...init, timeoutMs });
    }
  }
  return new Client({ ...options, fetch });
}

/** What `send` puts in: bytes of a buffer that nobody shares. */
function isBytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array;
}

type Built = Awaited<ReturnType<OpenAI["buildRequest"]>>;

/** Without the headers that tell the provider of this machine: system, processor, Node's version. */
function withoutTelemetry(built: Built): Built {
  const headers: Headers = built.req.headers;
  for (const name of [...headers.keys()].filter((key) => key.startsWith("x-stainless-")))
    headers.delete(name);
  return built;
}

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

const isEventStream = ({ headers }: Exchange): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") === true;

/** A stream that was heard to its end is a reply, however the connection ended; any other broke off. */
function heardOf(exchange: Exchange, api: Api): { exchange: Exchange; body: unknown } {
  const { body, isWhole } = hear(exchange.text ?? "", api.listen());
  const broken = isWhole ? null : (exchange.broken ?? BROKEN_OFF);
  return { exchange: { ...exchange, broken }, body: api.reply(body) };
}

const BROKEN_OFF = { kind: "reset", message: "the stream of the reply broke off" } as const;
