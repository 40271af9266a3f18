/**
 * The report: reads answer/, score/, review/ and the ledger, sorts every turn into its bucket, exports
 * final/, refined/ and defeat/, and writes report/report.md, report.html, turns.csv and the pictures beside
 * them.
 * Same files in, same bytes out; a file that would say nothing new is not written again.
 */
import type { Config } from "../config.ts";
import { judgePanel } from "../config/models.ts";
import { summarizeAudits, type AuditedAnswer } from "../core/audit/summary.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import { masked } from "../core/exit/masker.ts";
import type { Document } from "../core/report/document.ts";
import { decide } from "../core/report/person.ts";
import type { ReportData } from "../core/report/report-data.ts";
import { sumSpending } from "../core/report/spending.ts";
import { reportOf } from "../core/report/story.ts";
import { noReckoning } from "../core/duel/sorting.ts";
import { emptyFinalNote } from "../core/duel/empty-final.ts";
import { sharedParts } from "../core/report/shared-parts.ts";
import { staleDuel } from "../core/report/stale-duel.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { UserError } from "../errors.ts";
import { truthOf } from "../gym/truth.ts";
import { addFound } from "../core/secrets/mask.ts";
import { losesWords } from "../core/wire/families.ts";
import { firstName } from "../records/refined.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { refinedRules, refinedTurn, type RefinedTurn } from "../core/refine/gain.ts";
import { unreadNotes } from "../core/report/unread.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { unlessBroken } from "../io/broken-file.ts";
import { listAnswers, listRefined, type AnswerFile } from "../io/answers.ts";
import { openFacts, type Facts } from "../io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../io/facts/fold-ledger.ts";
import { LEDGER_FOLD } from "../core/spend/ledger-sums.ts";
import { openBuckets, SORTED_TURN, type Buckets } from "../builders/bucket-files.ts";
import { REPORT_PAGES, writePages } from "../builders/report-pages.ts";
import { readRuns } from "../io/run-file.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import { BUCKETS } from "../records/exported.ts";
import { LINEAGE, lineageSchema } from "../records/lineage.ts";
import { LEAK_LIMIT_FILE, leakLimitSchema } from "../records/leak-limit.ts";
import { QUEUE_FILE, queueSchema } from "../records/queue.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "../deps.ts";

export async function report(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress } = deps;
  const answers = await listAnswers(store, options);
  if (answers.length === 0) {
    throw new UserError(
      "report: there are no answers in answer/",
      "run npm run stage:prompt, stage:king, stage:challenger and stage:validate first, or name another workspace with --root",
    );
  }
  await checkSorting(config, store);
  const facts = openFacts(store, [SORTED_TURN, LEDGER_KIND, REPORT_PAGES]);
  const round: Round = {
    config,
    store,
    facts,
    buckets: await openBuckets(config, store, facts),
    tally: makeTally(),
    rows: [],
    found: [],
    shared: sharedParts(),
    audited: [],
    origins: new Set(),
    unread: new Set(),
    spoken: 0,
  };

  progress.begin("report", answers.length);
  const reserve = await reserveOf(round);
  for (const { name, path } of answers) {
    const sorted = await unlessBroken(round.unread, () =>
      sortTurn(round, { name, path }, reserve.has(name)),
    );
    if (sorted === null) round.tally.dropped("broken_file");
    progress.step(sorted ?? "dropped");
  }
  progress.end();
  const data = {
    ...(await gather(round, answers.length)),
    refined: await refinedTurns(round, options),
    lineage: await unlessBroken(round.unread, () => store.readIfThere(LINEAGE, lineageSchema)),
    unread: round.unread,
  };
  await writeReport(config, { store, facts }, reportOf(data), data.rows);
  const unkept = await facts.save();
  if (unkept !== null) progress.note(unkept);
  const of_duel = data.duel?.judged_print;
  const summary = round.tally.summary("report", null, notesOf(data));
  return of_duel == null ? summary : { ...summary, of_duel };
}

// ---------------------------------------------------------------------------------------------

/** One run of the stage, filled turn by turn. */
type Round = {
  readonly config: Config;
  readonly store: Store;
  readonly facts: Facts;
  readonly buckets: Buckets;
  readonly tally: Tally;
  readonly rows: TurnRow[];
  /** Secrets that were masked, by kind, a turn. */
  readonly found: Readonly<Record<string, number>>[];
  readonly shared: ReturnType<typeof sharedParts>;
  readonly audited: AuditedAnswer[];
  /** "DATASET at REVISION" of the turns. */
  readonly origins: Set<string>;
  /** Broken files: what they say is in no count. */
  readonly unread: Set<string>;
  /** Turns whose history has words beside calls. */
  spoken: number;
};

/** @throws UserError where turns are to be sorted by what nobody has reckoned */
async function checkSorting(config: Config, store: Store): Promise<void> {
  if (config.bucket.by !== "posterior") return;
  const duel = await store.readIfThere("score/_duel.json", duelSchema);
  if (duel === null || duel.sorting !== undefined || (duel.n_pending ?? 0) > 0) return;
  throw noReckoning();
}

/** Puts a turn into its bucket, and what is told of it into the round. */
async function sortTurn(
  round: Round,
  file: AnswerFile,
  isReserve: boolean,
): Promise<"kept" | "dropped"> {
  const told = await round.buckets.sort(file, isReserve);
  if (told === null) {
    round.tally.dropped("excluded_id");
    return "dropped";
  }
  const { origin, spoken, found } = told;
  const { row, audited } = round.shared(told);
  round.rows.push(row);
  round.audited.push(audited);
  if (origin !== null) round.origins.add(origin);
  if (spoken) round.spoken++;
  if (found !== null) round.found.push(found);
  count(round.tally, row);
  return isReserve || row.bucket !== null ? "kept" : "dropped";
}

/** With a target: turns that belong into final/ after so many as were wanted, in the order of the draw. */
async function reserveOf(round: Round): Promise<ReadonlySet<string>> {
  const { config, store } = round;
  const { accepted } = config.target;
  if (accepted === undefined) return new Set();
  const finals: string[] = [];
  for (const { name } of await listAnswers(store)) {
    const read = await unlessBroken(round.unread, async () => ({
      score: await store.readIfThere(`score/${name}`, scoreSchema),
      review: await store.readIfThere(`review/${name}`, reviewSchema),
    }));
    const { score, review } = read ?? { score: null, review: null };
    if (score === null || score.mode !== config.duel.mode) continue;
    if (config.source.exclude_ids.includes(score.instance_id)) continue;
    if (decide(score, review, config.bucket)?.bucket === "final") finals.push(name);
  }
  return new Set(finals.slice(accepted));
}

/**
 * Sorts second answers, each by its own score alone; they are in no row, mean or count of the report but in
 * a section of their own.
 */
async function refinedTurns(round: Round, options: StageOptions): Promise<RefinedTurn[]> {
  const turns: RefinedTurn[] = [];
  for (const file of await listRefined(round.store, options)) {
    const turn = await unlessBroken(round.unread, () => refinedOf(round, file));
    if (turn !== null) turns.push(turn);
  }
  return turns;
}

/** null: its instance is left out. */
async function refinedOf(round: Round, { name, path }: AnswerFile): Promise<RefinedTurn | null> {
  const { config, store } = round;
  const { mode, cluster_by } = config.duel;
  const answer = await store.read(path, answerSchema);
  const isExcluded = config.source.exclude_ids.includes(answer.instance_id);
  const score = isExcluded ? null : await store.readIfThere(`score/${name}`, scoreSchema);
  const first = await store.readIfThere(`score/${firstName(name)}`, scoreSchema);
  const review = await store.readIfThere(`review/${name}`, reviewSchema);
  const rules = refinedRules(config.bucket);
  const row = turnRow({ file: name, answer, score, review }, rules, mode);
  const decision = score === null || row.bucket === null ? null : decide(score, review, rules);
  await round.buckets.clear(name, decision?.bucket ?? null);
  if (score !== null && decision !== null) {
    const written = await round.buckets.write({ name, answer, row, score, decision });
    if (written !== null) round.found.push(written.found);
  }
  if (isExcluded) return null;
  const cluster = clusterOf({ ...answer, repo: answer.repo ?? first?.repo }, cluster_by);
  return refinedTurn({ name, cluster, answer, row });
}

/** What the report tells of; `selected`: answer files of this run. */
async function gather(
  round: Round,
  selected: number,
): Promise<Omit<ReportData, "refined" | "unread">> {
  const { config, store, rows, found, audited } = round;
  const { spending } = await foldLedger(store, round.facts, LEDGER_FOLD);
  const all = new Set((await listAnswers(store)).map(({ name }) => name));
  const known = new Set([...all, ...(await listRefined(store)).map(({ name }) => name)]);
  return {
    config: { ...config, panel: judgePanel(config) },
    duel: await duelInForce(round),
    rows,
    queue: await store.readIfThere(QUEUE_FILE, queueSchema),
    runs: await readRuns(store),
    origins: [...round.origins].sort(),
    spending: sumSpending(spending).rows(),
    masked: addFound(found),
    audits: summarizeAudits(audited),
    truth: await truthOf(config, store, rows),
    unseen: { turns: round.spoken, models: blindTo(config) },
    leak_min: await leakMinOf(round),
    strays: await strayFiles(store, known),
    selection: selected === all.size ? null : `${selected} of ${all.size} answer files`,
  };
}

/** undefined: the kings' limit is not frozen yet. */
async function leakMinOf({ config, store }: Round): Promise<number | undefined> {
  const { leak_min } = config.audit;
  if (leak_min !== "king") return leak_min;
  return (await store.readIfThere(LEAK_LIMIT_FILE, leakLimitSchema))?.leak_min;
}

/** The duel of the mode in force; one of the other mode says nothing about these scores. */
async function duelInForce({ config, store }: Round): Promise<ReportData["duel"]> {
  const duel = await store.readIfThere("score/_duel.json", duelSchema);
  return duel !== null && duel.mode === config.duel.mode ? duel : null;
}

/** The models of the duel whose templates leave out what is said beside calls. */
function blindTo(config: Config): string[] {
  const models = [config.king, config.challenger, ...judgePanel(config)]
    .filter(({ provider }) => provider !== "offline")
    .map(({ model }) => model);
  return [...new Set(models)].filter((model) => losesWords(model, config.protocol.native));
}

/** Files in the buckets that no answer stands behind. */
async function strayFiles(store: Store, known: ReadonlySet<string>): Promise<string[]> {
  const strays: string[] = [];
  for (const bucket of BUCKETS) {
    const names = await store.list(bucket);
    strays.push(
      ...names
        .filter((name) => name.endsWith(".json") && !known.has(name))
        .map((name) => `${bucket}/${name}`),
    );
  }
  return strays;
}

/** Where nothing is told that is not there already, the pages stay as they are. */
async function writeReport(
  config: Config,
  at: { readonly store: Store; readonly facts: Facts },
  document: Document,
  rows: readonly TurnRow[],
): Promise<void> {
  for (const block of document.blocks) {
    if (block.kind !== "picture") continue;
    await writeChanged(
      at.store,
      `report/${block.file}`,
      svgFile(await masked(block.chart, config)),
    );
  }
  await writePages(config, at, document, rows);
}

/** A turn that did not parse is a recorded drop; one without verdicts is pending. */
function count(tally: Tally, row: TurnRow): void {
  if (row.bucket !== null) tally.kept();
  else if (row.state === "unparsed") tally.dropped("no_quorum");
  else tally.dropped(row.state === "pending" ? "verdicts_pending" : "not_validated");
}

function notesOf(data: ReportData): string[] {
  const { rows, config, unread, duel } = data;
  const stale = staleDuel(data);
  const inBucket = (bucket: string): number => rows.filter((row) => row.bucket === bucket).length;
  const counts = BUCKETS.map((bucket) => `${bucket} ${inBucket(bucket)}`);
  const scores = rows.flatMap((row) => (row.bucket === null ? [] : (row.score ?? [])));
  const draws = duel?.vote_shares?.draw ?? null;
  const empty = inBucket("final") > 0 ? null : emptyFinalNote(scores, config.bucket, draws);
  return [
    `buckets: ${counts.join(", ")}`,
    ...(stale === null ? [] : [stale]),
    ...(empty === null ? [] : [empty]),
    ...unreadNotes(unread),
    "open report/report.md or report/report.html",
  ];
}
