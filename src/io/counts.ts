/** What a workspace holds and what was dropped on the way, counted from its files. */
import { answerSchema } from "../records/answer.ts";
import { isRefinedName } from "../records/refined.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import { listAnswers } from "./answers.ts";
import { countPrompts } from "./prompts.ts";
import { readRuns } from "./run-file.ts";
import type { Store } from "./store.ts";

export type WorkspaceCounts = {
  readonly prompts: number;
  /** Turns that the last draw read and did not take. */
  readonly promptDrops: number;
  /** Turns whose attempts the king has used up. */
  readonly kingDrops: number;
  /** `all` the king's; of these, with a challenger, and given up by it. */
  readonly answers: { readonly all: number; readonly challenged: number; readonly dropped: number };
  /** Duels judged to the end: with a verdict, and without one that could be read. */
  readonly scores: { readonly done: number; readonly unparsed: number };
  readonly reported: boolean;
};

export async function countWorkspace(store: Store): Promise<WorkspaceCounts> {
  const { prompt } = await readRuns(store);
  return {
    prompts: await countPrompts(store),
    promptDrops: Object.values(prompt?.dropped ?? {}).reduce((sum, n) => sum + n, 0),
    kingDrops: await countKingDrops(store),
    answers: await countAnswers(store),
    scores: await countScores(store),
    reported: (await store.readText("report/report.md")) !== null,
  };
}

// ---------------------------------------------------------------------------------------------

async function countKingDrops(store: Store): Promise<number> {
  let count = 0;
  for (const name of await store.list("report/tries/king")) {
    const { dropped } = await store.read(`report/tries/king/${name}`, triesSchema);
    if (dropped !== null) count++;
  }
  return count;
}

async function countAnswers(store: Store): Promise<WorkspaceCounts["answers"]> {
  const files = await listAnswers(store);
  const count = { all: files.length, challenged: 0, dropped: 0 };
  for (const { path } of files) {
    const answer = await store.read(path, answerSchema);
    if (answer.challenger_drop !== undefined) count.dropped++;
    else if (answer.challenger !== "" || answer.challenger_run !== undefined) count.challenged++;
  }
  return count;
}

async function countScores(store: Store): Promise<WorkspaceCounts["scores"]> {
  const count = { done: 0, unparsed: 0 };
  for (const name of await store.list("score")) {
    if (name.startsWith("_") || !name.endsWith(".json") || isRefinedName(name)) continue;
    const score = await store.read(`score/${name}`, scoreSchema);
    if (score.pending > 0) continue;
    if (score.parsed) count.done++;
    else count.unparsed++;
  }
  return count;
}
