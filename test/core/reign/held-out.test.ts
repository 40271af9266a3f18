/** Which turns a checkpoint has not seen, and which of them a duel spends. */
import { describe, expect, test } from "vitest";
import {
  barsFor,
  bothSeen,
  NOT_HELD_OUT,
  planDuel,
  seenOf,
  type DuelWish,
  type PromptTurn,
} from "../../../src/core/reign/held-out.ts";

const turn = (repo: string, n: number): PromptTurn => ({
  name: `prompts_99_001_${repo}${n}.json`,
  instance_id: `o__${repo}-${n}`,
  repo: `o/${repo}`,
});

const turnsOf = (repos: number, each: number): PromptTurn[] =>
  Array.from({ length: repos }, (_, at) =>
    Array.from({ length: each }, (_, n) => turn(`r${at}`, n)),
  ).flat();

const wish = (more: Partial<DuelWish> = {}): DuelWish => ({
  turns: turnsOf(12, 3),
  seen: { repositories: [], instances: [] },
  spent: [],
  excluded: [],
  winsLeft: 2,
  repositories: 20,
  maxTurns: 200,
  minRepositories: 5,
  seed: 42,
  ...more,
});

describe("a turn is held out unless", () => {
  const bars = {
    seen: seenOf([
      { repo: "o/Trained", instance_id: "o__trained-1" },
      { repo: "", instance_id: "moved__name-7" },
    ]),
    spent: ["o/spent"],
    excluded: ["o__free-9"],
  };
  test.each<[string, PromptTurn, string | null]>([
    ["nothing speaks against it", { name: "a", instance_id: "o__free-1", repo: "o/free" }, null],
    [
      "its repository was trained on, in any case",
      { name: "a", instance_id: "o__trained-2", repo: "O/TRAINED" },
      "trained_repository",
    ],
    [
      "its repository is known by its instance alone",
      { name: "a", instance_id: "o__trained-2", repo: "" },
      "trained_repository",
    ],
    [
      "a row without a repository names one by its instance",
      { name: "a", instance_id: "moved__name-8", repo: "moved/name" },
      "trained_repository",
    ],
    [
      "its instance was trained on under another repository",
      { name: "a", instance_id: "o__trained-1", repo: "fork/other" },
      "trained_instance",
    ],
    [
      "its repository was spent by a duel",
      { name: "a", instance_id: "o__spent-1", repo: "o/spent" },
      "spent_repository",
    ],
    [
      "the settings exclude its instance",
      { name: "a", instance_id: "o__free-9", repo: "o/free" },
      "excluded_id",
    ],
    ["nobody knows where it is from", { name: "a", instance_id: "run 17" }, "no_repository"],
  ])("%s", (_case, one, reason) => {
    expect(barsFor(bars)(one)).toBe(reason);
    if (reason !== null) expect(NOT_HELD_OUT).toContain(reason);
  });
});

describe("the next duel", () => {
  test("takes its share of the repositories that are left, and leaves the rest for the others", () => {
    const { chosen, left, dropped } = planDuel(wish());
    expect(left).toBe(12);
    expect(chosen?.repositories).toHaveLength(6);
    expect(chosen?.names).toHaveLength(18);
    expect(dropped).toEqual({ not_needed: 18 });
  });

  test("takes all that are left when it is the last", () => {
    expect(planDuel(wish({ winsLeft: 1 })).chosen?.repositories).toHaveLength(12);
  });

  test("takes no more repositories and turns than the settings allow, a turn of each first", () => {
    const { chosen } = planDuel(wish({ repositories: 5, maxTurns: 7, winsLeft: 1 }));
    expect(chosen?.repositories).toHaveLength(5);
    expect(chosen?.names).toHaveLength(7);
    const repoOf = (name: string): string => /_(r\d+?)\d\.json$/.exec(name)?.[1] ?? name;
    expect(new Set(chosen?.names.slice(0, 5).map(repoOf)).size).toBe(5);
  });

  test("is not planned where the gate could never accept it", () => {
    const { chosen, left, dropped } = planDuel(wish({ turns: turnsOf(9, 2) }));
    expect(chosen).toBeNull();
    expect([left, dropped]).toEqual([9, { not_needed: 18 }]);
    expect(planDuel(wish({ turns: turnsOf(9, 2), winsLeft: 1 })).chosen).not.toBeNull();
  });

  test("is the same whatever order the turns come in, and another one with another seed", () => {
    const turned = wish({ turns: turnsOf(12, 3).reverse() });
    expect(planDuel(turned)).toEqual(planDuel(wish()));
    expect(planDuel(wish({ seed: 7 })).chosen).not.toEqual(planDuel(wish()).chosen);
  });

  test("never takes what an earlier one has spent", () => {
    const first = planDuel(wish()).chosen;
    const second = planDuel(wish({ spent: first?.repositories ?? [], winsLeft: 1 }));
    expect(second.chosen?.repositories).toHaveLength(6);
    expect(second.chosen?.repositories.filter((one) => first?.repositories.includes(one))).toEqual(
      [],
    );
    expect(second.dropped).toEqual({ spent_repository: 18 });
    const third = planDuel(
      wish({ spent: [...(first?.repositories ?? []), ...(second.chosen?.repositories ?? [])] }),
    );
    expect([third.chosen, third.left]).toEqual([null, 0]);
  });
});

test("what two have seen is what either has", () => {
  const one = seenOf([turn("a", 1)]);
  const two = seenOf([turn("b", 1), turn("a", 1)]);
  expect(bothSeen([one, two])).toEqual({
    repositories: ["o/a", "o/b"],
    instances: ["o__a-1", "o__b-1"],
  });
});
