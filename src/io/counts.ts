/**
 * What a workspace holds and what was dropped on the way, counted from its files; of those that are as
 * they were, from what is known of them.
 */
import { z } from "zod";
import { triesSchema } from "../records/tries.ts";
import { BrokenFile } from "./broken-file.ts";
import { listAnswers } from "./answers.ts";
import type { FilesToCount, SeatsNow, Totals } from "./count-files.ts";
import { printOver, type FactKind, type Facts } from "./facts/facts.ts";
import { printOf } from "./facts/prints.ts";
import { listScores } from "./judged-print.ts";
import { listPromptFiles } from "./prompt-list.ts";
import { readRuns } from "./run-file.ts";
import type { Store } from "./store.ts";

export type WorkspaceCounts = Totals & {
  /** Turns that the last draw read and did not take. */
  readonly promptDrops: number;
  /** Turns whose attempts the king has used up. */
  readonly kingDrops: number;
  /** report.md is there, and not known to tell of another duel. */
  readonly reported: boolean;
  /** null: there is no score/_duel.json that can be read. */
  readonly duel: Weighed | null;
  /** What is wrong with it and how to mend it; null: nothing. */
  readonly duelFault: string | null;
};

/** What the duel was weighed by. */
export type Weighed = {
  /** Turns that it counts as judged. */
  readonly turns: number;
  /** `judgedPrint` of then; null: an older build weighed it. */
  readonly print: string | null;
};

/** Where no file changed since it was counted, the counts stand; else only what changed is looked at. */
export async function countWorkspace(
  store: Store,
  totals: Facts,
  seats: SeatsNow | null = null,
): Promise<WorkspaceCounts> {
  const { prompt, report } = await readRuns(store);
  const { duel, duelFault } = await readWeighed(store);
  const files = await filesToCount(store);
  return {
    ...((await countedBefore(store, totals, files, seats)) ??
      (await countNow(store, totals, files, seats))),
    promptDrops: Object.values(prompt?.dropped ?? {}).reduce((sum, n) => sum + n, 0),
    kingDrops: await countKingDrops(store),
    duel,
    duelFault,
    reported:
      printOf(store.path("report/report.md")) !== null &&
      isOf(report?.of_duel ?? null, duel?.print ?? null),
  };
}

// ---------------------------------------------------------------------------------------------

/** Older builds say of neither what it is of. */
const isOf = (told: string | null, duel: string | null): boolean =>
  told === null || duel === null || told === duel;

/** To be named where the facts of the whole are opened. */
export const TOTALS: FactKind<Totals> = {
  name: "totals",
  folder: "score",
  schema: z.object({
    prompts: z.int(),
    answers: z.object({ all: z.int(), challenged: z.int(), dropped: z.int() }),
    scores: z.object({ done: z.int(), unparsed: z.int(), print: z.string() }),
  }),
};

async function filesToCount(store: Store): Promise<FilesToCount> {
  return {
    prompts: (await listPromptFiles(store)).map((name) => `prompt/${name}`),
    answers: (await listAnswers(store)).map(({ path }) => path),
    scores: (await listScores(store)).map((name) => `score/${name}`),
  };
}

function totalsKey(
  store: Store,
  { prompts, answers, scores }: FilesToCount,
  seats: SeatsNow | null,
): string | null {
  const print = printOver(store, [...prompts, ...answers, ...scores]);
  return print === null ? null : `${seats?.key ?? ""}.${print}`;
}

async function countedBefore(
  store: Store,
  totals: Facts,
  files: FilesToCount,
  seats: SeatsNow | null,
): Promise<Totals | null> {
  const key = totalsKey(store, files, seats);
  return key === null ? null : totals.known(TOTALS, "", key);
}

async function countNow(
  store: Store,
  totals: Facts,
  files: FilesToCount,
  seats: SeatsNow | null,
): Promise<Totals> {
  // Before they are read: what changes meanwhile is counted anew.
  const key = totalsKey(store, files, seats);
  // What reads records takes longer to load than a count that stands.
  const counts = await (await import("./count-files.ts")).countFiles(store, files, seats);
  if (key !== null) totals.keep(TOTALS, "", key, counts);
  return counts;
}

async function readWeighed(store: Store): Promise<Pick<WorkspaceCounts, "duel" | "duelFault">> {
  try {
    const read = await store.readIfThere("score/_duel.json", weighed);
    if (read === null) return { duel: null, duelFault: null };
    const { n_turns, n_pending, judged_print } = read;
    return {
      duel: { turns: n_turns - (n_pending ?? 0), print: judged_print ?? null },
      duelFault: null,
    };
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    return { duel: null, duelFault: `${error.message} -> ${error.hint}` };
  }
}

const weighed = z.looseObject({
  n_turns: z.int(),
  n_pending: z.int().nullish(),
  judged_print: z.string().nullish(),
});

/** Turns whose attempts the king has used up. */
export async function countKingDrops(store: Store): Promise<number> {
  let count = 0;
  for (const name of await store.list("report/tries/king")) {
    const { dropped } = await store.read(`report/tries/king/${name}`, triesSchema);
    if (dropped !== null) count++;
  }
  return count;
}
