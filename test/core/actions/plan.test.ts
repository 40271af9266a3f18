import { expect, test } from "vitest";
import { evalGroups, rankOf, smallest } from "../../../src/core/actions/plan.ts";
import { groupOf, rolloutOf } from "../../../src/core/actions/rollout.ts";

test("the smallest ranks are kept whatever the order of the offers", () => {
  const refs = Array.from({ length: 200 }, (_, n) => ({
    rollout: n,
    at: 1,
    group: "g",
    instance_id: "i",
    resolved: false,
    rank: rankOf(1, n),
  }));
  const take = (list: typeof refs): number[] => {
    const held = smallest(7);
    for (const ref of list) held.offer(ref);
    return held.taken().map((ref) => ref.rollout);
  };
  expect(take(refs)).toHaveLength(7);
  expect(take(refs.toReversed())).toEqual(take(refs));
});

const groups = (sizes: Record<string, number>): Map<string, number> =>
  new Map(Object.entries(sizes));

test.each([
  [
    "a tenth of many groups",
    groups(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`g${n}`, 5]))),
    0.1,
    10,
  ],
  ["one of two groups", groups({ a: 10, b: 10 }), 0.1, 1],
  ["none of a single group", groups({ a: 10 }), 0.5, 0],
  ["never all of them", groups({ a: 1, b: 1, c: 1 }), 1, 2],
  ["none at fraction 0", groups({ a: 1, b: 1 }), 0, 0],
  ["none of nothing", groups({}), 0.1, 0],
])("eval takes %s", (_, byGroup, fraction, size) => {
  expect(evalGroups(byGroup, fraction, 42).size).toBe(size);
});

test("the rows of one toolbench conversation are one instance", () => {
  const row = {
    id: "Step 5: Find me a hotel",
    conversations: { from: ["user", "assistant"], value: ["q", "a"] },
  };
  const made = rolloutOf(row, { source: "toolbench", id: "toolbench-0" });
  expect(made.ok && made.value).toMatchObject({
    instance_id: "Find me a hotel",
    repo: "",
    resolved: null,
  });
  expect(made.ok && groupOf(made.value, "repo")).toBe("Find me a hotel");
});

test("a row without messages gives a reason", () => {
  expect(rolloutOf({ instance_id: "a" }, { source: "swe", id: "1" })).toEqual({
    ok: false,
    reason: "bad_row",
    detail: "there is none of messages, conversations, history, trajectory",
  });
});

test.each([
  [{ resolved: true }, true],
  [{ resolved: false, reward: 1 }, false],
  [{ reward: 1 }, true],
  [{ reward: 0.5 }, false],
  [{}, null],
])("whether a run resolved its instance is what the row says: %j", (said, resolved) => {
  const row = { instance_id: "a", messages: [{ role: "user", content: "q" }], ...said };
  const made = rolloutOf(row, { source: "swe", id: "1" });
  expect(made.ok && made.value.resolved).toBe(resolved);
});
