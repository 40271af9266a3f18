/** A stage's world over a real store, with a fixed clock and a scripted chat. */
import { parseConfig, type Config } from "../../src/config.ts";
import { seededRng } from "../../src/core/random.ts";
import { localEngine } from "../../src/io/engine.ts";
import { openStore } from "../../src/io/store.ts";
import type { Deps } from "../../src/deps.ts";
import type { Chat, StageOptions } from "../../src/work.ts";
import { silentProgress } from "./chat.ts";

export const OPTIONS: StageOptions = { force: false, retry: false };

export function testDeps(root: string, chat: Chat, signal = new AbortController().signal): Deps {
  return {
    engine: localEngine({ chat, window: 4, signal }),
    store: openStore(root),
    rng: (purpose) => seededRng(42, purpose),
    now: () => new Date("2026-01-02T03:04:05Z"),
    progress: silentProgress,
  };
}

/** Settings from TOML text, as if chain.toml held it. */
export function testConfig(root: string, text = ""): Config {
  return { ...parseConfig(text, "chain.toml"), root, env: {} };
}
