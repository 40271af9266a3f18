/**
 * Where a workspace stands: per stage what is done, pending and failed, what it has cost, and what
 * to run next. Reads files alone; changes nothing.
 */
import { sumSpending, type Spending } from "../core/report/spending.ts";
import { answerSchema } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import { BUCKETS } from "../records/exported.ts";
import type { RunFile } from "../records/run.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import { listAnswers } from "../io/answers.ts";
import { countPrompts } from "../io/prompts.ts";
import { readLedger } from "../io/read-ledger.ts";
import { readRuns } from "../io/run-file.ts";
import type { Store } from "../io/store.ts";

export type StageStatus = {
  readonly stage: string;
  readonly done: number;
  readonly pending: number;
  /** Recorded drops and items that no run will ask again without --retry. */
  readonly failed: number;
  /** USD so far, with what calls in flight at a kill had reserved; unpriced calls are not in it. */
  readonly usd: number;
  /** Calls of models that have no price in chain.toml. */
  readonly unpriced: number;
  readonly calls: number;
};

export type Status = {
  readonly stages: readonly StageStatus[];
  /** The command that goes on, or null when everything is done. */
  readonly next: string | null;
};

export async function status(store: Store): Promise<Status> {
  const runs = await readRuns(store);
  const spending = await spendingOf(store);
  const prompts = await countPrompts(store);
  const kingDrops = await countKingDrops(store);
  const answers = await countAnswers(store);
  const scores = await countScores(store);
  const reported = (await store.readText("report/report.md")) !== null;
  const rows = [
    { stage: "prompt", done: prompts, pending: 0, failed: dropsOf(runs, "prompt") },
    {
      stage: "king",
      done: answers.all,
      pending: Math.max(0, prompts - answers.all - kingDrops),
      failed: kingDrops,
    },
    {
      stage: "challenger",
      done: answers.challenged,
      pending: answers.all - answers.challenged - answers.dropped,
      failed: answers.dropped,
    },
    {
      stage: "validate",
      done: scores.done,
      pending: Math.max(0, answers.challenged - scores.done - scores.unparsed),
      failed: scores.unparsed,
    },
    { stage: "report", done: reported ? 1 : 0, pending: reported ? 0 : 1, failed: 0 },
  ];
  const stages = rows.map((row) => ({ ...row, ...costOf(spending, row.stage) }));
  const first =
    prompts === 0 && answers.all === 0 ? "prompt" : stages.find((row) => row.pending > 0)?.stage;
  return { stages, next: first === undefined ? null : `npm run stage:${first}` };
}

/** The status as lines for a person. */
export function statusLines({ stages, next }: Status): string[] {
  const cell = (text: string | number, width: number): string => String(text).padStart(width);
  return [
    `${"stage".padEnd(12)}${cell("done", 8)}${cell("pending", 9)}${cell("failed", 8)}${cell("calls", 8)}${cell("USD", 12)}`,
    ...stages.map(
      (row) =>
        `${row.stage.padEnd(12)}${cell(row.done, 8)}${cell(row.pending, 9)}${cell(row.failed, 8)}${cell(row.calls, 8)}${cell(row.usd.toFixed(4), 12)}${row.unpriced > 0 ? ` + ${row.unpriced} unpriced` : ""}`,
    ),
    next === null ? "everything is done: read report/report.md" : `next: ${next}`,
  ];
}

/** What `npm start` ends with: what was accepted, the buckets, which file to open. */
export async function closingLines(store: Store, shownRoot: string): Promise<string[]> {
  const duel = await store.read("score/_duel.json", duelSchema);
  const counts = await Promise.all(
    BUCKETS.map(async (bucket) => `${bucket} ${(await store.list(bucket)).length}`),
  );
  const verdict =
    duel.accepted === null ? "not decided yet" : duel.accepted ? "accepted" : "not accepted";
  const score =
    duel.challenger_score === null
      ? ""
      : ` (challenger ${duel.challenger_score.toFixed(1)}, king ${(duel.king_score ?? 0).toFixed(1)})`;
  return [
    "",
    `The challenger is ${verdict}${score}.`,
    ...duel.reasons.map((reason) => `  ${reason}`),
    `Turns in the buckets: ${counts.join(", ")}.`,
    `Open ${shownRoot}/report/report.md`,
  ];
}

// ---------------------------------------------------------------------------------------------

const dropsOf = (runs: RunFile["stages"], stage: string): number =>
  Object.values(runs[stage]?.dropped ?? {}).reduce((sum, n) => sum + n, 0);

async function spendingOf(store: Store): Promise<readonly Spending[]> {
  const sum = sumSpending();
  for await (const line of readLedger(store)) sum.add(line);
  return sum.rows();
}

function costOf(
  spending: readonly Spending[],
  stage: string,
): Pick<StageStatus, "usd" | "unpriced" | "calls"> {
  const own = spending.filter((row) => row.stage === stage);
  const total = (of: (row: Spending) => number): number =>
    own.reduce((sum, row) => sum + of(row), 0);
  return {
    usd: total((row) => row.usd + row.usd_lost),
    unpriced: total((row) => row.unpriced),
    calls: total((row) => row.calls + row.lost),
  };
}

async function countKingDrops(store: Store): Promise<number> {
  let count = 0;
  for (const name of await store.list("report/tries/king")) {
    const { dropped } = await store.read(`report/tries/king/${name}`, triesSchema);
    if (dropped !== null) count++;
  }
  return count;
}

async function countAnswers(
  store: Store,
): Promise<{ all: number; challenged: number; dropped: number }> {
  const files = await listAnswers(store);
  const count = { all: files.length, challenged: 0, dropped: 0 };
  for (const { path } of files) {
    const answer = await store.read(path, answerSchema);
    if (answer.challenger_drop !== undefined) count.dropped++;
    else if (answer.challenger !== "" || answer.challenger_run !== undefined) count.challenged++;
  }
  return count;
}

async function countScores(store: Store): Promise<{ done: number; unparsed: number }> {
  const count = { done: 0, unparsed: 0 };
  for (const name of await store.list("score")) {
    if (name.startsWith("_") || !name.endsWith(".json")) continue;
    const score = await store.read(`score/${name}`, scoreSchema);
    if (score.pending > 0) continue;
    if (score.parsed) count.done++;
    else count.unparsed++;
  }
  return count;
}
