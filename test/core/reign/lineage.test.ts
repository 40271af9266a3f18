/** A challenge step by step: who reigns, what is spent, when there is a crown. */
import { describe, expect, test } from "vitest";
import {
  challengeOf,
  freeName,
  noLineage,
  openDuel,
  reigning,
  seenIn,
  spentIn,
  winsLeft,
  withChallenge,
  withDuel,
  withoutTurns,
  withResult,
} from "../../../src/core/reign/lineage.ts";
import { challengeWords, duelLine, leftWords, reignLine } from "../../../src/core/reign/words.ts";
import {
  lineageSchema,
  type Challenge,
  type DuelResult,
  type King,
  type Lineage,
} from "../../../src/records/lineage.ts";

const FIRST: King = { name: "kimi", model: "kimi", provider: "chutes" };
const NOW = "2026-11-28T12:00:00.000Z";

const challenge = (name: string, king = FIRST, run_hash = name): Challenge => ({
  name,
  challenger: { name, model: `artifacts/checkpoints/${name}/merged`, provider: null },
  king,
  dataset: "dataset/export",
  dataset_hash: "d".repeat(64),
  run_hash,
  method: "sft",
  base: "Qwen/Qwen2.5-3B-Instruct",
  trained_on: { repositories: [`o/${name}`], instances: [`o__${name}-1`] },
  wins: 2,
  began: NOW,
  ended: null,
  state: "open",
  duels: [],
});

const result = (accepted: boolean): DuelResult => ({
  accepted,
  margin: accepted ? 12.5 : -3,
  interval: accepted ? [4.1, 20.9] : [-9, 3],
  lcb: accepted ? 0.02 : -0.04,
  gate_alpha: 0.05,
  n_turns: 40,
  n_parsed: 40,
  n_clusters: 10,
  n_disqualified: accepted ? 0 : 3,
  reasons: accepted ? [] : ["the margin -3 is below win_margin 2"],
});

const duel = (name: string, n: number): Challenge["duels"][number] => ({
  folder: `reign/${name}/duel-${n}`,
  repositories: [`o/${name}-held-${n}`],
  turns: 40,
  files: [],
  result: null,
});

/** Fought until it is decided, with these verdicts in turn. */
function fought(
  lineage: Lineage,
  name: string,
  verdicts: readonly boolean[],
  king = FIRST,
): Lineage {
  let state = withChallenge(lineage, challenge(name, king), NOW);
  for (const [at, accepted] of verdicts.entries()) {
    state = withResult(withDuel(state, name, duel(name, at + 1)), name, result(accepted), NOW);
  }
  return lineageSchema.parse(state);
}

describe("a challenger", () => {
  test.each<[string, readonly boolean[], Challenge["state"], string]>([
    ["is crowned with its second win", [true, true], "crowned", "b"],
    ["is refused at once", [false], "refused", "kimi"],
    ["is refused after a win", [true, false], "refused", "kimi"],
    ["has won one of two", [true], "open", "kimi"],
  ])("%s", (_case, verdicts, state, king) => {
    const lineage = fought(noLineage, "b", verdicts);
    expect(lineage.challenges[0]?.state).toBe(state);
    expect(reigning(lineage, FIRST).name).toBe(king);
    expect(lineage.challenges[0]?.ended).toBe(state === "open" ? null : NOW);
  });

  test("is not crowned where nothing is held out any more", () => {
    const lineage = withoutTurns(fought(noLineage, "b", [true]), "b", NOW);
    expect(lineage.challenges[0]?.state).toBe("no_turns");
    expect(reigning(lineage, FIRST)).toEqual(FIRST);
  });

  test("spends its repositories with the plan, decided or not", () => {
    const planned = withDuel(withChallenge(noLineage, challenge("b"), NOW), "b", duel("b", 1));
    expect(spentIn(planned)).toEqual(["o/b-held-1"]);
    expect(openDuel(planned.challenges[0] ?? challenge("x"))?.folder).toBe("reign/b/duel-1");
    const decided = withResult(planned, "b", result(true), NOW);
    expect(openDuel(decided.challenges[0] ?? challenge("x"))).toBeNull();
    expect(winsLeft(decided.challenges[0] ?? challenge("x"))).toBe(1);
    expect(spentIn(decided)).toEqual(["o/b-held-1"]);
  });

  test("goes on with its challenge, keeps a decided one, and begins anew against another king", () => {
    const open = fought(noLineage, "b", [true]);
    expect(challengeOf(open, "b", FIRST)?.name).toBe("b");
    expect(challengeOf(fought(noLineage, "b", [false]), "b", FIRST)?.state).toBe("refused");
    const between = fought(open, "c", [true, true]);
    const king = reigning(between, FIRST);
    expect(king.name).toBe("c");
    expect(challengeOf(between, "b", king)).toBeNull();
    const again = withChallenge(between, { ...challenge("b-2", king), run_hash: "b" }, NOW);
    expect(again.challenges.map(({ name, state }) => [name, state])).toEqual([
      ["b", "given_up"],
      ["c", "crowned"],
      ["b-2", "open"],
    ]);
    expect(challengeOf(again, "b", king)?.name).toBe("b-2");
    expect(seenIn(again).map(({ repositories }) => repositories[0])).toEqual([
      "o/b",
      "o/c",
      "o/b-2",
    ]);
  });

  test("has a folder of its own for each challenge", () => {
    const lineage = fought(noLineage, "b", [false]);
    expect([freeName(lineage, "b"), freeName(lineage, "c")]).toEqual(["b-2", "c"]);
  });
});

describe("what a person is told", () => {
  const { challenges, ...rest } = fought(noLineage, "b", [true, true]);
  const [crowned] = challenges;
  test("of duels: the margin with its interval, and why it was not accepted", () => {
    expect(crowned?.duels.map(duelLine)[0]).toBe(
      "duel 1: accepted: +12.5 points (95 % +4.1 to +20.9) over 40 turns of 10 clusters",
    );
    expect(duelLine({ ...duel("b", 2), result: result(false) }, 1)).toBe(
      "duel 2: not accepted: −3 points (95 % −9 to +3) over 40 turns of 10 clusters, 3 of them lost before a judge was asked: the margin -3 is below win_margin 2",
    );
    expect(duelLine(duel("b", 3), 2)).toBe("duel 3: not decided yet (reign/b/duel-3)");
    const bare = { ...result(true), margin: null, interval: null };
    expect(duelLine({ ...duel("b", 1), result: bare }, 0)).toContain("accepted: no margin over");
  });

  test.each<[Challenge["state"], string]>([
    ["crowned", "b is crowned: 2 of 2 duels won against kimi"],
    ["refused", "b is not crowned: kimi stays king, 2 of 2 duels won"],
    ["open", "b against kimi: 2 of 2 duels won, not decided yet"],
    ["given_up", "b against kimi: given up, 2 of 2 duels won"],
    [
      "no_turns",
      "b is not crowned: 2 of 2 duels won, and too few held-out repositories are left for the next duel",
    ],
  ])("of a challenge that is %s", (state, words) => {
    expect(challengeWords({ ...(crowned ?? challenge("b")), state })).toBe(words);
  });

  test("of who reigns", () => {
    expect(reignLine({ challenges, ...rest })).toBe("b reigns since 2026-11-28");
    expect(reignLine(noLineage)).toBe("");
  });

  test("of repositories that are not there", () => {
    const plan = { chosen: null, left: 1, dropped: { trained_repository: 7, not_needed: 2 } };
    expect(leftWords(plan, 2, 5)).toBe(
      "1 held-out repository is left, and 2 duels need at least 10 (turns: trained_repository 7, not_needed 2)",
    );
    expect(leftWords({ chosen: null, left: 0, dropped: {} }, 1, 5)).toBe(
      "0 held-out repositories are left, and 1 duel needs at least 5 (prompt/ has no turns)",
    );
  });
});
