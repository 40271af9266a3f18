import { expect, test } from "vitest";
import {
  makeEstimator,
  makeLearner,
  promptBytes,
  totalOf,
} from "../../../src/core/spend/estimate.ts";
import { planTurn, type PlannedTurn, type PlanSettings } from "../../../src/core/spend/plan.ts";
import { estimateLines, estimateNotes } from "../../../src/core/spend/table.ts";
import type { LedgerLine } from "../../../src/records/ledger.ts";

const model = { provider: "p", model: "m" };
const settings: PlanSettings = {
  king: { ...model, max_tokens: 1000, attempts: 3 },
  challenger: {
    ...model,
    max_tokens: 1000,
    attempts: 3,
    leak_attempts: 2,
    pr_chars: 40_000,
    candidates: 1,
  },
  judges: [
    { ...model, model: "j1", maxTokens: 700, thinking: false },
    { ...model, model: "j2", maxTokens: 4000, thinking: true },
  ],
  judge: { attempts: 3, orders: "both" },
};
const turn: PlannedTurn = {
  messages: [
    { role: "system", content: "You are an agent." },
    { role: "user", content: "Fix it." },
  ],
  pr: { instance_id: "a", repo: "r", patch: "+ fixed" },
  answer: null,
  score: null,
};
const answer = { king: "k", challenger: "c" };
const counts = (over: Partial<PlannedTurn>, changed: Partial<PlanSettings> = {}): string[] =>
  planTurn({ ...turn, ...over }, { ...settings, ...changed }).map(
    ({ stage, model: name, times, mostTimes }) => `${stage} ${name} ${times} ${mostTimes}`,
  );

test.each([
  [
    "nothing is there",
    {},
    ["king m 1 3", "challenger m 1 5", "validate j1 2 6", "validate j2 2 6"],
  ],
  ["there is no PR", { pr: null }, ["king m 1 3"]],
  [
    "the king answered",
    { answer: { king: "k", challenger: "" } },
    ["challenger m 1 5", "validate j1 2 6", "validate j2 2 6"],
  ],
  ["both answered", { answer }, ["validate j1 2 6", "validate j2 2 6"]],
  [
    "one seat of a judge is still to be asked",
    { answer, score: { open: ["j1"] } },
    ["validate j1 1 3"],
  ],
  ["no seat is to be asked", { answer, score: { open: [] } }, []],
  [
    "the challenger was given up",
    { answer: { king: "k", challenger: "", challenger_drop: { reason: "x", detail: "" } } },
    [],
  ],
])("a turn plans the calls that are missing: %s", (_name, over, expected) => {
  expect(counts(over)).toEqual(expected);
});

test("one order asks each judge once, and select asks for every candidate and a ranking", () => {
  expect(counts({ answer }, { judge: { attempts: 1, orders: "random" } })).toEqual([
    "validate j1 1 1",
    "validate j2 1 1",
  ]);
  const challenger = { ...settings.challenger, candidates: 4 };
  expect(counts({ answer: { king: "k", challenger: "" } }, { challenger }).slice(0, 2)).toEqual([
    "challenger m 4 12",
    "challenger m 1 3",
  ]);
});

test("sizes are those of the very prompts: tokens at four bytes expected, at two bytes at most", () => {
  const estimator = makeEstimator();
  const formed = { ...turn, messages: [{ role: "user", content: "```bash".padEnd(24, "x") }] };
  const [king] = planTurn(formed, settings);
  if (king === undefined) throw new Error("no call was planned");
  expect(king.bytes).toBe(promptBytes(formed.messages));
  estimator.add(king);
  const price = { input: 1, output: 2 };
  expect(estimator.rows(() => price)).toEqual([
    {
      stage: "king",
      ...model,
      calls: 1,
      most_calls: 3,
      tokens_in: 6,
      tokens_out: 300,
      most_tokens: 3 * (12 + 64 + 1000),
      usd: (6 + 2 * 300) / 1e6,
      most_usd: (3 * 76 + 2 * 3 * 1000) / 1e6,
    },
  ]);
});

test("the length of answers is learnt from ten calls that were made", () => {
  const learner = makeLearner();
  const line = {
    ...model,
    stage: "king",
    event: "outcome",
    outcome: "ok",
    tokens_out: 80,
  } as unknown as LedgerLine;
  for (let i = 0; i < 10; i++) learner.learn(line);
  const estimator = makeEstimator(learner.state());
  for (const call of planTurn(turn, settings).slice(0, 1)) estimator.add(call);
  expect(estimator.rows(() => undefined)[0]).toMatchObject({ tokens_out: 80, usd: null });
});

test("the table sums up, and names what has no price", () => {
  const estimator = makeEstimator();
  for (const call of planTurn(turn, settings)) estimator.add(call);
  const rows = estimator.rows(({ model: name }) =>
    name === "j2" ? undefined : { input: 1, output: 2 },
  );
  const lines = estimateLines(rows, { name: "local", online_below: 200 });
  expect(lines.map((line) => line.split(/ +/)[0])).toEqual([
    "stage",
    "king",
    "challenger",
    "validate",
    "validate",
    "all",
    "no",
  ]);
  expect(lines.at(-2)).toMatch(/^all +6 +20 .* unpriced +unpriced$/);
  expect(lines.at(-1)).toBe(
    'no price is known for p/j2: add [provider.NAME.price."MODEL"] with input and output to chain.toml',
  );
  expect(totalOf(rows)).toMatchObject({ calls: 6, most_calls: 20, usd: null });
  expect(estimateLines([], { name: "batch", online_below: 200 })).toEqual([
    "nothing is left to ask",
  ]);
});

const NOTHING = { tokens_in: 0, tokens_out: 0, most_tokens: 0, usd: null, most_usd: null };

test.each([
  [
    "nothing is drawn",
    [],
    "npm run stage:prompt",
    /no model call is missing; next: npm run stage:prompt$/,
  ],
  ["all is done", [], null, null],
  ["refine alone", ["refine"], null, /^refine is none of the five stages: .*npm run stage:refine$/],
  ["the stages", ["king"], "npm run stage:king", null],
] as const)("under the estimate stands what it does not count: %s", (_what, stages, next, said) => {
  const rows = stages.map((stage) => ({ ...model, stage, calls: 1, most_calls: 1, ...NOTHING }));
  const lines = estimateNotes(rows, next);
  if (said === null) expect(lines).toEqual([]);
  else expect(lines.join("\n")).toMatch(said);
});
