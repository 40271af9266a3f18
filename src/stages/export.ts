/**
 * stage:export: judged turns become training rows. Reads final/, refined/ and defeat/, beside them
 * score/ for the verdicts and review/ for what a person said; writes dataset/export/.
 */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import {
  examplesOf,
  type ExportReason,
  type ExportWants,
  type JudgedTurn,
  type TurnExamples,
} from "../core/dataset/export.ts";
import { exportCard } from "../core/dataset/export-card.ts";
import type { Built, Example } from "../core/dataset/example.ts";
import { refinedPair } from "../core/dataset/refined-pair.ts";
import type { Format } from "../core/dataset/format-names.ts";
import type { Privilege } from "../core/dataset/format-names.ts";
import { takes } from "../core/dataset/formats.ts";
import {
  datasetSettings,
  type DatasetFlags,
  type DatasetSettings,
} from "../core/dataset/settings.ts";
import { WEIGHTED } from "../core/dataset/run-rows.ts";
import { withSteps } from "../core/dataset/steps.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { emptyFinalNote } from "../core/duel/empty-final.ts";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { countHomePaths, homePathsNote } from "../core/secrets/home.ts";
import { searchableText } from "../core/turn/calls.ts";
import { UserError } from "../errors.ts";
import { isWanted } from "../io/answers.ts";
import { filePrints } from "../io/dataset/made-from.ts";
import type { Store } from "../io/store.ts";
import { firstName, isRefinedName } from "../records/refined.ts";
import { BUCKETS, exportedSchema, type Bucket, type Exported } from "../records/exported.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { writeDataset } from "../builders/dataset.ts";
import { privilegedText } from "../builders/privileged.ts";
import { readRuns, readTurn, type TurnFile } from "../builders/judged-turns.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";

export type ExportOptions = StageOptions &
  DatasetFlags & {
    readonly output?: string;
    /** true: also learn from refined/. false: nothing of refined answers (<stem>.r1.json). */
    readonly refined?: boolean;
    /** "run": a row is a whole run, with weights. @default "turn" */
    readonly unit?: "turn" | "run";
    /** With unit "run": of the run's own words where a duel was a draw, 0..1. @default 0 */
    readonly drawWeight?: number;
    /** With the format `privileged`: what a teacher sees. @default "pr" */
    readonly privileged?: Privilege;
  };

/** @throws UserError when there are no judged turns, and as the spine. */
export async function exportTurns(
  config: Config,
  deps: Pick<Deps, "store">,
  options: ExportOptions,
): Promise<StageSummary> {
  const isRuns = options.unit === "run";
  const settings = isRuns
    ? runSettings(config, options)
    : datasetSettings(config.dataset, options, setWide(config));
  const turns = await listTurns(deps.store, options);
  const has = (kind: "sft" | "preference" | "negative"): boolean =>
    settings.formats.some((format) => takes(format, kind));
  const run: Run = {
    config,
    store: deps.store,
    wants: {
      refined: options.refined ?? false,
      sft: has("sft"),
      preference: has("preference"),
      negative: has("negative"),
      stepwise: settings.formats.includes("stepwise"),
      policy: config.dataset.policy ?? null,
      groupBy: settings.groupBy,
    },
    tally: { read: 0, kept: 0, benchmarks: 0, finals: 0 },
    scores: [],
    masked: counter(),
    withoutPair: counter(),
    outcomes: counter(),
    drawWeight: options.drawWeight ?? 0,
    formats: settings.formats,
    privileged: settings.formats.includes("privileged") ? (options.privileged ?? "pr") : null,
    rejectedBy: counter(),
    homes: { paths: 0, turns: 0 },
  };
  const sources = await sourcesOf(deps.store, turns);
  const rows = isRuns ? builtRuns(turns, run) : builtFrom(turns, run);
  const { summary } = await writeDataset(rows, {
    builder: "export",
    madeFrom: [
      await filePrints(filesOf(deps.store, turns)),
      run.wants,
      config.bucket,
      ...(isRuns ? ["run", run.drawWeight] : []),
      run.privileged,
    ],
    output: resolve(config.root, options.output ?? "dataset/export"),
    settings,
    card: exportCard(sources, {
      refined: run.wants.refined,
      limits: config.bucket,
      isPrivileged: run.privileged !== null,
    }),
    stats: () => ({
      ...(isRuns
        ? { runs: run.tally.read, runs_kept: run.tally.kept, turns: run.outcomes.counts() }
        : {
            turns: run.tally.read,
            turns_kept: run.tally.kept,
            turns_without_a_pair: run.withoutPair.counts(),
          }),
      masked_secrets: run.masked.counts(),
      rejected_by: run.rejectedBy.counts(),
    }),
    counts: () => ({ read: run.tally.read, kept: run.tally.kept }),
    notes: () => notesOf(run),
  });
  return summary;
}

// ---------------------------------------------------------------------------------------------

type Run = {
  readonly config: Config;
  readonly store: Store;
  readonly wants: ExportWants;
  readonly tally: { read: number; kept: number; benchmarks: number; finals: number };
  /** Of all turns read, for what is said when none of them is final. */
  readonly scores: number[];
  /** Kinds of secrets that were masked in histories. */
  readonly masked: Counter;
  /** Home folders in what is learned. */
  readonly homes: { paths: number; turns: number };
  /** Turns that gave an answer to learn and no pair, by reason. */
  readonly withoutPair: Counter;
  /** Unit "run": of the turns in the rows. */
  readonly outcomes: Counter;
  readonly drawWeight: number;
  readonly formats: readonly Format[];
  /** What rows of `privileged` hold; null: there are none. */
  readonly privileged: Privilege | null;
  /** Pairs by who wrote the side that lost. */
  readonly rejectedBy: Counter;
};

/** A whole run has one answer a turn: second ones stand in no row of it. */
async function listTurns(store: Store, options: ExportOptions): Promise<TurnFile[]> {
  const turns: TurnFile[] = [];
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      const isOut = (options.refined === false || options.unit === "run") && isRefinedName(name);
      if (name.endsWith(".json") && !isOut && isWanted(firstName(name), options)) {
        turns.push({ bucket, name });
      }
    }
  }
  if (turns.length > 0) return turns.slice(0, options.limit ?? turns.length);
  throw new UserError(
    "export: there are no judged turns in final/, refined/ and defeat/",
    "run npm run stage:report first: it sorts the judged turns into these folders",
  );
}

/** Everything that is read of the turns. */
const filesOf = (store: Store, turns: readonly TurnFile[]): string[] =>
  turns.flatMap(({ bucket, name }) =>
    [bucket, "score", "review"].map((folder) => store.path(folder, name)),
  );

async function* builtFrom(turns: readonly TurnFile[], run: Run): AsyncGenerator<Built> {
  for (const file of turns) {
    const { turn, kinds } = await readTurn(run.config, run.store, file);
    const { exported, bucket } = turn;
    const made = await withPrivileged(
      run,
      turn,
      withSteps(examplesOf(turn, run.wants), turn, run.wants),
    );
    const { reason } = made;
    const examples = [...made.examples, ...(await predecessorPair(run, turn))];
    run.tally.read++;
    noteTurn(run, turn, kinds);
    if (examples.length > 0) noteKept(run, exported);
    if (examples.length > 0 && reason !== null) run.withoutPair.add(reason);
    for (const example of examples) {
      if (example.kind === "preference") {
        run.rejectedBy.add(String(example.metadata["rejected_by"]));
      }
      yield { ok: true, example };
    }
    if (examples.length === 0) yield { ok: false, skip: skipOf(exported, bucket, reason) };
  }
}

/** Of a refined answer that beat its predecessor: the two as a pair. */
async function predecessorPair(
  { config, store, wants }: Run,
  turn: JudgedTurn,
): Promise<readonly Example[]> {
  const { refined_from: first } = turn.exported;
  if (first === undefined || !wants.preference) return [];
  for (const bucket of BUCKETS) {
    if (!(await store.has(`${bucket}/${first}`))) continue;
    const before = await readTurn(config, store, { bucket, name: first });
    const pair = refinedPair(turn, before.turn, wants);
    return pair === null ? [] : [pair];
  }
  return [];
}

/** Answers to learn with what a teacher may see beside them, where that is asked for. */
async function withPrivileged(
  { config, store, privileged }: Run,
  turn: JudgedTurn,
  made: TurnExamples,
): Promise<TurnExamples> {
  if (privileged === null || !made.examples.some(({ kind }) => kind === "sft")) return made;
  const text = await privilegedText(config, store, turn, privileged);
  const examples = made.examples.map((example) =>
    example.kind === "sft" ? { ...example, privileged: text } : example,
  );
  return { ...made, examples };
}

/** One row a run; a run of which nothing may be learned is left out. */
async function* builtRuns(turns: readonly TurnFile[], run: Run): AsyncGenerator<Built> {
  const { config, store, drawWeight, wants, formats } = run;
  for await (const read of readRuns(config, store, turns, { ...wants, drawWeight, formats })) {
    for (const { turn, kinds } of read.turns) noteTurn(run, turn, kinds);
    for (const { examples, whole, outcomes, isLearnable } of read.rows) {
      run.tally.read++;
      for (const outcome of outcomes) run.outcomes.add(outcome);
      if (isLearnable) {
        noteKept(run, whole.exported);
        for (const example of examples) yield { ok: true, example };
      } else {
        yield { ok: false, skip: skipOf(whole.exported, whole.bucket, "nothing_won") };
      }
    }
  }
}

function noteTurn(run: Run, { exported, bucket }: JudgedTurn, kinds: Iterable<string>): void {
  for (const kind of kinds) run.masked.add(kind);
  run.scores.push(exported.score);
  if (bucket === "final") run.tally.finals++;
}

function noteKept(run: Run, exported: Exported): void {
  run.tally.kept++;
  countHomes(run, exported);
  if (isBenchmarkInstance(exported.instance_id)) run.tally.benchmarks++;
}

/** @throws UserError for a format that holds more than answers to learn, and for cuts in whole runs. */
function runSettings(config: Config, options: ExportOptions): DatasetSettings {
  const flags = { ...options, format: options.format ?? [...WEIGHTED] };
  const settings = datasetSettings(config.dataset, flags, setWide(config));
  const other = settings.formats.find((format) => format === "kto" || !takes(format, "sft"));
  if (other !== undefined) {
    throw new UserError(
      `export: --unit run with --format ${other}: a run has answers to learn, and no pairs`,
      "name a format of answers (openai has a place for weights), or ask for single turns (--unit turn)",
    );
  }
  const weighted = settings.formats.find((format) => WEIGHTED.includes(format));
  if (weighted === undefined || settings.history === undefined) return settings;
  throw new UserError(
    `export: --unit run with --history: a row of ${weighted} is the whole run, and its turns are learned where they stand`,
    "leave --history out, or name a format without weights (--format prompt-completion): a row a learned turn",
  );
}

function countHomes({ homes }: Run, exported: Exported): void {
  const { messages, king, challenger } = exported;
  const texts = [king, challenger, ...messages.map(searchableText)];
  const paths = texts.reduce((sum, text) => sum + countHomePaths(text), 0);
  homes.paths += paths;
  if (paths > 0) homes.turns++;
}

function skipOf(
  exported: { instance_id: string; king: string; challenger: string; audit?: unknown },
  bucket: Bucket,
  reason: ExportReason | "nothing_won" | null,
) {
  return {
    instance_id: exported.instance_id,
    reason: reason ?? "not_asked_for",
    source_fields: {
      has_king: exported.king !== "",
      has_challenger: exported.challenger !== "",
      has_audit: exported.audit !== undefined,
      is_final: bucket === "final",
      is_refined: bucket === "refined",
      is_defeat: bucket === "defeat",
    },
    length: exported.challenger.length,
  };
}

/** The data sets that the turns came from, for the card. */
async function sourcesOf(store: Store, turns: readonly TurnFile[]): Promise<string[]> {
  const names = new Set<string>();
  for (const { bucket, name } of turns) {
    const { origin } = await store.read(`${bucket}/${name}`, exportedSchema);
    if (origin?.dataset != null) names.add(origin.dataset);
  }
  return [...names].sort();
}

function notesOf({ tally, masked, homes, scores, config, wants, rejectedBy }: Run): string[] {
  const empty = tally.finals > 0 || wants.refined ? null : emptyFinalNote(scores, config.bucket);
  const kinds = Object.entries(masked.counts()).map(([kind, n]) => `${kind} ${n}`);
  const losers = Object.entries(rejectedBy.counts()).map(([who, n]) => `${who} ${n}`);
  return [
    ...(losers.length > 0
      ? [`rejected sides of pairs, by who wrote them: ${losers.join(", ")}`]
      : []),
    ...(empty === null ? [] : [empty]),
    ...(homes.paths > 0 ? [homePathsNote(homes.paths, `${homes.turns} turns`)] : []),
    ...(kinds.length > 0 ? [`secrets masked, turns by kind: ${kinds.join(", ")}`] : []),
    ...(tally.benchmarks > 0
      ? [
          `WARNING: ${tally.benchmarks} of the turns are from test problems of SWE-bench Lite or Verified: a model trained on this set must not be measured on them`,
        ]
      : []),
  ];
}
