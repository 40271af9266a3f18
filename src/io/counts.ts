/**
 * What a workspace holds and what was dropped on the way, counted from its files; of those that are as
 * they were, from what is known of them.
 */
import { z } from "zod";
import { answerSchema, type Answer } from "../records/answer.ts";
import { isRefinedName } from "../records/refined.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import { listAnswers } from "./answers.ts";
import { openFacts, printOver, type FactKind, type Facts } from "./facts/facts.ts";
import { printOf } from "./facts/prints.ts";
import { countIn, listPromptFiles } from "./prompts.ts";
import { readRuns } from "./run-file.ts";
import { missing, type Store } from "./store.ts";

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

/** What a run would still ask of a judged turn, by today's settings; `key`: their identity. */
export type SeatsNow = {
  readonly key: string;
  readonly openIn: (score: Score) => readonly unknown[];
};

/** Where no file changed since it was counted, the counts stand; else only what changed is looked at. */
export async function countWorkspace(
  store: Store,
  totals: Facts,
  seats: SeatsNow | null = null,
): Promise<WorkspaceCounts> {
  const { prompt } = await readRuns(store);
  const files = await filesToCount(store);
  return {
    ...((await countedBefore(store, totals, files, seats)) ??
      (await countNow(store, totals, files, seats))),
    promptDrops: Object.values(prompt?.dropped ?? {}).reduce((sum, n) => sum + n, 0),
    kingDrops: await countKingDrops(store),
    reported: printOf(store.path("report/report.md")) !== null,
  };
}

// ---------------------------------------------------------------------------------------------

type Totals = Pick<WorkspaceCounts, "prompts" | "answers" | "scores">;

/** To be named where the facts of the whole are opened. */
export const TOTALS: FactKind<Totals> = {
  name: "totals",
  folder: "score",
  schema: z.object({
    prompts: z.int(),
    answers: z.object({ all: z.int(), challenged: z.int(), dropped: z.int() }),
    scores: z.object({ done: z.int(), unparsed: z.int() }),
  }),
};

type Files = {
  readonly prompts: readonly string[];
  readonly answers: readonly string[];
  readonly scores: readonly string[];
};

async function filesToCount(store: Store): Promise<Files> {
  const scores = (await store.list("score")).filter(
    (name) => !name.startsWith("_") && name.endsWith(".json") && !isRefinedName(name),
  );
  return {
    prompts: (await listPromptFiles(store)).map((name) => `prompt/${name}`),
    answers: (await listAnswers(store)).map(({ path }) => path),
    scores: scores.map((name) => `score/${name}`),
  };
}

function totalsKey(
  store: Store,
  { prompts, answers, scores }: Files,
  seats: SeatsNow | null,
): string | null {
  const print = printOver(store, [...prompts, ...answers, ...scores]);
  return print === null ? null : `${seats?.key ?? ""}.${print}`;
}

async function countedBefore(
  store: Store,
  totals: Facts,
  files: Files,
  seats: SeatsNow | null,
): Promise<Totals | null> {
  const key = totalsKey(store, files, seats);
  return key === null ? null : totals.known(TOTALS, "", key);
}

async function countNow(
  store: Store,
  totals: Facts,
  files: Files,
  seats: SeatsNow | null,
): Promise<Totals> {
  // Before they are read: what changes meanwhile is counted anew.
  const key = totalsKey(store, files, seats);
  const facts = openFacts(store, [ANSWER, SCORE, PROMPTS]);
  const counts = {
    prompts: await countPrompts(files.prompts, facts),
    answers: await countAnswers(files.answers, facts),
    scores: await countScores(files.scores, facts, seats),
  };
  await facts.save();
  if (key !== null) totals.keep(TOTALS, "", key, counts);
  return counts;
}

/** Turns whose attempts the king has used up. */
export async function countKingDrops(store: Store): Promise<number> {
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

async function countPrompts(paths: readonly string[], facts: Facts): Promise<number> {
  let count = 0;
  for (const path of paths) count += await facts.of(PROMPTS, path, promptList, countIn);
  return count;
}

const promptList = z.array(z.unknown());

async function countAnswers(
  paths: readonly string[],
  facts: Facts,
): Promise<WorkspaceCounts["answers"]> {
  const count = { open: 0, challenged: 0, dropped: 0 };
  for (const path of paths) count[await facts.of(ANSWER, path, answerSchema, stateOf)]++;
  return { all: paths.length, challenged: count.challenged, dropped: count.dropped };
}

function stateOf({
  challenger,
  challenger_run,
  challenger_drop,
}: Answer): z.infer<typeof answerState> {
  if (challenger_drop !== undefined) return "dropped";
  return challenger !== "" || challenger_run !== undefined ? "challenged" : "open";
}

async function countScores(
  paths: readonly string[],
  facts: Facts,
  seats: SeatsNow | null,
): Promise<WorkspaceCounts["scores"]> {
  const count = { pending: 0, done: 0, unparsed: 0 };
  for (const path of paths) count[await scoreStateOf(path, facts, seats)]++;
  return { done: count.done, unparsed: count.unparsed };
}

async function scoreStateOf(
  path: string,
  facts: Facts,
  seats: SeatsNow | null,
): Promise<z.infer<typeof scoreState>> {
  const keyOf = (hash: string): string => `${seats?.key ?? ""}.${hash}`;
  if (facts.has(SCORE, path)) {
    const known = facts.known(SCORE, path, keyOf(await facts.hash(path)));
    if (known !== null) return known;
  }
  const read = await facts.read(path, scoreSchema);
  if (read === null) throw missing(path);
  const { pending, parsed } = read.value;
  const open = seats === null ? pending : seats.openIn(read.value).length;
  const state = open > 0 ? "pending" : parsed ? "done" : "unparsed";
  facts.keep(SCORE, path, keyOf(read.hash), state);
  return state;
}
