/** Which judged turns stand in all arms, and how turns of buckets are matched. */
import { describe, expect, test } from "vitest";
import type { JudgedTurn } from "../../../src/core/dataset/export.ts";
import { WORTH_DROPS, worthTurn, type WorthDrop } from "../../../src/core/worth/arms.ts";
import { matchedBuckets, type Matchable } from "../../../src/core/worth/match.ts";
import type { Score } from "../../../src/records/score.ts";

const reply = (order: string, value: number): object => {
  const metrics = ["correctness", "grounding", "progress", "protocol", "efficiency"];
  return {
    model: "judge",
    provider: "p",
    order,
    attempt: 1,
    metrics: Object.fromEntries(metrics.map((name) => [name, value])),
    reason: "",
    unread: null,
    raw: "",
    reasoning: null,
    finish_reason: "stop",
    usage: {},
    cost_usd: null,
    pair_hash: "h",
    time: "",
  };
};

const score = (more: object = {}): Score =>
  ({
    file: "a.json",
    instance_id: "o__r-1",
    mode: 2,
    score: 100,
    parsed: true,
    disqualified: null,
    pending: 0,
    pair_hash: "h",
    orders: "both",
    quorum: 1,
    judges: [reply("king_first", 1), reply("challenger_first", 1)],
    ...more,
  }) as unknown as Score;

const judged = (more: object = {}, about: object = {}): JudgedTurn =>
  ({
    file: "a.json",
    bucket: "final",
    exported: {
      instance_id: "o__r-1",
      king: "K",
      challenger: "C",
      assistant: "R",
      messages: [{ role: "user", content: "task" }],
      score: 100,
      metrics: {},
      reason: "",
      ...about,
    },
    score: score(),
    review: null,
    secrets: { challenger: false, opponent: false, reference: false },
    ...more,
  }) as unknown as JudgedTurn;

describe("a judged turn", () => {
  test("gives every arm its answer, and the winner's arm the winner's", () => {
    const taken = worthTurn(judged(), false);
    if (!taken.ok) throw new Error(taken.reason);
    const answers = Object.entries(taken.turn.examples).map(([arm, example]) => [
      arm,
      example.kind === "sft" ? example.answer : "",
    ]);
    expect(Object.fromEntries(answers)).toEqual({
      reference: "R",
      king: "K",
      challenger: "C",
      winner: "C",
    });
  });

  test.each<[WorthDrop, JudgedTurn]>([
    ["not_a_duel", judged({ score: score({ mode: 1 }) })],
    ["leak", judged({}, { audit: { verdict: "leak", kinds: [] } })],
    ["secret", judged({ secrets: { challenger: false, opponent: true, reference: false } })],
    ["malformed", judged({}, { challenger_run: { malformed: { reason: "x", detail: "" } } })],
    ["no_answer", judged({}, { assistant: " " })],
    [
      "no_winner",
      judged({ score: score({ judges: [reply("king_first", 1), reply("challenger_first", 0)] }) }),
    ],
    ["benchmark", judged({}, { instance_id: "django__django-11099" })],
    ["unwritable", judged({}, { messages: [{ role: "oracle", content: "task" }] })],
  ])("is in no arm: %s", (reason, turn) => {
    expect(worthTurn(turn, false)).toEqual({ ok: false, reason });
    expect(WORTH_DROPS).toContain(reason);
  });

  test("of a benchmark is taken where that is allowed", () => {
    expect(worthTurn(judged({}, { instance_id: "django__django-11099" }), true).ok).toBe(true);
  });
});

describe("turns of buckets", () => {
  const turn = (id: string, bucket: string, more: Partial<Matchable> = {}): Matchable => ({
    id,
    bucket,
    repo: "o/r",
    action: "file_read",
    turn: 3,
    length: 1000,
    ...more,
  });

  test("are matched with the nearest, each once", () => {
    const found = matchedBuckets([
      turn("f1", "final"),
      turn("d-far", "defeat", { turn: 5 }),
      turn("d-near", "defeat", { turn: 3, length: 1100 }),
      turn("f2", "final", { turn: 4 }),
      turn("d-more", "defeat", { turn: 9 }),
    ]);
    expect(found).toEqual({
      arms: { final: ["f1", "f2"], defeat: ["d-near", "d-far"] },
      left: { final: 0, defeat: 1 },
    });
  });

  test.each<[string, Partial<Matchable>]>([
    ["another repository", { repo: "o/other" }],
    ["another action", { action: "file_write" }],
    ["over two turns apart", { turn: 6 }],
    ["over twice as long", { length: 2001 }],
  ])("are no match: %s", (_case, more) => {
    expect(matchedBuckets([turn("f", "final"), turn("d", "defeat", more)])).toEqual({
      arms: { final: [], defeat: [] },
      left: { final: 1, defeat: 1 },
    });
  });

  test("of one bucket alone make no arm", () => {
    expect(matchedBuckets([turn("f", "final")])).toEqual({ arms: {}, left: { final: 1 } });
    expect(matchedBuckets([])).toEqual({ arms: {}, left: {} });
  });
});
