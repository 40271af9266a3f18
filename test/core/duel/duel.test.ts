/** The duel as a whole: one estimand, lost turns once each, and looks that are kept in the record. */
import { expect, test } from "vitest";
import { duelOf, type DuelInput } from "../../../src/core/duel/duel.ts";
import type { TurnFacts } from "../../../src/core/duel/facts.ts";
import type { GateRules } from "../../../src/core/duel/gate.ts";
import { planOf } from "../../../src/core/duel/plan-of.ts";
import type { DuelRules } from "../../../src/core/duel/rules.ts";
import { turnScore, type Ballot } from "../../../src/core/duel/turn-score.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { MetricValues } from "../../../src/records/score.ts";

const rng = (purpose: string) => seededRng(1, purpose);
const GATE: GateRules = {
  win_margin: 2,
  gate_alpha: 0.05,
  bootstrap_resamples: 2000,
  min_valid_turn_frac: 0.5,
  rng,
};
const RULES: DuelRules = {
  mode: 2,
  panel: ["good", "flaky"].map((model) => ({ model, provider: "p", thinking: false })),
  panelMode: "full",
  orders: "fixed",
  quorum: 1,
  attempts: 1,
  temperature: 0,
  max_tokens: 1,
  thinking_max_tokens: 1,
  bucket: { by: "score", final_min: 80, defeat_max: 66 },
  min_decisive: 3,
  config_hash: "h",
  prompt_version: "judge-1",
  rng,
};

/** A verdict with `wins` of the five metrics won and the others drawn: 50 + 10 x wins. */
const ballot = (model: string, wins: number): Ballot => {
  const vote = (at: number): number => (at < wins ? 1 : 0.5);
  const verdict: MetricValues = {
    correctness: vote(0),
    grounding: vote(1),
    progress: vote(2),
    protocol: vote(3),
    efficiency: vote(4),
  };
  return { model, verdicts: [verdict], orders: ["king_first"] };
};

const fact = (n: number, ballots: readonly Ballot[], over: Partial<TurnFacts> = {}): TurnFacts => ({
  file: `t${String(n).padStart(3, "0")}.json`,
  cluster: `r${n % 12}`,
  repo: `r${n % 12}`,
  instance: `i${n}`,
  score: turnScore(ballots)?.score ?? 0,
  parsed: true,
  pending: 0,
  disqualified: ballots.length === 0 ? "malformed" : null,
  ballots,
  decisive: null,
  lengths: null,
  replies: {},
  unread: [],
  otherSettings: false,
  flaggedHistory: false,
  flaggedOpponent: false,
  calls: { asked: 2, full: 2 },
  models: ["king", "challenger"],
  versions: [],
  ...over,
});

const duel = (turns: readonly TurnFacts[], over: Partial<DuelInput> = {}, gate = GATE) =>
  duelOf(
    {
      turns,
      withoutScore: 0,
      cluster_by: "repo",
      failures: new Map(),
      previous: null,
      plan: { turns: turns.length, largest: 20 },
      ...over,
    },
    RULES,
    gate,
  );

/** 60 turns: 54 judged by "good" at 60 or 70, 6 lost; "flaky" gave the first four alone. */
const FLAKY = Array.from({ length: 60 }, (_, n) =>
  fact(n, n >= 54 ? [] : [ballot("good", 1 + (n % 2)), ...(n < 4 ? [ballot("flaky", 1)] : [])]),
);

test("the challenger's score is the mean of the turns that the gate uses, whatever a flaky judge gave", () => {
  // 27 turns of 60, 27 of 70 (two of these: (70 + 60) / 2 = 65), 6 of 0.
  const found = duel(FLAKY);
  const scores = FLAKY.map((turn) => turn.score ?? 0);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  expect(found.challenger_score).toBeCloseTo(mean, 4);
  expect(found.mean).toBeCloseTo(mean / 100 - 0.5, 5);
  expect(found.challenger_score).toBeGreaterThan(58);
  const metrics = Object.values(found.by_metric);
  expect(metrics.reduce((sum, value) => sum + value, 0) / 5).toBeCloseTo(mean, 3);
});

test("a judge's own score is of its own ballots, and by_judge counts lost turns at their share", () => {
  const found = duel(FLAKY);
  const flaky = found.judges.find((judge) => judge.model === "flaky");
  expect(flaky).toMatchObject({ score: 60, n_turns: 4 });
  expect(found.by_judge["flaky"]).toBe(54);
  // Without "flaky" the two turns that it pulled to 65 are 70 again.
  expect(flaky?.score_without).toBeCloseTo((27 * 60 + 27 * 70) / 60, 4);
});

test("lost turns in few effective clusters are warned of", () => {
  expect(duel(FLAKY).warnings?.join()).toMatch(
    /6 lost turns in 12\.0 effective clusters: under 20, rare big losses/,
  );
});

const CLEAR = Array.from({ length: 60 }, (_, n) => fact(n, [ballot("good", 1 + (n % 3))]));

test("the record keeps what a look spent, and the same turns again change nothing", () => {
  const first = duel(CLEAR);
  expect(first).toMatchObject({
    accepted: true,
    look: "look",
    t: 1,
    looks: 1,
    alpha_spent: 0.05,
    alpha_left: 0,
    n_effective_clusters: 12,
  });
  expect(first.lcb).toBe(Math.min(first.lcb_half_sample ?? 1, first.lcb_bootstrap_t ?? 1));
  expect(first.icc?.repo).not.toBeNull();
  expect(duel(CLEAR, { previous: first })).toEqual(first);
});

test("a look before four tenths of the plan is too early: not decided, nothing spent", () => {
  const early = duel(CLEAR, { plan: { turns: 1000, largest: 20 } });
  expect(early).toMatchObject({
    accepted: null,
    look: "too_early",
    alpha_spent: 0,
    looks: 0,
    reasons: [
      "too early, and nothing is spent: 60 of 1000 planned turns are parsed, t = 0.06; the first look is at 0.4",
    ],
  });
});

test("a look midway takes the bound at its own level, and the last one at what is left", () => {
  const half = duel(CLEAR, { plan: { turns: 100, largest: 20 } });
  expect(half).toMatchObject({ look: "look", t: 0.6 });
  expect(half.look_alpha).toBeLessThan(0.02);
  const more = [
    ...CLEAR,
    ...CLEAR.slice(0, 40).map((turn) => ({ ...turn, file: `x${turn.file}` })),
  ];
  const last = duel(more, { previous: half });
  expect(last).toMatchObject({ t: 1, looks: 2, alpha_spent: 0.05 });
  expect(last.look_alpha).toBeLessThan(0.05);
  expect(last.look_alpha).toBeGreaterThan(0.03);
});

test("when all alpha is spent the last look stands, until the contest is another one", () => {
  const first = duel(CLEAR);
  const worse = CLEAR.map((_, n) => fact(n, [ballot("good", n === 0 ? 0 : 1 + (n % 3))]));
  expect(duel(worse, { previous: first })).toMatchObject({ look: "nothing_left", accepted: true });
  const drawn = CLEAR.map((_, n) => fact(n, [ballot("good", 0)]));
  const stands = duel(drawn, { previous: first });
  expect(stands).toMatchObject({ look: "nothing_left", accepted: true });
  expect(stands.warnings?.join()).toContain(
    "an earlier look accepted at other verdicts, and alpha is spent; by these it would not: the margin 0 is below win_margin 2; ",
  );
  expect(duel(worse, { previous: first }).warnings?.join()).not.toContain("earlier look");
  const lost = duel(drawn);
  expect(lost.accepted).toBe(false);
  const after = duel(CLEAR, { previous: lost });
  expect(after).toMatchObject({ look: "nothing_left", accepted: false });
  expect(after.reasons.join()).toContain("alpha 0.05 was spent on 1 look at other verdicts");
  const others = CLEAR.map((turn) => ({ ...turn, models: ["king", "another"] }));
  expect(duel(others, { previous: lost })).toMatchObject({ look: "look", accepted: true });
});

test("changed settings of the gate are one more look in the count", () => {
  const first = duel(CLEAR);
  const again = duel(CLEAR, { previous: first }, { ...GATE, win_margin: 1 });
  expect(again).toMatchObject({ looks: 2, alpha_spent: 0.05 });
});

test("an old record without spending is read, and its looks are told of", () => {
  const old = { looks: 3, turns_hash: "old" };
  expect(duel(CLEAR, { previous: old }).warnings?.join()).toContain(
    "3 earlier looks were made before looks were paid for",
  );
});

test("without a plan a bet decides, and mixed clusters cannot be bet on", () => {
  const open = { turns: "open", largest: 5 } as const;
  const inOrder = CLEAR.map((turn, n) => ({ ...turn, cluster: `r${Math.floor(n / 5)}` }));
  const found = duel(inOrder, { plan: open });
  expect(found).toMatchObject({ look: "open", plan: "open" });
  expect(found.e_value).toBeGreaterThan(1);
  expect(found.accepted).toBe((found.e_value ?? 0) >= 20 ? true : null);
  const mixed = duel(CLEAR, { plan: open });
  expect(mixed.accepted).toBe(false);
  expect(mixed.reasons[0]).toMatch(/^\[duel\] plan = "open" needs a draw that finishes a cluster/);
});

test("runs of one repository are gated, and the answer is said to hold for it alone", () => {
  const own = CLEAR.map((turn, n) => ({ ...turn, repo: "mine/app", cluster: `run ${n % 12}` }));
  const found = duel(own, { cluster_by: "run" });
  expect(found.accepted).toBe(true);
  expect(found.warnings?.join()).toContain(
    "all turns are of mine/app: the answer holds for this repository alone",
  );
});

test("a plan smaller than what was seen counts as whole, and says so", () => {
  const found = duel(CLEAR, { plan: { turns: 10, largest: 5 } });
  expect(found).toMatchObject({ t: 1, look: "look" });
  expect(found.warnings?.join()).toContain("[duel] plan is 10, and 60 turns were seen");
});

test("planned are the turns of prompt/ together with those of answer/", () => {
  const planned = new Map([
    ["a.json", { instance_id: "1", repo: "r" }],
    ["b.json", { instance_id: "2", repo: "r" }],
  ]);
  const input = { planned, names: ["b.json", "c.json"], turns: [], cluster_by: "repo" } as const;
  expect(planOf({ ...input, set: "turns" })).toEqual({ turns: 3, largest: 2 });
  expect(planOf({ ...input, set: 7 })).toEqual({ turns: 7, largest: 2 });
  expect(planOf({ ...input, set: "open" })).toEqual({ turns: "open", largest: 2 });
});
