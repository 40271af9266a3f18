import { expect, test } from "vitest";
import { sharedFacts } from "../../src/core/duel/facts.ts";
import { sharedParts } from "../../src/core/report/shared-parts.ts";
import { makeSharing } from "../../src/core/sharing.ts";
import type { TurnFacts } from "../../src/core/duel/facts.ts";
import type { Told } from "../../src/core/report/shared-parts.ts";

test("equal values become one, others stay what they are", () => {
  const { part, text } = makeSharing();
  const first = part({ a: 1, b: [2] });
  expect(part({ a: 1, b: [2] })).toBe(first);
  expect(part({ a: 1, b: [3] })).toEqual({ a: 1, b: [3] });
  expect([part(null), part("null"), text("null"), part([])]).toEqual([null, "null", "null", []]);
  expect(part(undefined)).toBeUndefined();
});

test("values that quote much are given back as they came", () => {
  const { part } = makeSharing();
  const long = { text: "x".repeat(1000) };
  expect(part(long)).toBe(long);
  expect(part({ ...long })).not.toBe(long);
});

test("rows of the report say the same with their parts shared", () => {
  const told = (file: string): Told => ({
    row: {
      file,
      instance_id: "a__b-1",
      repo: "a/b",
      run: "",
      turn: 3,
      run_label: "SUCCESS",
      state: "scored",
      score: 62.5,
      metrics: metrics(1),
      style: "retrieval",
      bucket: "final",
      reason: "score",
      by: "panel",
      disqualified: null,
      review: { verdict: 1, bucket: null, note: "null", outdated: false },
      judges: [{ model: "m", score: 50, metrics: metrics(0.5) }],
      spread: null,
      flips: 1,
      swaps: 5,
      lengths: { opponent: 10, challenger: 12 },
      audit: "clean",
      kinds: [],
    },
    audited: {
      file,
      answer: {
        challenger: "T",
        challenger_run: { attempts: 2, malformed: null },
        challenger_tries: undefined,
        audit: { verdict: "clean", findings: [], version: "1" },
        king_audit: undefined,
        turn: 3,
      },
      canaries: null,
      canaries_none: "no_place",
    },
  });
  const shared = sharedParts();
  const [one, other] = [shared(told("a.json")), shared(told("b.json"))];
  expect([one, other]).toEqual([told("a.json"), told("b.json")]);
  expect(other.row.judges[0]).toBe(one.row.judges[0]);
  expect(other.audited.answer).toBe(one.audited.answer);
});

test("facts of the duel say the same with their parts shared", () => {
  const facts = (file: string): TurnFacts => ({
    file,
    cluster: "a/b",
    repo: "a/b",
    instance: "a__b-1",
    score: 50,
    parsed: true,
    pending: 0,
    disqualified: null,
    ballots: [{ model: "m", verdicts: [metrics(1)], orders: ["king_first"] }],
    decisive: null,
    lengths: null,
    replies: { m: { all: 1, unread: 0 } },
    unread: [],
    otherSettings: false,
    versions: [{ prompt: "judge-1", hash: null, usd: null }],
    flaggedHistory: false,
    flaggedOpponent: true,
    calls: { asked: 1, full: 1 },
    models: ["k", "c"],
  });
  const shared = sharedFacts();
  const [one, other] = [shared(facts("a.json")), shared(facts("b.json"))];
  expect([one, other]).toEqual([facts("a.json"), facts("b.json")]);
  expect(other.ballots[0]).toBe(one.ballots[0]);
});

const metrics = (value: number) => ({
  correctness: value,
  grounding: value,
  progress: value,
  protocol: value,
  efficiency: value,
});
