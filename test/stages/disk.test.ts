/** A disk that fills up or turns read-only in the middle of a stage. */
import { expect, test } from "vitest";
import { diskError, openStore, type Store } from "../../src/io/store.ts";
import { king } from "../../src/stages/king.ts";
import type { Deps } from "../../src/deps.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";

const GOOD = "THOUGHT: look.\n\n```bash\nls\n```";

const prompts = Array.from({ length: 6 }, (_, row) => ({
  instance_id: `a__b-${row}`,
  repo: "a/b",
  turn: 0,
  messages: [{ role: "user", content: `task ${row}` }],
  assistant: "reference",
  origin: { dataset: null, revision: null, file: "t.jsonl", row },
}));

/** A store whose disk gives out after so many writes, as the real one reports it. */
function failingStore(store: Store, code: string, after: number): Store {
  let writes = 0;
  return {
    ...store,
    async write(file, value) {
      if (++writes > after) {
        throw diskError(store.path(file), "write", Object.assign(new Error(code), { code }));
      }
      await store.write(file, value);
    },
  };
}

test.each([
  [
    "ENOSPC",
    /cannot write .*answer\/prompts_6_001_\d\.json: the disk is full \(ENOSPC\)/,
    /free some space and run the stage again/,
  ],
  ["EROFS", /the file system is read-only \(EROFS\)/, /choose a workspace that you can write/],
])(
  "with %s the stage ends with the file's name, and the next run goes on",
  async (code, message, hint) => {
    const root = tempProject({ "prompt/prompts_6_001.json": prompts });
    const chat = scriptedChat(() => GOOD);
    const deps: Deps = { ...testDeps(root, chat), store: failingStore(openStore(root), code, 2) };
    await expect(king(testConfig(root), deps, OPTIONS)).rejects.toThrow(
      expect.objectContaining({
        name: "UserError",
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      }),
    );
    const saved = Object.keys(snapshot(root)).filter((name) => name.startsWith("answer/"));
    expect(saved).toHaveLength(2);

    const again = scriptedChat(() => GOOD);
    expect(await king(testConfig(root), testDeps(root, again), OPTIONS)).toMatchObject({
      kept: 6,
      asked: 4,
    });
  },
);
