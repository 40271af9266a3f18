import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { isBenchmarkInstance, isBenchmarkRepo } from "../../../src/core/sample/benchmarks.ts";
import {
  createSelection,
  refuseByName,
  refuseByPullRequest,
  refuseByTurn,
  type Candidate,
} from "../../../src/core/sample/select.ts";
import { seededRng } from "../../../src/core/random.ts";
import { repoFromId, shapeOf, trajectoryOf } from "../../../src/core/sample/shapes.ts";
import { drawTurn, eligibleTurns } from "../../../src/core/sample/turns.ts";
import { tally } from "../../../src/core/sample/drops.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const defaults = parseConfig("", "chain.toml").source;
const refuse: typeof refuseByTurn = (one, settings, by) =>
  refuseByName(one, settings) ?? refuseByTurn(one, settings, by);
const gauges = { countTokens: (text: string) => text.split(" ").length };

function candidate(over: Partial<Candidate> = {}): Candidate {
  return {
    instance_id: "o__n-1",
    repo: "o/n",
    turn: 0,
    messages: [{ role: "user", content: "fix it" }],
    assistant: "look\n\n```bash\nls\n```",
    protocol: "bash",
    reasoningLeft: 0,
    isOwnId: true,
    exit_status: "Submitted",
    origin: { dataset: null, revision: null, file: null, row: null },
    ...over,
  };
}

test.each([
  ["exit_status", { exit_status: ["Submitted"] }, { exit_status: "incomplete" }],
  ["excluded_id", { exclude_ids: ["o__n-1"] }, {}],
  ["benchmark_instance", {}, { instance_id: "django__django-10914", repo: "django/django" }],
  [
    "benchmark_repo",
    { exclude_benchmark_repos: true },
    { instance_id: "django__django-1", repo: "django/django" },
  ],
  ["history_too_long", { max_history_chars: 5 }, {}],
  ["history_too_many_tokens", { max_history_tokens: 1 }, {}],
  ["reference_form", { reference: "protocol" }, { assistant: "no block" }],
  [
    "loop",
    { drop_loops: true },
    {
      messages: [
        { role: "user", content: "fix it" },
        ...Array.from({ length: 2 }, () => [
          { role: "assistant", content: "again\n\n```bash\nls\n```\n" },
          { role: "user", content: "a.py" },
        ]).flat(),
      ],
    },
  ],
] as const)("a turn is refused for %s", (reason, settings, over) => {
  expect(refuse(candidate(over), { ...defaults, ...settings }, gauges)).toBe(reason);
  expect(refuse(candidate(), { ...defaults, max_history_chars: 6 }, gauges)).toBeNull();
});

test("benchmark instances are let in when exclude_benchmarks is off", () => {
  const turn = candidate({ instance_id: "django__django-10914", repo: "django/django" });
  expect(refuse(turn, { ...defaults, exclude_benchmarks: false }, gauges)).toBeNull();
});

test("the benchmark lists know Lite and Verified ids in any case, and their repositories", () => {
  expect(isBenchmarkInstance("Astropy__astropy-12907")).toBe(true);
  expect(isBenchmarkInstance("astropy__astropy-1")).toBe(false);
  expect(isBenchmarkRepo("Django/django")).toBe(true);
  expect(isBenchmarkRepo("")).toBe(false);
});

const pr = (over: Partial<PullRequest> = {}): PullRequest => ({
  instance_id: "o__n-1",
  repo: "o/n",
  patch: "p",
  language: "python",
  ...over,
});

test.each([
  ["no_pr", {}, null],
  ["pr_too_large", { max_pr_chars: 3 }, pr({ patch: "pp", test_patch: "tt" })],
  ["language", { languages: ["go"] }, pr()],
  [null, { languages: ["Python"], max_pr_chars: 4 }, pr({ patch: "pp", test_patch: "tt" })],
] as const)("a pull request decides %s", (reason, settings, record) => {
  expect(refuseByPullRequest(record, { ...defaults, ...settings })).toBe(reason);
});

const drawnFrom = (id: string, text: string): Candidate =>
  candidate({ instance_id: id, messages: [{ role: "user", content: text }] });

test("the same turn is a duplicate, the same instance with another history is full", () => {
  const selection = createSelection({ ...defaults, max_per_repo: 2 }, "turns");
  selection.keep(drawnFrom("o__n-1", "a"), 1);
  expect(selection.refuse(drawnFrom("o__n-1", "a"), 2)).toBe("duplicate");
  expect(selection.isFull(drawnFrom("o__n-1", "b"), 3)).toBe("instance_full");
  expect(selection.isFull(drawnFrom("o__n-2", "a"), 4)).toBeNull();
  selection.keep(drawnFrom("o__n-2", "a"), 5);
  expect(selection.isFull(drawnFrom("o__n-3", "a"), 6)).toBe("repo_full");
});

test("ready turns keep to no quota, but a duplicate is a duplicate", () => {
  const selection = createSelection(defaults, "none");
  selection.keep(drawnFrom("o__n-1", "a"), 7);
  expect(selection.isFull(drawnFrom("o__n-1", "b"), 8)).toBeNull();
  expect(selection.refuse(drawnFrom("o__n-1", "a"), 9)).toBe("duplicate");
});

test("a history that differs in a word of two hundred is a near duplicate, another one is not", () => {
  const words = Array.from({ length: 200 }, (_, n) => `w${n}`);
  const selection = createSelection({ ...defaults, near_duplicate: 0.8 }, "turns");
  selection.keep(drawnFrom("o__n-1", words.join(" ")), 10);
  const near = words.with(100, "other").join(" ");
  expect(selection.refuse(drawnFrom("o__n-2", near), 11)).toBe("near_duplicate");
  const far = words.map((word) => `${word}x`).join(" ");
  expect(selection.refuse(drawnFrom("o__n-3", far), 12)).toBeNull();
});

test("a run that is begun is no share of its own turns: shares are of runs, and near ones of others", () => {
  const words = Array.from({ length: 200 }, (_, n) => `w${n}`).join(" ");
  const selection = createSelection({ ...defaults, near_duplicate: 0.8 }, "runs");
  selection.keep(drawnFrom("o__n-1", words), 1);
  const next = drawnFrom("o__n-1", `${words} more`);
  expect([selection.isFull(next, 1), selection.refuse(next, 1)]).toEqual([null, null]);
  expect([selection.isFull(next, 2), selection.refuse(next, 2)]).toEqual([
    "instance_full",
    "near_duplicate",
  ]);
});

const say = (role: string, content: string): { role: string; content: string } => ({
  role,
  content,
});

test("eligible are assistant turns below max_turn with a history before them", () => {
  const messages = [
    say("assistant", "hello"),
    say("user", "a"),
    say("assistant", "b"),
    say("user", "c"),
    say("assistant", ""),
    say("assistant", "d"),
    say("assistant", "e"),
  ];
  expect(eligibleTurns({ messages, notTurns: new Set([6]), history: 0 }, 10)).toEqual({
    ok: true,
    value: [
      { turn: 1, at: 2 },
      { turn: 3, at: 5 },
    ],
  });
  expect(eligibleTurns({ messages, notTurns: new Set(), history: 0 }, 1)).toEqual({
    ok: false,
    reason: "no_assistant_turn",
  });
});

test.each([
  ["the messages are a number", { instance_id: "a", messages: 3 }],
  ["there is none of messages, conversations, history, trajectory", { instance_id: "a" }],
])("a row is dropped as bad_row: %s", (detail, row) => {
  expect(trajectoryOf(row, "text")).toEqual({ ok: false, reason: "bad_row", detail });
});

test("a row without an id gets one from its place, and is not looked for among pull requests", () => {
  const row = { messages: [say("user", "a"), say("assistant", "b")] };
  const read = trajectoryOf(row, "keep", "logs/runs#7");
  expect(read).toMatchObject({ value: { instance_id: "logs/runs#7", isOwnId: false } });
});

test.each([
  ["no_assistant_turn", [say("user", "a")]],
  ["empty_reference", [say("user", "a"), say("assistant", " ")]],
])("a trajectory is dropped for %s", (reason, messages) => {
  const trajectory = trajectoryOf({ instance_id: "o__n-1", messages }, "text");
  if (!trajectory.ok) throw new Error(trajectory.reason);
  expect(drawTurn(trajectory.value, 10, () => 0)).toEqual({ ok: false, reason });
});

test("every eligible turn is as likely as any other: chi-square over 9,000 rows", () => {
  const messages = [
    say("user", "a"),
    ...Array.from({ length: 14 }, (_, n) => say("assistant", `t${n}`)),
  ];
  const trajectory = trajectoryOf({ instance_id: "o__n-1", messages }, "text");
  if (!trajectory.ok) throw new Error(trajectory.reason);
  const counts = Array<number>(10).fill(0);
  for (let row = 0; row < 9000; row++) {
    const turn = drawTurn(trajectory.value, 10, seededRng(42, `prompt/turn/f/${row}`));
    if (turn.ok) counts[turn.value.turn] = (counts[turn.value.turn] ?? 0) + 1;
  }
  const statistic = counts.reduce((sum, n) => sum + (n - 900) ** 2 / 900, 0);
  // 9 degrees of freedom: 27.9 is passed by chance once in a thousand.
  expect(statistic).toBeLessThan(27.9);
});

test.each([
  [["instance_id", "messages", "assistant"], "ready"],
  [["instance_id", "messages"], "trajectory"],
  [["id", "conversations"], "trajectory"],
  [["instance_id", "patch"], null],
])("columns %j are of the shape %s", (columns, shape) => {
  expect(shapeOf(columns)).toBe(shape);
});

test.each([
  ["django__django-10914", "django/django"],
  ["pvlib__pvlib-python-1854", "pvlib/pvlib-python"],
  ["pandas-dev__pandas.95280573.pr_53856", "pandas-dev/pandas"],
  ["tau-airline-1", ""],
])("the repository of %s is %s", (id, repo) => {
  expect(repoFromId(id)).toBe(repo);
});

test("reasons are counted in a fixed order", () => {
  expect(Object.entries(tally(["no_pr", "bad_row", "no_pr"]))).toEqual([
    ["bad_row", 1],
    ["no_pr", 2],
  ]);
});

test.each([
  [{ instance_id: "anything" }, true],
  [{ id: "django__django-10914" }, true],
  [{ id: "acme-7" }, true],
  [{ id: "1ca54586-7339-4bd0-8d65-48758f09c144" }, false],
  [{}, false],
])("a row with %j names an instance: %s", (row, isOwn) => {
  const messages = [say("user", "a"), say("assistant", "b")];
  expect(trajectoryOf({ ...row, messages }, "keep", "p")).toMatchObject({
    value: { isOwnId: isOwn },
  });
});

test("an assistant's message of weight 0 is history and no turn", () => {
  const messages = [say("user", "a"), { ...say("assistant", "b"), weight: 0 }, say("user", "c")];
  const read = trajectoryOf({ instance_id: "x", messages }, "keep");
  if (!read.ok) throw new Error(read.reason);
  expect(eligibleTurns(read.value.run, 10)).toEqual({ ok: false, reason: "no_assistant_turn" });
});
