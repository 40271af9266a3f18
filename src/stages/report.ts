/**
 * The report: reads answer/, score/, review/ and the ledger, sorts every turn into its bucket, exports
 * final/, refined/ and defeat/, and writes report/report.md, report.html and the pictures beside them.
 * Same files in, same bytes out; a file that would say nothing new is not written again.
 */
import { judgePanel, type Config } from "../config.ts";
import { auditedAnswer, summarizeAudits, type AuditedAnswer } from "../core/audit/summary.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import type { Document } from "../core/report/document.ts";
import { masked } from "../core/exit/masker.ts";
import { exportedOf } from "../core/report/exported.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { decide, type Decision } from "../core/report/person.ts";
import type { ReportData } from "../core/report/report-data.ts";
import { sumSpending } from "../core/report/spending.ts";
import { originName } from "../core/report/story-provenance.ts";
import { reportOf } from "../core/report/story.ts";
import { noReckoning } from "../core/duel/sorting.ts";
import { emptyFinalNote } from "../core/duel/empty-final.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { truthOf } from "../gym/truth.ts";
import { addFound } from "../core/secrets/mask.ts";
import { losesWords, saysBesideCalls } from "../core/wire/families.ts";
import { firstName } from "../records/refined.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { refinedRules, refinedTurn, type RefinedTurn } from "../core/refine/gain.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { listAnswers, listRefined, type AnswerFile } from "../io/answers.ts";
import { readLedger } from "../io/read-ledger.ts";
import { readRuns } from "../io/run-file.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import { BUCKETS } from "../records/exported.ts";
import { LINEAGE, lineageSchema } from "../records/lineage.ts";
import { LEAK_LIMIT_FILE, leakLimitSchema } from "../records/leak-limit.ts";
import { QUEUE_FILE, queueSchema } from "../records/queue.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "../deps.ts";

export async function report(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress } = deps;
  const answers = await listAnswers(store, options);
  await checkSorting(config, store);
  const round: Round = {
    config,
    store,
    tally: makeTally(),
    rows: [],
    found: [],
    audited: [],
    origins: new Set(),
    spoken: 0,
  };

  progress.begin("report", answers.length);
  const reserve = await reserveOf(config, store);
  for (const answer of answers) progress.step(await exportTurn(round, answer, reserve));
  progress.end();
  const data = {
    ...(await gather(round, answers.length)),
    refined: await refinedTurns(round, options),
    lineage: await store.readIfThere(LINEAGE, lineageSchema),
  };
  await writeReport(store, reportOf(data));
  return round.tally.summary("report", null, notesOf(data));
}

// ---------------------------------------------------------------------------------------------

/** One run of the stage, filled turn by turn. */
type Round = {
  readonly config: Config;
  readonly store: Store;
  readonly tally: Tally;
  readonly rows: TurnRow[];
  /** Secrets that were masked, by kind, a turn. */
  readonly found: Readonly<Record<string, number>>[];
  readonly audited: AuditedAnswer[];
  /** "DATASET at REVISION" of the turns. */
  readonly origins: Set<string>;
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

/** Writes a turn to its bucket, and takes it out of the others. */
async function exportTurn(
  round: Round,
  { name, path }: AnswerFile,
  reserve: ReadonlySet<string>,
): Promise<"kept" | "dropped"> {
  const { config, store, tally } = round;
  const answer = await store.read(path, answerSchema);
  if (config.source.exclude_ids.includes(answer.instance_id)) {
    tally.dropped("excluded_id");
    for (const bucket of BUCKETS) await store.remove(`${bucket}/${name}`);
    return "dropped";
  }
  const score = await store.readIfThere(`score/${name}`, scoreSchema);
  const review = await store.readIfThere(`review/${name}`, reviewSchema);
  const row = turnRow({ file: name, answer, score, review }, config.bucket, config.duel.mode);
  round.rows.push(row);
  round.audited.push(auditedAnswer(name, answer));
  if (answer.origin !== undefined) round.origins.add(originName(answer.origin));
  if (saysBesideCalls(answer.messages)) round.spoken++;
  count(tally, row);
  for (const bucket of BUCKETS) {
    if (bucket !== row.bucket || reserve.has(name)) await store.remove(`${bucket}/${name}`);
  }
  if (reserve.has(name)) return "kept";
  if (score === null || row.bucket === null) return "dropped";
  const decision = decide(score, review, config.bucket);
  if (decision !== null) await writeTurn(round, { name, answer, row, score, decision });
  return "kept";
}

/** With a target: turns that belong into final/ after so many as were wanted, in the order of the draw. */
async function reserveOf(config: Config, store: Store): Promise<ReadonlySet<string>> {
  const { accepted } = config.target;
  if (accepted === undefined) return new Set();
  const finals: string[] = [];
  for (const { name } of await listAnswers(store)) {
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    if (score === null || score.mode !== config.duel.mode) continue;
    if (config.source.exclude_ids.includes(score.instance_id)) continue;
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    if (decide(score, review, config.bucket)?.bucket === "final") finals.push(name);
  }
  return new Set(finals.slice(accepted));
}

type Sorted = {
  readonly name: string;
  readonly answer: Answer;
  readonly row: TurnRow;
  readonly score: Score;
  readonly decision: Decision;
};

async function writeTurn(
  round: Round,
  { name, answer, row, score, decision }: Sorted,
): Promise<void> {
  if (row.score === null || row.metrics === null) return;
  const { exported, found } = await exportedOf(
    {
      answer,
      score: row.score,
      metrics: row.metrics,
      decision,
      detail: score.disqualified?.detail ?? "",
    },
    { emails: round.config.audit.mask_emails },
  );
  round.found.push(found);
  const text = `${JSON.stringify(exported, null, 2)}\n`;
  await writeChanged(round.store, `${decision.bucket}/${name}`, text);
}

/**
 * Sorts second answers, each by its own score alone; they are in no row, mean or count of the report but in
 * a section of their own.
 */
async function refinedTurns(round: Round, options: StageOptions): Promise<RefinedTurn[]> {
  const { config, store } = round;
  const { mode, cluster_by } = config.duel;
  const turns: RefinedTurn[] = [];
  for (const { name, path } of await listRefined(store, options)) {
    const answer = await store.read(path, answerSchema);
    const isExcluded = config.source.exclude_ids.includes(answer.instance_id);
    const score = isExcluded ? null : await store.readIfThere(`score/${name}`, scoreSchema);
    const first = await store.readIfThere(`score/${firstName(name)}`, scoreSchema);
    const review = await store.readIfThere(`review/${name}`, reviewSchema);
    const rules = refinedRules(config.bucket);
    const row = turnRow({ file: name, answer, score, review }, rules, mode);
    const decision = score === null || row.bucket === null ? null : decide(score, review, rules);
    for (const bucket of BUCKETS) {
      if (bucket !== decision?.bucket) await store.remove(`${bucket}/${name}`);
    }
    if (score !== null && decision !== null) {
      await writeTurn(round, { name, answer, row, score, decision });
    }
    if (isExcluded) continue;
    const cluster = clusterOf({ ...answer, repo: answer.repo ?? first?.repo }, cluster_by);
    turns.push(refinedTurn({ name, cluster, answer, row }));
  }
  return turns;
}

/** What the report tells of; `selected`: answer files of this run. */
async function gather(round: Round, selected: number): Promise<Omit<ReportData, "refined">> {
  const { config, store, rows, found, audited } = round;
  const spending = sumSpending();
  for await (const line of readLedger(store)) spending.add(line);
  const all = new Set((await listAnswers(store)).map(({ name }) => name));
  const known = new Set([...all, ...(await listRefined(store)).map(({ name }) => name)]);
  return {
    config: { ...config, panel: judgePanel(config) },
    duel: await duelInForce(round),
    rows,
    queue: await store.readIfThere(QUEUE_FILE, queueSchema),
    runs: await readRuns(store),
    origins: [...round.origins].sort(),
    spending: spending.rows(),
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

async function writeReport(store: Store, document: Document): Promise<void> {
  for (const block of document.blocks) {
    if (block.kind !== "picture") continue;
    await writeChanged(store, `report/${block.file}`, svgFile(block.chart));
  }
  const [html, markdown] = await masked([htmlOf(document), markdownOf(document)] as const);
  await writeChanged(store, "report/report.html", html);
  await writeChanged(store, "report/report.md", markdown);
}

/** A turn that did not parse is a recorded drop; one without verdicts is pending. */
function count(tally: Tally, row: TurnRow): void {
  if (row.bucket !== null) tally.kept();
  else if (row.state === "unparsed") tally.dropped("no_quorum");
  else tally.dropped(row.state === "pending" ? "verdicts_pending" : "not_validated");
}

function notesOf({ rows, config }: ReportData): string[] {
  const inBucket = (bucket: string): number => rows.filter((row) => row.bucket === bucket).length;
  const counts = BUCKETS.map((bucket) => `${bucket} ${inBucket(bucket)}`);
  const scores = rows.flatMap((row) => (row.bucket === null ? [] : (row.score ?? [])));
  const empty = inBucket("final") > 0 ? null : emptyFinalNote(scores, config.bucket);
  return [
    `buckets: ${counts.join(", ")}`,
    ...(empty === null ? [] : [empty]),
    "open report/report.md or report/report.html",
  ];
}
