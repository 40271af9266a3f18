/** All turns together: reads what the score files say now and writes the duel. */
import { z } from "zod";
import { bucketOf } from "../core/duel/bucket.ts";
import { duelOf } from "../core/duel/duel.ts";
import { factsOf, sharedFacts, type TurnFacts } from "../core/duel/facts.ts";
import { planOf } from "../core/duel/plan-of.ts";
import { noReckoning, reckoningOf, sortedTurns } from "../core/duel/sorting.ts";
import { noteLines } from "../core/duel/summary.ts";
import { everywhereJudges } from "../core/duel/verdicts.ts";
import type { Tally } from "../core/tally.ts";
import { isCutShort } from "../core/sample/state.ts";
import { configHash } from "../core/turn/hash.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { unlessBroken } from "../io/broken-file.ts";
import { hashedLines, keyOver, type FactKind, type Facts } from "../io/facts/facts.ts";
import { judgedPrint, listScores, scorePrint } from "../io/judged-print.ts";
import type { Store } from "../io/store.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import { listPlanned, PLANNED } from "../io/prompts.ts";
import { duelSchema } from "../records/duel.ts";
import { QUEUE_FILE } from "../records/queue.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";
import { scoreSchema } from "../records/score.ts";
import { drawnReviews, keepPosteriors } from "./reckoning.ts";
import { scorePath, type Round } from "./asking.ts";
import { countKingDrops } from "../io/counts.ts";
import { targetPlan } from "./target-plan.ts";

export const DUEL = "score/_duel.json";

/**
 * Reads what the score files say now and writes the duel; every answer of the workspace counts, those
 * of this run in the tally. Gives the lines for the person. Where nothing that it would read has changed since
 * it last came to what stands there, it is not reckoned again.
 */
export async function weigh(
  round: Round,
  ofThisRun: ReadonlySet<string>,
  tally: Tally,
  mixed: boolean,
): Promise<readonly string[]> {
  const { facts, deps } = round;
  const answers = await listAnswers(deps.store);
  const key = await keyOfAll(round, answers, ofThisRun, mixed);
  const known = key === null ? null : facts.known(WEIGHED, DUEL, key);
  if (known !== null) {
    for (const [state, count] of known.turns) tallyTurns(tally, state, count);
    return known.notes;
  }
  const counts = new Map<string, { readonly state: TurnEnd; count: number }>();
  const see = (state: TurnEnd): void => {
    const name = JSON.stringify(state);
    const seen = counts.get(name) ?? { state, count: 0 };
    counts.set(name, seen);
    seen.count++;
  };
  const { notes, isSame } = await weighAll(round, answers, ofThisRun, mixed, see);
  const turns = [...counts.values()].map(({ state, count }) => [state, count] as const);
  for (const [state, count] of turns) tallyTurns(tally, state, count);
  if (key !== null && isSame) facts.keep(WEIGHED, DUEL, key, { turns, notes });
  return notes;
}

// ---------------------------------------------------------------------------------------------

/** What becomes of a turn in the counts: kept, pending, or dropped for a reason. */
const turnEnd = z.union([
  z.literal("kept"),
  z.literal("pending"),
  z.object({ dropped: z.string() }),
]);
type TurnEnd = z.infer<typeof turnEnd>;

/** The last weighing that changed nothing. */
export const WEIGHED: FactKind<{
  readonly turns: readonly (readonly [TurnEnd, number])[];
  readonly notes: readonly string[];
}> = {
  name: "weighed",
  folder: "score",
  schema: z.object({
    turns: z.array(z.tuple([turnEnd, z.int()])),
    notes: z.array(z.string()),
  }),
};

/** Over everything that weighing reads; null: there is more to it than files, or it writes score files. */
async function keyOfAll(
  { config, deps, rules, absent, failures, facts }: Round,
  answers: readonly AnswerFile[],
  ofThisRun: ReadonlySet<string>,
  mixed: boolean,
): Promise<string | null> {
  if (failures.size > 0 || config.bucket.by === "posterior") return null;
  const { store } = deps;
  const { count, exclude_ids, seed } = config.source;
  const files = hashedLines();
  for (const { name } of answers) {
    const isOfThisRun = ofThisRun.has(name);
    const whyAbsent = absent.get(name) ?? absent.has(name);
    files.add([name, isOfThisRun, whyAbsent, await facts.hash(scorePath(name))]);
  }
  const others = [DUEL, SOURCE_STATE, QUEUE_FILE];
  for (const file of await listPromptFiles(store)) others.push(`prompt/${file}`);
  // Of reviews those of the drawn queue count; without one, none.
  if ((await facts.hash(QUEUE_FILE)) !== "") {
    for (const name of await store.list("review")) others.push(`review/${name}`);
  }
  // Those that no answer stands behind: the duel says which score files it has seen.
  const names = new Set(answers.map(({ name }) => name));
  for (const name of await listScores(store)) if (!names.has(name)) others.push(scorePath(name));
  for (const path of others) files.add([path, await facts.hash(path)]);
  const settings = [{ ...rules, rng: null }, config.duel, count, exclude_ids, seed, mixed];
  // Where there is a target, looks hang on it and on the turns that the king has lost.
  if (config.target.accepted === undefined) return keyOver([settings, files.hash()]);
  const { target, bucket } = config;
  return keyOver([settings, files.hash(), target, bucket, await countKingDrops(store)]);
}

/** What weighing remembers. */
export const WEIGH_KINDS = [WEIGHED, PLANNED];

async function weighAll(
  { config, deps, rules, absent, failures, facts: known }: Round,
  answers: readonly AnswerFile[],
  ofThisRun: ReadonlySet<string>,
  mixed: boolean,
  see: (end: TurnEnd) => void,
): Promise<{ readonly notes: string[]; readonly isSame: boolean }> {
  const { store } = deps;
  const { cluster_by } = config.duel;
  const turns: TurnFacts[] = [];
  const shared = sharedFacts();
  const prints = new Map<string, string>();
  let withoutScore = 0;
  let finals = 0;
  for (const { name } of answers) {
    const dropped = absent.get(name);
    const there = absent.has(name) ? null : await known.read(scorePath(name), scoreSchema);
    if (there !== null) prints.set(name, scorePrint(there.value));
    const isExcluded =
      there !== null && config.source.exclude_ids.includes(there.value.instance_id);
    const score = isExcluded ? null : (there?.value ?? null);
    const facts =
      score === null || score.mode !== rules.mode ? null : factsOf(score, rules, cluster_by);
    if (score !== null && bucketOf(score, config.bucket)?.bucket === "final") finals++;
    if (facts !== null) turns.push(shared(facts));
    else if (typeof dropped !== "string" && !isExcluded) withoutScore++;
    if (ofThisRun.has(name)) see(endOf(facts, dropped ?? null));
  }
  const previous = await store.readIfThere(DUEL, duelSchema);
  const planned = await listPlanned(store, known);
  const names = answers.map(({ name }) => name);
  const draw = planned.size === 0 ? null : await drawOf(store, config.source.count);
  const plan = planOf({ planned, names, turns, cluster_by, set: config.duel.plan, draw });
  const gate = { ...config.duel, rng: deps.rng };
  const everywhere = everywhereJudges(rules).map(({ model }) => model);
  const sorted = sortedTurns(turns, everywhere);
  const reckoning = reckoningOf(sorted, await drawnReviews(store));
  const input = { turns, withoutScore, cluster_by, failures, previous, mixed, reckoning };
  const gone = answers.length - turns.length - withoutScore;
  const ofTarget = await targetPlan(config, store, { plan, finals, drawn: planned.size, gone });
  const judged_print = await printOfAll(store, known, prints);
  const duel = { ...duelOf({ ...input, ...ofTarget }, rules, gate), judged_print };
  const isSame = configHash(previous) === configHash(duel);
  if (!isSame) await store.write(DUEL, duel);
  if (config.bucket.by === "posterior") {
    if (reckoning !== null) await keepPosteriors(store, sorted, reckoning);
    else if (duel.n_pending === 0) throw noReckoning();
  }
  return { notes: noteLines(duel), isSame };
}

/** @param prints of the files that were read; the others, of turns that count for nothing here, are read now */
async function printOfAll(
  store: Store,
  facts: Facts,
  prints: ReadonlyMap<string, string>,
): Promise<string> {
  const all = judgedPrint();
  for (const name of await listScores(store)) {
    const read = async (): Promise<string | null> => {
      const there = await facts.read(scorePath(name), scoreSchema);
      return there === null ? null : scorePrint(there.value);
    };
    all.add(name, prints.get(name) ?? (await unlessBroken(new Set(), read)));
  }
  return all.hash();
}

/** How far a draw that --limit cut short has come of what chain.toml asks for; null: it is whole. */
async function drawOf(store: Store, count: number): Promise<number | null> {
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  return state === null || !isCutShort(state, count) ? null : count;
}

function endOf(facts: TurnFacts | null, dropped: string | null): TurnEnd {
  if (facts === null && dropped !== null) return { dropped };
  if (facts === null || facts.pending > 0) return "pending";
  return facts.parsed ? "kept" : { dropped: "no_quorum" };
}

function tallyTurns(tally: Tally, end: TurnEnd, count: number): void {
  for (let n = 0; n < count; n++) {
    if (end === "kept") tally.kept();
    else if (end === "pending") tally.pending();
    else tally.dropped(end.dropped);
  }
}
