/**
 * stage:export: judged turns become training rows. Reads final/, refined/ and defeat/, beside them
 * score/ for the verdicts and review/ for what a person said; writes dataset/export/.
 */
import type { Config } from "../config.ts";
import {
  bucketInForce,
  examplesOf,
  opponentOf,
  type ExportReason,
  type ExportWants,
} from "../core/dataset/export.ts";
import { exportCard } from "../core/dataset/export-card.ts";
import type { Built } from "../core/dataset/example.ts";
import { takes } from "../core/dataset/formats.ts";
import { datasetSettings, type DatasetFlags } from "../core/dataset/settings.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { emptyFinalNote } from "../core/duel/empty-final.ts";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { maskExported } from "../core/secrets/exported.ts";
import { countHomePaths, homePathsNote } from "../core/secrets/home.ts";
import { searchableText } from "../core/turn/calls.ts";
import { UserError } from "../errors.ts";
import { isWanted } from "../io/answers.ts";
import { filePrints } from "../io/dataset/made-from.ts";
import type { Store } from "../io/store.ts";
import { BUCKETS, exportedSchema, type Bucket, type Exported } from "../records/exported.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { writeDataset } from "../builders/dataset.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";

export type ExportOptions = StageOptions &
  DatasetFlags & {
    readonly output?: string;
    /** Also learn from refined/. */
    readonly refined?: boolean;
  };

/** @throws UserError when there are no judged turns, and as the spine. */
export async function exportTurns(
  config: Config,
  deps: Pick<Deps, "store">,
  options: ExportOptions,
): Promise<StageSummary> {
  const settings = datasetSettings(config.dataset, options, setWide(config));
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
      groupBy: settings.groupBy,
    },
    tally: { read: 0, kept: 0, benchmarks: 0, finals: 0 },
    scores: [],
    masked: counter(),
    withoutPair: counter(),
    homes: { paths: 0, turns: 0 },
  };
  const sources = await sourcesOf(deps.store, turns);
  const { summary } = await writeDataset(builtFrom(turns, run), {
    builder: "export",
    madeFrom: [await filePrints(filesOf(deps.store, turns)), run.wants, config.bucket],
    output: deps.store.path(options.output ?? "dataset/export"),
    settings,
    card: exportCard(sources, run.wants.refined, config.bucket),
    stats: () => ({
      turns: run.tally.read,
      turns_kept: run.tally.kept,
      turns_without_a_pair: run.withoutPair.counts(),
      masked_secrets: run.masked.counts(),
    }),
    counts: () => ({ read: run.tally.read, kept: run.tally.kept }),
    notes: () => notesOf(run),
  });
  return summary;
}

// ---------------------------------------------------------------------------------------------

type Turn = { readonly bucket: Bucket; readonly name: string };

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
};

async function listTurns(store: Store, options: ExportOptions): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      if (name.endsWith(".json") && isWanted(name, options)) turns.push({ bucket, name });
    }
  }
  if (turns.length > 0) return turns.slice(0, options.limit ?? turns.length);
  throw new UserError(
    "export: there are no judged turns in final/, refined/ and defeat/",
    "run npm run stage:report first: it sorts the judged turns into these folders",
  );
}

/** Everything that is read of the turns. */
const filesOf = (store: Store, turns: readonly Turn[]): string[] =>
  turns.flatMap(({ bucket, name }) =>
    [bucket, "score", "review"].map((folder) => store.path(folder, name)),
  );

async function* builtFrom(turns: readonly Turn[], run: Run): AsyncGenerator<Built> {
  for (const { bucket: folder, name } of turns) {
    const exported = await run.store.read(`${folder}/${name}`, exportedSchema);
    const score = await run.store.readIfThere(`score/${name}`, scoreSchema);
    const review = await run.store.readIfThere(`review/${name}`, reviewSchema);
    const masked = await maskExported(exported, { emails: run.config.audit.mask_emails });
    for (const kind of masked.kinds) run.masked.add(kind);
    const bucket = bucketInForce(folder, review, score, run.config.bucket);
    const opponent = opponentOf({ exported: masked.exported, score });
    const { examples, reason } = examplesOf(
      {
        file: name,
        bucket,
        exported: masked.exported,
        score,
        review,
        secrets: {
          challenger: masked.holds(masked.exported.challenger),
          opponent: masked.holds(opponent),
        },
      },
      run.wants,
    );
    run.tally.read++;
    run.scores.push(exported.score);
    if (bucket === "final") run.tally.finals++;
    if (examples.length > 0) {
      run.tally.kept++;
      countHomes(run, masked.exported);
    }
    if (examples.length > 0 && isBenchmarkInstance(exported.instance_id)) run.tally.benchmarks++;
    if (examples.length > 0 && reason !== null) run.withoutPair.add(reason);
    for (const example of examples) yield { ok: true, example };
    if (examples.length === 0) yield { ok: false, skip: skipOf(exported, bucket, reason) };
  }
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
  reason: ExportReason | null,
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
async function sourcesOf(store: Store, turns: readonly Turn[]): Promise<string[]> {
  const names = new Set<string>();
  for (const { bucket, name } of turns) {
    const { origin } = await store.read(`${bucket}/${name}`, exportedSchema);
    if (origin?.dataset != null) names.add(origin.dataset);
  }
  return [...names].sort();
}

function notesOf({ tally, masked, homes, scores, config, wants }: Run): string[] {
  const empty = tally.finals > 0 || wants.refined ? null : emptyFinalNote(scores, config.bucket);
  const kinds = Object.entries(masked.counts()).map(([kind, n]) => `${kind} ${n}`);
  return [
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
