/** The real model client over a temporary workspace, for tests against the loopback server. */
import { onTestFinished } from "vitest";
import { parseConfig, type Config } from "../../src/config.ts";
import { callRules } from "../../src/core/retry/rules.ts";
import { seededRng } from "../../src/core/random.ts";
import { makeChat, type ModelClient } from "../../src/io/chat/chat.ts";
import type { ChatOptions } from "../../src/io/chat/options.ts";
import { openLedger, type Ledger } from "../../src/io/ledger.ts";
import type { ChatRequest, ItemRef } from "../../src/work.ts";
import { silentProgress } from "./chat.ts";
import { tempProject } from "./project.ts";

export const KEY = "sk-test-9f3a1c5e7b";

/** chain.toml with one provider `loop` at `url`; `more` are lines of its section. */
export const loopToml = (url: string, more = ""): string =>
  `[provider.loop]\nbase_url = "${url}"\napi_key_env = "LOOP_KEY"\n${more}\n`;

export type Client = {
  readonly chat: ModelClient;
  readonly ledger: Ledger;
  readonly config: Config;
  readonly root: string;
};

/** `root`: a workspace to go on with. */
export function openClient(toml: string, over: Over = {}): Client {
  const client = makeClient(toml, over);
  onTestFinished(async () => {
    await client.chat.close();
    await client.ledger.close();
  });
  return client;
}

type Over = Partial<ChatOptions> & { root?: string; env?: Record<string, string> };

/** The same, to be closed by the caller. */
export function makeClient(toml: string, over: Over = {}): Client {
  const { root = tempProject(), env = { LOOP_KEY: KEY }, ...rest } = over;
  const config: Config = { ...parseConfig(toml, "chain.toml"), root, env };
  const now = (): Date => new Date();
  const ledger = openLedger(root, now);
  const chat = makeChat({
    config,
    ledger,
    rules: callRules,
    now,
    rng: seededRng(1, "test"),
    progress: silentProgress,
    signal: new AbortController().signal,
    ...rest,
  });
  return { chat, ledger, config, root };
}

export const item = (key: string): ItemRef => ({
  stage: "king",
  key: `king/${key}/1`,
  role: "king",
});

export function requestOf(text: string, over: Partial<ChatRequest> = {}): ChatRequest {
  return {
    provider: "loop",
    model: "m",
    messages: [
      { role: "system", content: "You are an agent." },
      { role: "user", content: text },
    ],
    temperature: 0,
    max_tokens: 256,
    tag: { role: "king", history_hash: "h", attempt: 1 },
    ...over,
  };
}
