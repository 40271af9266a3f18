/** One reply at a time, through the engine that budgets and ledgers hang on. */
import { expect, test } from "vitest";
import { openAsking } from "../../src/gym/asking.ts";
import type { Engine, Outcome, WorkItem } from "../../src/work.ts";

const item = (key: string): WorkItem => ({
  stage: "rollout",
  role: "king",
  key,
  request: {
    provider: "p",
    model: "m",
    messages: [],
    temperature: 0,
    max_tokens: 1,
    tag: { role: "king", history_hash: "", attempt: 1 },
  },
});
const FAILED: Outcome = { ok: false, failure: { kind: "provider", message: "gone" } };

/** Files an outcome for each item until it has filed `most`, then stops as a budget does. */
const engineOf =
  (most: number): Engine =>
  async (items, file, unasked) => {
    let asked = 0;
    for await (const next of items) {
      if (asked >= most) {
        unasked?.(next);
        break;
      }
      asked++;
      await file(next, FAILED);
    }
    return { asked, unanswered: 0, stopped: null, first_failures: [] };
  };

test("each item gets its own outcome, and the engine's report comes at the end", async () => {
  const asking = openAsking(engineOf(9));
  expect(await Promise.all([asking.ask(item("a")), asking.ask(item("b"))])).toEqual([
    FAILED,
    FAILED,
  ]);
  expect(await asking.ask(item("c"))).toEqual(FAILED);
  expect((await asking.end()).asked).toBe(3);
});

test("an engine that stops leaves nobody waiting", async () => {
  const asking = openAsking(engineOf(1));
  expect(await asking.ask(item("a"))).toEqual(FAILED);
  const left = [asking.ask(item("b")), asking.ask(item("c"))];
  expect(await Promise.all(left)).toEqual([null, null]);
  expect(await asking.ask(item("d"))).toBeNull();
  expect((await asking.end()).asked).toBe(1);
});
