/** Turns counted from their files, by state; of a file that is as it was, from what is known of it. */
import { basename } from "node:path";
import { z } from "zod";
import { scoreSchema, type Score } from "../records/score.ts";
import { ANSWER_STATE, answerStateOf } from "./answer-state.ts";
import { openFacts, type FactKind, type Facts } from "./facts/facts.ts";
import { judgedPrint, scorePrint } from "./judged-print.ts";
import { countIn } from "./prompts.ts";
import { missing, type Store } from "./store.ts";

export type Totals = {
  readonly prompts: number;
  /** `all` the king's; of these, with a challenger, and given up by it. */
  readonly answers: { readonly all: number; readonly challenged: number; readonly dropped: number };
  /** Duels judged to the end: with a verdict, and without one that could be read; `judgedPrint` of all. */
  readonly scores: { readonly done: number; readonly unparsed: number; readonly print: string };
};

/** What a run would still ask of a judged turn, by today's settings; `key`: their identity. */
export type SeatsNow = {
  readonly key: string;
  readonly openIn: (score: Score) => readonly unknown[];
};

/** Paths, relative to the workspace. */
export type FilesToCount = {
  readonly prompts: readonly string[];
  readonly answers: readonly string[];
  readonly scores: readonly string[];
};

/** @throws UserError for a file that does not parse */
export async function countFiles(
  store: Store,
  files: FilesToCount,
  seats: SeatsNow | null,
): Promise<Totals> {
  const facts = openFacts(store, [ANSWER_STATE, SCORE, PROMPTS], "", "look");
  const counts = {
    prompts: await countPrompts(files.prompts, facts),
    answers: await countAnswers(files.answers, facts),
    scores: await countScores(files.scores, facts, seats),
  };
  await facts.save();
  return counts;
}

// ---------------------------------------------------------------------------------------------

const scoreState = z.enum(["pending", "done", "unparsed"]);
type Judged = { readonly state: z.infer<typeof scoreState>; readonly print: string };
const SCORE: FactKind<Judged> = {
  name: "judged",
  folder: "score",
  schema: z.object({ state: scoreState, print: z.string() }),
};
const PROMPTS: FactKind<number> = { name: "prompts", folder: "answer", schema: z.int() };

async function countPrompts(paths: readonly string[], facts: Facts): Promise<number> {
  let count = 0;
  for (const path of paths) count += await facts.of(PROMPTS, path, promptList, countIn);
  return count;
}

const promptList = z.array(z.unknown());

async function countAnswers(paths: readonly string[], facts: Facts): Promise<Totals["answers"]> {
  const count = { open: 0, challenged: 0, dropped: 0 };
  for (const path of paths) count[await answerStateOf(facts, path)]++;
  return { all: paths.length, challenged: count.challenged, dropped: count.dropped };
}

async function countScores(
  paths: readonly string[],
  facts: Facts,
  seats: SeatsNow | null,
): Promise<Totals["scores"]> {
  const count = { pending: 0, done: 0, unparsed: 0 };
  const all = judgedPrint();
  for (const path of paths) {
    const { state, print } = await judgedOf(path, facts, seats);
    count[state]++;
    all.add(basename(path), print);
  }
  return { done: count.done, unparsed: count.unparsed, print: all.hash() };
}

async function judgedOf(path: string, facts: Facts, seats: SeatsNow | null): Promise<Judged> {
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
  const judged: Judged = { state, print: scorePrint(read.value) };
  facts.keep(SCORE, path, keyOf(read.hash), judged);
  return judged;
}
