/** The king's world over the real client, against a server on the loopback. */
import type { Config } from "../../src/config.ts";
import type { Deps } from "../../src/deps.ts";
import { localEngine } from "../../src/io/engine.ts";
import type { Prompt } from "../../src/records/prompt.ts";
import { silentProgress } from "./chat.ts";
import { loopToml, makeClient } from "./client.ts";
import { testDeps } from "./deps.ts";

export const promptsOf = (count: number): readonly Prompt[] =>
  Array.from({ length: count }, (_, i) => ({
    instance_id: `a__b-${i + 1}`,
    repo: "a/b",
    turn: 0,
    messages: [{ role: "user", content: `task ${i + 1}` }],
    assistant: "reference",
    origin: { dataset: null, revision: null, file: "t.jsonl", row: i + 1 },
  }));

export type World = {
  readonly config: Config;
  readonly deps: Deps;
  close(): Promise<void>;
};

/** `more`: lines of the provider's section. */
export function kingWorld(root: string, url: string, more = ""): World {
  const toml = `${loopToml(url, more)}[king]\nprovider = "loop"\nmodel = "m"\n`;
  const { chat, config, ledger } = makeClient(toml, { root });
  const { signal } = new AbortController();
  const engine = localEngine({ chat, places: chat, window: 1024, signal });
  return {
    config,
    deps: { ...testDeps(root, chat), engine, progress: silentProgress },
    async close() {
      await chat.close();
      await ledger.close();
    },
  };
}
