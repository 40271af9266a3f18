import { expect, test } from "vitest";
import { seededRng } from "../../../src/core/random.ts";
import type { Spending } from "../../../src/core/report/spending.ts";
import { furtherCosts, furtherLine } from "../../../src/core/spend/further.ts";
import { beginRun, goOn } from "../../../src/core/target/begun.ts";
import { clusterNote, clustersNeeded } from "../../../src/core/target/clusters.ts";
import type { TargetState } from "../../../src/core/target/decide.ts";
import { evidenceOf } from "../../../src/core/target/evidence.ts";
import { conditionalPower, futilityNote } from "../../../src/core/target/futile.ts";
import { affordableTurns, spentOnRounds } from "../../../src/core/target/money.ts";
import { outlookOf } from "../../../src/core/target/outlook.ts";
import { TARGET_SCENARIOS } from "../../../src/core/target/scenarios.ts";
import { simulateTarget } from "../../../src/core/target/simulate.ts";
import { targetNotes, targetTable } from "../../../src/core/target/simulation-table.ts";
import { sourceNote } from "../../../src/core/target/source-room.ts";
import { targetLine, targetStatus } from "../../../src/core/target/status-line.ts";

const turn = (repo: string, isFinal: boolean): { repo: string; isFinal: boolean } => ({
  repo,
  isFinal,
});

test.each([
  ["no limit: every turn counts", 0, { good: 2, bad: 3 }],
  ["a repository that is full counts as one turn", 3, { good: 1 / 3 + 1, bad: 2 / 3 + 1 }],
  ["all full at one turn each is no other share than all turns", 1, { good: 5 / 6, bad: 7 / 6 }],
])("evidence, %s", (_what, max, expected) => {
  const turns = [
    turn("a", true),
    turn("a", false),
    turn("a", false),
    turn("b", true),
    turn("b", false),
  ];
  const { good, bad } = evidenceOf(turns, max);
  expect(good).toBeCloseTo(expected.good, 10);
  expect(bad).toBeCloseTo(expected.bad, 10);
});

test("conditional power is a half on the boundary's way, and falls with the lead", () => {
  // B(t) / t is z_(0.95): the present trend ends just on the boundary.
  expect(
    conditionalPower(
      { mean: 1.6448536 / 2 ** 0.5, standard_error: 2 ** -0.5 * 2 ** 0.5, t: 0.5 },
      0.05,
    ),
  ).toBeCloseTo(0.5, 5);
  expect(futilityNote({ mean: 0.05, standard_error: 0.02, t: 0.5 }, 0.05)).toBeNull();
  expect(futilityNote({ mean: -0.01, standard_error: 0.02, t: 0.5 }, 0.05)).toMatch(
    /^advice: if the turns to come are like those judged, the gate accepts with 0\.\d % chance; to stop here saves their calls, \[target\] gate = false counts buckets alone$/,
  );
  expect(futilityNote({ mean: -0.01, standard_error: 0.02, t: 1 }, 0.05)).toBeNull();
  expect(futilityNote({ mean: null, standard_error: null, t: 0.5 }, 0.05)).toBeNull();
});

const room = { accepted: 10, max_candidates: 40, rows: 50, turns_a_row: 1, read: 20, kept: 20 };

test.each([
  ["enough", {}, null],
  [
    "fewer than may be drawn",
    { rows: 30 },
    "the source gives about 30 turns, fewer than max_candidates 40",
  ],
  [
    "filters leave too few",
    { kept: 2 },
    "of 20 rows tried 2 pass the filters: the source may give about 5 turns, fewer than the 10 wanted in final/",
  ],
  ["several turns a row", { rows: 9, turns_a_row: 10 }, null],
])("what a source may give: %s", (_what, over, note) => {
  expect(sourceNote({ ...room, ...over })).toBe(note);
});

test("a source that cannot give so many turns is refused", () => {
  expect(() => sourceNote({ ...room, rows: 4, turns_a_row: 2 })).toThrow(
    "[target].accepted is 10, and the source's 4 rows give at most 2 turns each",
  );
});

test("clusters the gate needs: five, and as many as alpha asks for", () => {
  expect(clustersNeeded(0.05)).toBe(5);
  expect(clustersNeeded(0.001)).toBe(10);
  const turns = Array.from({ length: 8 }, (_, n) => ({
    instance_id: `i${n}`,
    repo: "r",
    run: `run${n}`,
  }));
  const about = { turns, cluster_by: "repo", gate_alpha: 0.05 } as const;
  expect(() => clusterNote({ ...about, room: 0 })).toThrow(
    "stages --until target: the 8 turns drawn are of 1 repository, and the gate accepts nothing under 5",
  );
  expect(clusterNote({ ...about, room: 40 })).toContain('set [duel] cluster_by = "run"');
  expect(clusterNote({ ...about, cluster_by: "run", room: 0 })).toBeNull();
});

const aim = { accepted: 10, max_candidates: 40, gate: true };
const setup = {
  aim,
  models: { king: "p/a" },
  sections: { bucket: { final_min: 80, by: "score" } },
};

test("a run that begins keeps hashes alone of its settings; one without a round over goes on unsaid", () => {
  const run = beginRun(setup);
  expect(Object.keys(run.settings)).toEqual(["[bucket] final_min", "[bucket] by"]);
  expect(JSON.stringify(run.settings)).not.toContain("80");
  const other = { ...setup, sections: { bucket: { final_min: 70, by: "score" } } };
  expect(goOn(run, other).notes).toEqual([]);
  const round = { drawn: 10, have: 3, calls: 60, usd: 1, unpriced: 0 };
  expect(goOn({ ...run, rounds: [round] }, other).notes).toEqual([
    "[bucket] final_min changed since the round before: the gate's next look is a new one",
  ]);
});

const spending = (stage: string, over: Partial<Spending> = {}): Spending => ({
  stage,
  model: "m",
  provider: "p",
  calls: 60,
  failed: 0,
  tokens_in: 900,
  tokens_cached: 0,
  tokens_out: 100,
  tokens_reasoning: 0,
  usd: 2,
  usd_failed: 0,
  unpriced: 0,
  latency_ms: 0,
  lost: 1,
  usd_lost: 0.5,
  ...over,
});

test.each([
  ["no limit", {}, 10, null],
  ["nothing judged", { max_usd: 5 }, 0, null],
  // 2 x 2.5 USD for 10 turns, and 2.5 for second answers: 12.5 are left.
  ["dollars", { max_usd: 20 }, 10, 25],
  ["tokens", { max_tokens: 4000 }, 10, 5],
  ["overdrawn", { max_usd: 1 }, 10, 0],
])("turns that [budget] leaves money for: %s", (_what, budget, turns, expected) => {
  const rows = [spending("king"), spending("validate"), spending("refine")];
  expect(affordableTurns(rows, turns, budget)).toBe(expected);
  expect(spentOnRounds(rows)).toEqual({ calls: 122, usd: 5, unpriced: 0, tokens: 2000 });
});

const state: TargetState = {
  accepted: 50,
  max_candidates: 400,
  per_file: 10,
  have: 20,
  drawn: 80,
  seen: { good: 20, bad: 60 },
  isExhausted: false,
  affordable: null,
  gate: { kind: "off" },
};

test("the outlook holds what a share of a quarter asks for, and is the same for the same chance", () => {
  const outlook = outlookOf(state, seededRng(1, "outlook"));
  expect(outlook).toEqual(outlookOf(state, seededRng(1, "outlook")));
  // 30 more at a quarter: 120 beside the 80.
  expect(outlook.turns.low).toBeLessThan(200);
  expect(outlook.turns.mid).toBeGreaterThan(170);
  expect(outlook.turns.mid).toBeLessThan(240);
  expect(outlook.turns.high).toBeGreaterThan(200);
  expect(outlook.rounds.low).toBeGreaterThanOrEqual(1);
  expect(outlook.chance).toBeGreaterThan(0.9);
  const done = outlookOf({ ...state, have: 50 }, seededRng(1, "outlook"));
  expect(done).toEqual({
    rounds: { low: 0, mid: 0, high: 0 },
    turns: { low: 80, mid: 80, high: 80 },
    chance: 1,
  });
});

const range = (
  low: number,
  mid: number,
  high: number,
): { low: number; mid: number; high: number } => ({
  low,
  mid,
  high,
});
const outlook = { rounds: range(1, 2, 3), turns: range(160, 200, 240), chance: 0.95 };
const rounds = [{ drawn: 80, have: 20, calls: 800, usd: 8, unpriced: 0 }];
const input = {
  state,
  outlook,
  drawn: 100,
  rounds,
  spent: { calls: 900, usd: 9, unpriced: 0 },
  callsATurn: 10,
};

test.each([
  [
    "between two rounds",
    input,
    "target: 20 of 50 turns are in final/, of 100 drawn in 1 round that is over; to come (90 % of cases): 2 (1 to 3) rounds, 120 (80 to 160) turns, 1100 (700 to 1500) calls, $11.00 (7.00 to 15.00); final/ gets full with 95 % chance",
  ],
  [
    "no price",
    { ...input, spent: { ...input.spent, unpriced: 3 } },
    "1100 (700 to 1500) calls, their price is not known yet",
  ],
  [
    "before the first round",
    {
      ...input,
      state: { ...state, drawn: 0, have: 0 },
      rounds: [],
      drawn: 0,
      spent: { calls: 0, usd: 0, unpriced: 0 },
    },
    "target: 0 of 50 turns are in final/, of 0 drawn in 0 rounds that are over; to come (90 % of cases): 2 (1 to 3) rounds, 200 (160 to 240) turns, 2000 (1600 to 2400) calls, their price",
  ],
])("the line of a target run, %s", (_what, of, line) => {
  expect(targetLine(targetStatus(of))).toContain(line);
});

test("what is still to be drawn costs as the drawn turns would, made anew", () => {
  const row = {
    stage: "king",
    provider: "p",
    model: "m",
    calls: 40,
    most_calls: 80,
    tokens_in: 1,
    tokens_out: 1,
    most_tokens: 1,
    usd: 2,
    most_usd: 4,
  } as const;
  const costs = furtherCosts(range(10, 20, 30), 20, [row], 6);
  expect(costs).toEqual({
    turns: range(10, 20, 30),
    calls: range(20, 40, 60),
    usd: range(1, 2, 3),
  });
  expect(furtherLine(costs)).toBe(
    "target: beside these about 20 (10 to 30) turns are still to be drawn, in 90 % of cases: 40 (20 to 60) calls, $2.00 (1.00 to 3.00)",
  );
  const none = furtherCosts(range(10, 20, 30), 0, [], 6);
  expect(none).toMatchObject({ calls: range(60, 120, 180), usd: null });
  expect(furtherLine(none)).toContain("at a price that is not known yet");
  expect(furtherLine(furtherCosts(range(0, 0, 0), 20, [row], 6))).toBe(
    "target: nothing more is to be drawn",
  );
});

test("a simulated world hits its target exactly, and its table says what each column means", () => {
  const scene = TARGET_SCENARIOS.find(({ world }) => world.difference > 0);
  if (scene === undefined) throw new Error("no such world");
  const small = { ...scene, world: { ...scene.world, repositories: 60 }, accepted: 25 };
  const rules = {
    gate_alpha: 0.05,
    bootstrap_resamples: 199,
    rng: (what: string) => seededRng(3, what),
  };
  const figures = simulateTarget(small, 20, rules);
  expect(figures).toMatchObject({ runs: 20, candidates: 300, hit: 1 });
  expect(figures.gateAccepted).toBeGreaterThan(0.4);
  expect(figures.overshoot).toBeLessThan(0.3);
  expect(targetTable([figures]).split("\n")).toHaveLength(3);
  expect(targetNotes([figures])[0]).toContain("20 runs a world");
  expect(targetNotes([])).toEqual([]);
});

test("where max_per_repo binds, what is drawn beyond an oracle that knows the share stays small", () => {
  const scene = TARGET_SCENARIOS.find(({ max_per_repo }) => max_per_repo === 5);
  if (scene === undefined) throw new Error("no such world");
  const figures = simulateTarget(scene, 20, {
    gate_alpha: 0.05,
    bootstrap_resamples: 199,
    rng: (what) => seededRng(4, what),
  });
  expect(figures.candidates).toBeLessThanOrEqual(scene.world.repositories * 5);
  expect(figures).toMatchObject({ hit: 1 });
  expect(figures.overshoot).toBeLessThan(0.25);
});
