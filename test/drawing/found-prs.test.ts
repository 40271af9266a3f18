import { expect, test } from "vitest";
import { createFindPullRequests } from "../../src/drawing/found-prs.ts";

function finder(chars?: number): {
  asked: string[][];
  find: ReturnType<typeof createFindPullRequests>;
} {
  const asked: string[][] = [];
  const row = (id: string): object => ({ instance_id: id, repo: "o/n", patch: "x".repeat(1000) });
  const find = createFindPullRequests(
    {
      find: async (ids) => {
        asked.push([...ids]);
        const there = ids.filter((id) => id !== "none");
        return new Map(there.map((id) => [id, id === "broken" ? {} : { ...row(id) }]));
      },
    },
    chars,
  );
  return { asked, find };
}

test("an id is asked for once, also by calls at the same time, and one without a record is counted", async () => {
  const { asked, find } = finder();
  const [first, second] = await Promise.all([find(["a", "none", "a"]), find(["a", "b", "broken"])]);
  expect(asked).toEqual([
    ["a", "none"],
    ["b", "broken"],
  ]);
  expect(first.get("a")).toMatchObject({ ok: true, value: { instance_id: "a" } });
  expect(first.get("none")).toEqual({ ok: false, reason: "no_pr" });
  expect(second.get("broken")).toEqual({ ok: false, reason: "pr_unreadable" });
  expect([...second.keys()]).toEqual(["a", "b", "broken"]);
  expect(await find([])).toEqual(new Map());
  expect(asked).toHaveLength(2);
});

test("records are remembered up to a size, and those given up are asked for again", async () => {
  const { asked, find } = finder(2500);
  for (const ids of [["a", "b"], ["c"], ["b", "c"], ["a", "b", "c"]])
    expect([...(await find(ids)).values()].every((pr) => pr.ok)).toBe(true);
  expect(asked).toEqual([["a", "b"], ["c"], ["a"]]);
});
