/**
 * What a workspace holds and what was dropped on the way, counted from its files; of those that are as
 * they were, from what is known of them.
 */
import { z } from "zod";
import { answerSchema, type Answer } from "../records/answer.ts";
import { isRefinedName } from "../records/refined.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import { listAnswers } from "./answers.ts";
import type { FactKind, Facts } from "./facts/facts.ts";
import { countIn, listPromptFiles } from "./prompts.ts";
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

export async function countWorkspace(store: Store, facts: Facts): Promise<WorkspaceCounts> {
  const { prompt } = await readRuns(store);
  return {
    prompts: await countPrompts(store, facts),
    promptDrops: Object.values(prompt?.dropped ?? {}).reduce((sum, n) => sum + n, 0),
    kingDrops: await countKingDrops(store),
    answers: await countAnswers(store, facts),
    scores: await countScores(store, facts),
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

const answerState = z.enum(["open", "challenged", "dropped"]);
const ANSWER: FactKind<z.infer<typeof answerState>> = {
  name: "answer",
  folder: "answer",
  schema: answerState,
};
const scoreState = z.enum(["pending", "done", "unparsed"]);
const SCORE: FactKind<z.infer<typeof scoreState>> = {
  name: "score",
  folder: "score",
  schema: scoreState,
};
const PROMPTS: FactKind<number> = { name: "prompts", folder: "answer", schema: z.int() };

async function countPrompts(store: Store, facts: Facts): Promise<number> {
  let count = 0;
  for (const file of await listPromptFiles(store)) {
    const path = `prompt/${file}`;
    count += await facts.of(PROMPTS, path, promptList, (prompts) => countIn(prompts));
  }
  return count;
}

const promptList = z.array(z.unknown());

async function countAnswers(store: Store, facts: Facts): Promise<WorkspaceCounts["answers"]> {
  const files = await listAnswers(store);
  const count = { open: 0, challenged: 0, dropped: 0 };
  for (const { path } of files) count[await facts.of(ANSWER, path, answerSchema, stateOf)]++;
  return { all: files.length, challenged: count.challenged, dropped: count.dropped };
}

function stateOf({
  challenger,
  challenger_run,
  challenger_drop,
}: Answer): z.infer<typeof answerState> {
  if (challenger_drop !== undefined) return "dropped";
  return challenger !== "" || challenger_run !== undefined ? "challenged" : "open";
}

async function countScores(store: Store, facts: Facts): Promise<WorkspaceCounts["scores"]> {
  const count = { pending: 0, done: 0, unparsed: 0 };
  for (const name of await store.list("score")) {
    if (name.startsWith("_") || !name.endsWith(".json") || isRefinedName(name)) continue;
    const state = await facts.of(SCORE, `score/${name}`, scoreSchema, ({ pending, parsed }) =>
      pending > 0 ? "pending" : parsed ? "done" : "unparsed",
    );
    count[state]++;
  }
  return count;
}

export const COUNT_KINDS = [ANSWER, SCORE, PROMPTS];
