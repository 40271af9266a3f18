/** Readers of a workspace's own files, which people edit and other builds write. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../../src/config.ts";
import { readResultLine } from "../../../src/core/batch/result-line.ts";
import { callRules } from "../../../src/core/retry/rules.ts";
import { readMap } from "../../../src/io/batch/maps.ts";
import { lineAt, readingOf, readResults } from "../../../src/io/batch/results.ts";
import { openJournal } from "../../../src/io/journal.ts";
import { openLedger } from "../../../src/io/ledger.ts";
import { openStore } from "../../../src/io/store.ts";
import { answerSchema } from "../../../src/records/answer.ts";
import { gymTaskSchema } from "../../../src/records/gym-task.ts";
import { outcomeDropSchema, outcomeSchema } from "../../../src/records/outcome.ts";
import { promptFileSchema } from "../../../src/records/prompt.ts";
import { pullRequestSchema } from "../../../src/records/pull-request.ts";
import { reviewSchema } from "../../../src/records/review.ts";
import { scoreSchema } from "../../../src/records/score.ts";
import { triesSchema } from "../../../src/records/tries.ts";
import { recordedAnswers } from "../duel.ts";
import { json, jsonLines, put, type FuzzReader } from "./fuzz.ts";

const answers = Object.values(recordedAnswers()).slice(0, 3);
const SCORE = {
  file: "a.json",
  instance_id: "a",
  mode: 2,
  score: 50,
  metrics: { correctness: 50, grounding: 50, progress: 50, protocol: 50, efficiency: 50 },
  judges: [],
  style: "look",
  pending: 0,
  disqualified: null,
  config_hash: "h",
  parsed: true,
};
const REVIEW = { file: "a", verdict: 1, bucket: null, note: "", time: "", pair_hash: "" };
const PLAYED = {
  answer: "king",
  k: 2,
  passes: 1,
  turns: [3, 4],
  why: ["submitted", "turns"],
  runs: ["a/king-1.traj.json", "a/king-2.traj.json"],
  said_hash: "h",
  names_solution: false,
};
const OUTCOME = {
  file: "a.json",
  instance_id: "gym__p-00000000",
  repo: "p",
  policy: "scripted:0.5",
  replayed: { steps: 2, same: 2 },
  ...PLAYED,
  beside: [{ ...PLAYED, answer: "challenger" }],
};
const MUTATION = {
  file: "p/a.py",
  line: 3,
  start: 10,
  end: 12,
  before: "<",
  after: "<=",
  operator: "compare",
};
const TASK = {
  schema: 1,
  id: "gym__p-00000000",
  language: "python",
  package: "p",
  version: "1.0",
  hash: "sha256-00",
  licence: "MIT",
  mutation: MUTATION,
  decoys: [MUTATION],
  issue: "It counts one too many.",
  test_command: "pytest",
  fail_to_pass: ["t::a"],
  pass_to_pass: ["t::b"],
  unsteady: 0,
  runtime: "Python 3.11.2",
  test_seconds: 0.5,
  seed: 1,
};
const PROMPT = {
  instance_id: "a",
  repo: "a/b",
  turn: 0,
  messages: [{ role: "user", content: "U" }],
  assistant: "A",
  origin: { dataset: null, revision: null, file: "a.jsonl", row: 0 },
};
const PULL = { instance_id: "a", repo: "a/b", patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" };
const TRIES = { file: "a.json", instance_id: "a", tries: [], dropped: null };

const RECORDS = [
  ["answer", answerSchema, answers],
  ["score", scoreSchema, [SCORE]],
  ["review", reviewSchema, [REVIEW]],
  ["outcome", outcomeSchema, [OUTCOME]],
  ["outcome, not played", outcomeDropSchema, [{ file: "a.json", reason: "no_task" }]],
  ["gym task", gymTaskSchema, [TASK]],
  ["prompts", promptFileSchema, [[PROMPT]]],
  ["pull request", pullRequestSchema, [PULL]],
  ["tries", triesSchema, [TRIES]],
] as const;

const call = { stage: "king", item: "king/a/1", role: "king", provider: "p", model: "m" };
const counts = { tokens_in: 1, tokens_cached: 0, tokens_out: 1, tokens_reasoning: 0, usd: null };
const ledgerLine = (event: string): object => ({
  id: "a-1",
  event,
  time: "2026-01-01T00:00:00.000Z",
  latency_ms: null,
  outcome: null,
  ...call,
  ...counts,
});

const USAGE = { prompt_tokens: 10, completion_tokens: 5 };
const REPLY = {
  id: "c",
  choices: [{ index: 0, message: { role: "assistant", content: "A" }, finish_reason: "stop" }],
  usage: USAGE,
};
const RESULTS = [
  { custom_id: "one", response: { status_code: 200, body: REPLY }, error: null },
  { custom_id: "two", response: { status_code: 200, body: JSON.stringify(REPLY) } },
  { custom_id: "two", response: { status_code: 429, body: { error: { message: "slow" } } } },
  { custom_id: "one", response: null, error: { code: "expired", message: "too late" } },
];
const HEAD = { requests: 1, stage: "king", provider: "p", model: "m", results: [] };
const KEPT = {
  key: "king/a/1",
  request: "00",
  reply: {
    provider: "p",
    model: "m",
    content: "A",
    reasoning: null,
    refusal: null,
    finish_reason: "stop",
    usage: { ...USAGE, cached_tokens: 0, reasoning_tokens: 0 },
    cost_usd: null,
    request_id: null,
    latency_ms: 1,
  },
};

/** What carriers hand back: found, and every reply read as the stage would read it. */
async function readBatch(bytes: Uint8Array, folder: string): Promise<unknown> {
  put(bytes, folder, "engine/king/results-1.jsonl");
  const toml = '[provider.p]\nbase_url = "http://127.0.0.1:9/v1"\n';
  const config = { ...parseConfig(toml, "chain.toml"), root: folder, env: {} };
  const asked = { head: HEAD, ask: "r-1-1", past: [] };
  const given = { config, rules: callRules, readLine: readResultLine };
  const found = await readResults({
    ...given,
    store: openStore(folder),
    stage: "king",
    asked: new Map([
      ["one", asked],
      ["two", asked],
    ]),
    members: new Map([[1, new Set(["one", "two"])]]),
  });
  const readings: unknown[] = [];
  for (const { reply, error } of found.of.values()) {
    for (const place of [reply, error]) {
      const line = place === null ? null : readResultLine(await lineAt(place));
      if (line !== null) readings.push(readingOf(given, "p", line));
    }
  }
  return readings;
}

export const RECORD_READERS: readonly FuzzReader[] = [
  ...RECORDS.map(([name, schema, values]): FuzzReader => ({
    name,
    seeds: values.map(json),
    read(bytes, folder) {
      put(bytes, folder, "a.json");
      return openStore(folder).read<unknown>("a.json", schema);
    },
  })),
  {
    name: "ledger",
    seeds: [jsonLines([ledgerLine("intent"), ledgerLine("outcome")])],
    async read(bytes, folder) {
      rmSync(join(folder, "report"), { recursive: true, force: true });
      put(bytes, folder, "report/ledger.jsonl");
      const ledger = openLedger(folder, () => new Date(0));
      await ledger.close();
    },
  },
  {
    name: "replies not filed",
    seeds: [jsonLines([KEPT, { key: "king/a/1", filed: true }, { ...KEPT, key: "king/b/1" }])],
    async read(bytes, folder) {
      put(bytes, folder, "answer/.replies.jsonl");
      const journal = await openJournal(folder);
      await journal.tidy((key) => Promise.resolve(key === "king/b/1"));
      journal.close();
    },
  },
  {
    name: "results of engines",
    seeds: [jsonLines(RESULTS)],
    read: readBatch,
  },
  {
    name: "maps of engines",
    seeds: [jsonLines([HEAD, { custom_id: "one", key: "king/a/1", ask: "r-1-1", past: ["00"] }])],
    read(bytes, folder) {
      put(bytes, folder, "engine/king/map-1.jsonl");
      return readMap(openStore(folder), "king", 1);
    },
  },
];
