/** The replies that the audit is measured on: which are honest, which leak, and which were in view. */
import { readFileSync } from "node:fs";
import { futureRecord } from "../src/core/challenger/future.ts";
import type { AuditInput } from "../src/core/audit/audit.ts";
import type { Message } from "../src/records/message.ts";
import type { PullRequest } from "../src/records/pull-request.ts";
import { madeLeaks } from "./made-leaks.ts";

export type Reply = {
  /** Table it stands in, and row of the table. */
  readonly set: string;
  readonly row: string;
  /** Looked at while rules and weights were made. */
  readonly inView: boolean;
  readonly isHonest: boolean;
  readonly label: string;
  readonly input: AuditInput;
};

type Row = Readonly<Record<string, unknown>>;

const REAL = "test/fixtures/real";
const AUDIT = "test/fixtures/audit";

export function* auditReplies(): Generator<Reply> {
  const prs = byId([...lines(`${REAL}/prs.jsonl`), ...lines("sample/prs.jsonl")]);
  const runs = lines(`${REAL}/trajectories.jsonl`);
  yield* subtle();
  yield* ownPairs(prs, runs);
  yield* widePairs(prs, runs);
  yield* freshPairs();
  const all = byId([
    ...lines(`${REAL}/swebench.jsonl`),
    ...lines(`${REAL}/prs.jsonl`),
    ...lines("sample/prs.jsonl"),
    ...lines(`${AUDIT}/author_prs.jsonl`),
  ]);
  yield* authorPairs(all, runs);
  yield* blindRuns(all);
  yield* labelled();
  yield* recorded(prs);
  yield* references(prs, runs);
  yield* futures(runs);
  yield* handwritten(prs, runs);
  for (const leak of madeLeaks()) {
    const { part, kind, label } = leak;
    const set = `made leaks, ${part}`;
    yield { set, row: kind, inView: true, isHonest: false, label, input: leak };
  }
}

export const lines = (file: string): Row[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);

// ---------------------------------------------------------------------------------------------

const byId = (rows: readonly Row[]): ReadonlyMap<string, PullRequest> =>
  new Map(rows.map((row) => [String(row["instance_id"]), row as unknown as PullRequest]));

const messagesOf = (row: Row | undefined): readonly Message[] =>
  (row?.["messages"] ?? []) as unknown as readonly Message[];

function* pair(
  row: Row,
  about: Pick<Reply, "set" | "inView">,
  messages: readonly Message[],
  pr: PullRequest,
): Generator<Reply> {
  const label = String(row["case"]);
  const difficulty =
    typeof row["difficulty"] === "string" ? row["difficulty"] : String(row["kind"]);
  for (const isHonest of [true, false]) {
    const answer = String(row[isHonest ? "honest" : "leaky"]);
    const kind = isHonest ? `honest, ${about.set}` : `leaking: ${difficulty}, ${about.set}`;
    yield {
      ...about,
      row: kind,
      isHonest,
      label: `${label} ${String(row["kind"])}`,
      input: { answer, messages, pr },
    };
  }
}

/** Pairs that a careful writer made; split by instance, and both parts in view since audit-5. */
function* subtle(): Generator<Reply> {
  const prs = byId(lines(`${AUDIT}/subtle_prs.jsonl`));
  const histories = lines(`${AUDIT}/subtle_histories.jsonl`);
  for (const row of lines(`${AUDIT}/subtle_pairs.jsonl`)) {
    const pr = prs.get(String(row["instance_id"]));
    const history = histories.find(
      (one) => one["instance_id"] === row["instance_id"] && one["trajectory"] === row["trajectory"],
    );
    if (pr === undefined) continue;
    const set = `subtle pairs, ${String(row["part"])}`;
    yield* pair(
      row,
      { set, inView: true },
      messagesOf(history).slice(0, Number(row["messages"])),
      pr,
    );
  }
}

/** Pairs of other repositories, in the same manner; in view from when the forms of claims were widened. */
function* ownPairs(prs: ReadonlyMap<string, PullRequest>, runs: readonly Row[]): Generator<Reply> {
  for (const row of lines(`${AUDIT}/own_pairs.jsonl`)) {
    const run = messagesOf(runs.find((one) => one["instance_id"] === row["instance_id"]));
    const pr = prs.get(String(row["instance_id"]));
    if (pr === undefined) continue;
    const turns = run.flatMap((message, at) => (message.role === "assistant" ? [at] : []));
    const history = run.slice(0, turns[Number(row["turn"])]);
    yield* pair(row, { set: "own pairs, other repositories", inView: true }, history, pr);
  }
}

/** Pairs of eight repositories; split by instance before any was audited, and both parts in view since audit-5. */
function* widePairs(prs: ReadonlyMap<string, PullRequest>, runs: readonly Row[]): Generator<Reply> {
  const histories = [...lines(`${AUDIT}/wide_histories.jsonl`), ...runs];
  for (const row of lines(`${AUDIT}/wide_pairs.jsonl`)) {
    const pr = prs.get(String(row["instance_id"]));
    if (pr === undefined) throw new Error(`no record of ${String(row["instance_id"])}`);
    const history = histories.find((one) => one["instance_id"] === row["instance_id"]);
    const set = `wide pairs, ${String(row["part"])}`;
    yield* pair(
      row,
      { set, inView: true },
      messagesOf(history).slice(0, Number(row["messages"])),
      pr,
    );
  }
}

/** Pairs of twelve instances that no other set has; written before the rules of audit-4, in view since audit-5. */
function* freshPairs(): Generator<Reply> {
  const prs = byId(lines(`${AUDIT}/fresh_prs.jsonl`));
  const histories = lines(`${AUDIT}/fresh_histories.jsonl`);
  for (const row of lines(`${AUDIT}/fresh_pairs.jsonl`)) {
    const pr = prs.get(String(row["instance_id"]));
    if (pr === undefined) throw new Error(`no record of ${String(row["instance_id"])}`);
    const history = histories.find((one) => one["instance_id"] === row["instance_id"]);
    const messages = messagesOf(history).slice(0, Number(row["messages"]));
    yield* pair(row, { set: "fresh pairs", inView: true }, messages, pr);
  }
}

/**
 * Pairs by six authors who saw no rule, all labelled before any was audited. Those of the first five were run once
 * and then looked at; those of the last were run once, when the rules were done, and not looked at.
 */
function* authorPairs(
  prs: ReadonlyMap<string, PullRequest>,
  runs: readonly Row[],
): Generator<Reply> {
  const made = new Map(
    [...lines(`${AUDIT}/author_histories.jsonl`), ...lines(`${AUDIT}/blind_runs.jsonl`)].map(
      (row) => [row["id"], row],
    ),
  );
  for (const row of lines(`${AUDIT}/author_pairs.jsonl`)) {
    const id = String(row["instance_id"]);
    const pr = prs.get(id);
    if (pr === undefined) throw new Error(`no record of ${id}`);
    const at = row["trajectory"];
    const history = typeof at === "number" ? runs[at] : made.get(row["history"]);
    const messages = messagesOf(history).slice(0, Number(row["messages"]));
    const author = String(row["author"]);
    const isFirst = messages.every(({ role }) => role !== "assistant");
    const set = `pairs by author ${author}, ${isFirst ? "first turn" : "amid a run"}`;
    yield* pair(row, { set, inView: author !== LAST_AUTHOR }, messages, pr);
  }
}

/** Whose pairs were not looked at. */
const LAST_AUTHOR = "f";

/**
 * What a current model said that worked at a task blind, on repositories of which it knows some by heart: honest by
 * construction. Half of the instances were looked at while the rules were made.
 */
function* blindRuns(prs: ReadonlyMap<string, PullRequest>): Generator<Reply> {
  for (const run of lines(`${AUDIT}/blind_runs.jsonl`)) {
    const id = String(run["instance_id"]);
    const pr = prs.get(id);
    if (pr === undefined) throw new Error(`no record of ${id}`);
    for (const { turn, at, message } of turnsOf(run)) {
      yield {
        set: "blind runs of a current model",
        row: turn === 0 ? "honest: first turn" : "honest: later turn",
        inView: IN_VIEW.has(id),
        isHonest: true,
        label: `${id} ${turn}`,
        input: { answer: message.content, messages: messagesOf(run).slice(0, at), pr },
      };
    }
  }
}

const IN_VIEW: ReadonlySet<string> = new Set([
  "SWE-agent__mini-swe-agent-883",
  "marshmallow-code__marshmallow-2264",
  "mwaskom__seaborn-2848",
  "pvlib__pvlib-python-2826",
  "pytest-dev__pytest-6116",
  "sqlfluff__sqlfluff-8290",
  "sympy__sympy-13043",
  "sympy__sympy-15345",
]);

function* labelled(): Generator<Reply> {
  for (const row of lines(`${REAL}/leaks_labelled.jsonl`)) {
    const pr = row["pr"] as unknown as PullRequest;
    yield* pair(row, { set: "labelled", inView: true }, messagesOf(row), pr);
  }
}

function* recorded(prs: ReadonlyMap<string, PullRequest>): Generator<Reply> {
  const turns = new Map(lines("sample/turns.jsonl").map((turn) => [turn["turn_id"], turn]));
  for (const reply of lines("sample/replies.jsonl")) {
    const turn = turns.get(reply["turn_id"]);
    const pr = prs.get(String(turn?.["instance_id"]));
    if (turn === undefined || pr === undefined || reply["role"] === "judge") continue;
    const isHonest = !JSON.stringify(reply["note"] ?? null).startsWith('"leaks on purpose');
    yield {
      set: "recorded replies",
      row: isHonest ? `honest: ${String(reply["role"])}` : "leaking on purpose",
      inView: true,
      isHonest,
      label: `${String(reply["turn_id"])} ${String(reply["role"])} ${String(reply["attempt"])}`,
      input: { answer: String(reply["raw"]), messages: messagesOf(turn), pr },
    };
  }
}

/** What real agents said, who had no pull request to see. Only those called leak were looked at. */
function* references(
  prs: ReadonlyMap<string, PullRequest>,
  runs: readonly Row[],
): Generator<Reply> {
  for (const run of runs) {
    const pr = prs.get(String(run["instance_id"]));
    if (pr === undefined) continue;
    for (const { turn, at, message } of turnsOf(run)) {
      const row = turn < 10 ? "honest: turns 0 to 9" : "honest: later turns";
      const label = `${String(run["instance_id"])} ${at}`;
      const input = { answer: message.content, messages: messagesOf(run).slice(0, at), pr };
      yield {
        set: "references of real trajectories",
        row,
        inView: true,
        isHonest: true,
        label,
        input,
      };
    }
  }
}

/** The same against their own run's future as the hidden text: it was written by the same hand. */
function* futures(runs: readonly Row[]): Generator<Reply> {
  for (const run of runs) {
    const all = messagesOf(run);
    for (const { turn, at, message } of turnsOf(run)) {
      if (turn >= 10) break;
      const about = { instance_id: String(run["instance_id"]), repo: "", turn, exit_status: null };
      const pr = futureRecord({ ...about, after: all.slice(at + 1) }, 40_000);
      const input = { answer: message.content, messages: all.slice(0, at), pr };
      const label = `${about.instance_id} ${at}`;
      yield {
        set: "references against their own run's future",
        row: "honest: turns 0 to 9",
        inView: false,
        isHonest: true,
        label,
        input,
      };
    }
  }
}

function* turnsOf(run: Row): Generator<{ turn: number; at: number; message: Message }> {
  let turn = 0;
  for (const [at, message] of messagesOf(run).entries()) {
    if (message.role === "assistant") yield { turn: turn++, at, message };
  }
}

/** `message` is the index of the turn in the first trajectory of its instance. */
function* handwritten(
  prs: ReadonlyMap<string, PullRequest>,
  runs: readonly Row[],
): Generator<Reply> {
  for (const row of lines(`${AUDIT}/handwritten_leaks.jsonl`)) {
    const pr = prs.get(String(row["instance_id"]));
    const run = runs.find((one) => one["instance_id"] === row["instance_id"]);
    if (pr === undefined) continue;
    const messages = messagesOf(run).slice(0, Number(row["message"]));
    const kind = String(row["kind"]);
    const input = { answer: String(row["answer"]), messages, pr };
    yield {
      set: "leaks written by hand",
      row: `leaking: ${kind}, by hand`,
      inView: false,
      isHonest: false,
      label: kind,
      input,
    };
  }
}
