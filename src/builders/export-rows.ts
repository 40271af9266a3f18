/**
 * The rows of judged turns, before they meet the spine: a turn's answers and pairs, or a whole run with
 * weights; what is left out and why; and what the summary says of all.
 */
import type { Config } from "../config.ts";
import type { Built, Example } from "../core/dataset/example.ts";
import {
  examplesOf,
  type ExportReason,
  type ExportWants,
  type JudgedTurn,
  type TurnExamples,
} from "../core/dataset/export.ts";
import { exportNotes } from "../core/dataset/export-notes.ts";
import { nothingLeftHint, notAskedHint } from "../core/dataset/nothing-left.ts";
import type { Format, Privilege } from "../core/dataset/format-names.ts";
import { takes } from "../core/dataset/formats.ts";
import { datasetOf, glanceOf, reasonAtAGlance, type Glance } from "../core/dataset/glance.ts";
import { refinedPair } from "../core/dataset/refined-pair.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import { withSteps } from "../core/dataset/steps.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { duelLabel } from "../core/dataset/winner.ts";
import { labelDrop, type LabelDrop } from "../core/label/choice.ts";
import { unreadNotes } from "../core/report/unread.ts";
import type { RunLabel } from "../records/prompt.ts";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { countHomePaths } from "../core/secrets/home.ts";
import { searchableText } from "../core/turn/calls.ts";
import type { Facts } from "../io/facts/facts.ts";
import type { Store } from "../io/store.ts";
import { BUCKETS, type Exported } from "../records/exported.ts";
import { openGlances } from "./glances.ts";
import { readRuns, readTurn, type TurnFile } from "./judged-turns.ts";
import { privilegedText } from "./privileged.ts";

export type ExportInput = {
  readonly config: Config;
  readonly store: Store;
  /** Opened for GLANCE. */
  readonly facts: Facts;
  readonly files: readonly TurnFile[];
  /** Turns whose answer cannot be read, name -> its path: nothing is learned from them. */
  readonly broken: ReadonlyMap<string, string>;
  readonly settings: Pick<DatasetSettings, "formats" | "groupBy">;
  /** null: all. */
  readonly labels: ReadonlySet<RunLabel> | null;
  /** Also learn from refined/. */
  readonly refined: boolean;
  readonly unit: "turn" | "run";
  /** With unit "run": 0..1. */
  readonly drawWeight: number;
  /** What rows of the format `privileged` hold, where it is asked for. */
  readonly privileged: Privilege;
};

export type ExportRows = {
  readonly rows: AsyncIterable<Built>;
  /** Data sets that the turns came from, sorted; asked for when all rows have passed, as the three below. */
  readonly sources: () => readonly string[];
  /** What tells these rows from others made of the same files. */
  readonly madeFrom: readonly unknown[];
  readonly stats: () => Readonly<Record<string, unknown>>;
  readonly counts: () => { readonly read: number; readonly kept: number };
  readonly notes: () => readonly string[];
  /** What mends a reason, where nothing is left. */
  readonly hints: () => Readonly<Record<string, string>>;
  /** Why a format asked for beside others is empty; null: nothing is known but what the rows say. */
  readonly whyEmpty: (format: Format) => string | null;
};

/** Examples and skips of judged turns. Reading throws UserError for a file that does not parse. */
export function exportRows(input: ExportInput): ExportRows {
  const run: Run = {
    ...input,
    wants: wantsOf(input),
    tally: { read: 0, kept: 0, benchmarks: 0, finals: 0, refined: 0, defeat: 0 },
    scores: [],
    masked: counter(),
    withoutPair: counter(),
    outcomes: counter(),
    rejectedBy: counter(),
    homes: { paths: 0, turns: 0 },
    sources: new Set(),
  };
  const { config, unit, labels, wants, tally, broken } = run;
  return {
    rows: unit === "run" ? runsBuilt(run) : turnsBuilt(run),
    sources: () => [...run.sources].sort(),
    madeFrom: [
      wants,
      config.bucket,
      ...(unit === "run" ? ["run", run.drawWeight] : []),
      isTaught(run) ? run.privileged : null,
      // A set that was made before there were labels is still the same.
      ...(labels === null ? [] : [[...labels].sort()]),
      ...(broken.size === 0 ? [] : [{ broken: [...broken.values()].sort() }]),
    ],
    stats: () => ({
      ...(unit === "run"
        ? { runs: tally.read, runs_kept: tally.kept, turns: run.outcomes.counts() }
        : {
            turns: tally.read,
            turns_kept: tally.kept,
            turns_without_a_pair: run.withoutPair.counts(),
          }),
      masked_secrets: run.masked.counts(),
      rejected_by: run.rejectedBy.counts(),
    }),
    counts: () => ({ read: tally.read, kept: tally.kept }),
    hints: () => ({ not_asked_for: notAskedHint(tally) }),
    whyEmpty: (format) => whyEmpty(run, format),
    notes: () => [
      ...unreadNotes(new Set(broken.values())),
      ...exportNotes({
        ...tally,
        homes: run.homes,
        scores: run.scores,
        limits: config.bucket,
        refined: wants.refined,
        masked: run.masked.counts(),
        rejectedBy: run.rejectedBy.counts(),
      }),
    ],
  };
}

// ---------------------------------------------------------------------------------------------

type Run = ExportInput & {
  readonly wants: ExportWants;
  readonly tally: {
    read: number;
    kept: number;
    benchmarks: number;
    finals: number;
    refined: number;
    defeat: number;
  };
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
  /** Pairs by who wrote the side that lost. */
  readonly rejectedBy: Counter;
  readonly sources: Set<string>;
};

function wantsOf({ settings, refined, config }: ExportInput): ExportWants {
  const has = (kind: "sft" | "preference" | "negative"): boolean =>
    settings.formats.some((format) => takes(format, kind));
  return {
    refined,
    sft: has("sft"),
    preference: has("preference"),
    negative: has("negative"),
    stepwise: settings.formats.includes("stepwise"),
    policy: config.dataset.policy ?? null,
    groupBy: settings.groupBy,
  };
}

/** Of turns that gave other formats their rows: they were lost, or made no pair. */
function whyEmpty({ tally, wants, withoutPair }: Run, format: Format): string | null {
  if (takes(format, "sft")) {
    const learned = tally.finals + (wants.refined ? tally.refined : 0);
    return learned === 0 ? notAskedHint(tally) : null;
  }
  const reasons = withoutPair.counts();
  return Object.keys(reasons).length === 0 ? null : nothingLeftHint(reasons, {});
}

const isTaught = ({ settings }: Run): boolean => settings.formats.includes("privileged");

async function* turnsBuilt(run: Run): AsyncGenerator<Built> {
  const { wants } = run;
  const glances = openGlances(run.config, run.facts);
  for (const file of run.files) {
    if (run.broken.has(file.name)) {
      yield await brokenTurn(run, file);
      continue;
    }
    const key = await glances.key(file);
    const glance = glances.known(file, key);
    const known = glance === null ? null : reasonAtAGlance(glance, wants);
    if (glance !== null && known !== null && run.labels === null) {
      run.tally.read++;
      note(run, glance);
      yield { ok: false, skip: skipOf(glance, known) };
      continue;
    }
    const { turn, kinds } = await readTurn(run.config, run.store, file);
    const { exported } = turn;
    run.tally.read++;
    noteTurn(run, turn, kinds);
    const unwanted = run.labels === null ? null : labelDrop(duelLabel(turn), run.labels);
    if (unwanted !== null) {
      yield { ok: false, skip: skipOf(glanceOf(turn, [], "not_asked_for"), unwanted) };
      continue;
    }
    const { examples, reason } = await examplesFrom(run, turn);
    if (examples.length > 0) noteKept(run, exported);
    if (examples.length > 0 && reason !== null) run.withoutPair.add(reason);
    for (const example of examples) {
      if (example.kind === "preference") {
        run.rejectedBy.add(String(example.metadata["rejected_by"]));
      }
      yield { ok: true, example };
    }
    if (examples.length > 0) continue;
    const left = glanceOf(turn, kinds, reason ?? "not_asked_for");
    if (left.reason !== glance?.reason) glances.keep(file, key, left);
    yield { ok: false, skip: skipOf(left, left.reason) };
  }
  await glances.save();
}

/** Counted, and nothing of it taken. */
async function brokenTurn({ config, store, tally }: Run, file: TurnFile): Promise<Built> {
  const { turn, kinds } = await readTurn(config, store, file);
  tally.read++;
  return { ok: false, skip: skipOf(glanceOf(turn, kinds, "not_asked_for"), "broken_file") };
}

/** A turn's answers, pairs and steps, and behind them the pair with its predecessor. */
async function examplesFrom(run: Run, turn: JudgedTurn): Promise<TurnExamples> {
  const plain = withSteps(examplesOf(turn, run.wants), turn, run.wants);
  const made = isTaught(run) ? await withPrivileged(run, turn, plain) : plain;
  return { ...made, examples: [...made.examples, ...(await predecessorPair(run, turn))] };
}

/** Of a refined answer that beat its predecessor: the two as a pair. */
async function predecessorPair(
  { config, store, wants, broken }: Run,
  turn: JudgedTurn,
): Promise<readonly Example[]> {
  const { refined_from: first } = turn.exported;
  if (first === undefined || !wants.preference || broken.has(first)) return [];
  for (const bucket of BUCKETS) {
    if (!(await store.has(`${bucket}/${first}`))) continue;
    const before = await readTurn(config, store, { bucket, name: first });
    const pair = refinedPair(turn, before.turn, wants);
    return pair === null ? [] : [pair];
  }
  return [];
}

/** Answers to learn with what a teacher may see beside them. */
async function withPrivileged(
  { config, store, privileged }: Run,
  turn: JudgedTurn,
  made: TurnExamples,
): Promise<TurnExamples> {
  if (!made.examples.some(({ kind }) => kind === "sft")) return made;
  const text = await privilegedText(config, store, turn, privileged);
  const examples = made.examples.map((example) =>
    example.kind === "sft" ? { ...example, privileged: text } : example,
  );
  return { ...made, examples };
}

/** One row a run; a run of which nothing may be learned is left out. */
async function* runsBuilt(run: Run): AsyncGenerator<Built> {
  const { config, store, files, broken, drawWeight, wants, labels, settings } = run;
  const readable = files.filter(({ name }) => !broken.has(name));
  const asked = { ...wants, drawWeight, labels, formats: settings.formats };
  for await (const read of readRuns(config, store, readable, asked)) {
    for (const { turn, kinds } of read.turns) noteTurn(run, turn, kinds);
    for (const { examples, whole, outcomes } of read.rows) {
      run.tally.read++;
      for (const outcome of outcomes) run.outcomes.add(outcome);
      if (examples.length === 0) {
        yield { ok: false, skip: skipOf(glanceOf(whole, [], "not_asked_for"), "nothing_won") };
        continue;
      }
      noteKept(run, whole.exported);
      for (const example of examples) yield { ok: true, example };
    }
  }
}

function noteTurn(run: Run, turn: JudgedTurn, kinds: Iterable<string>): void {
  const { exported, bucket } = turn;
  note(run, { kinds, score: exported.score, bucket, dataset: datasetOf(exported) });
}

function note(
  { masked, scores, tally, sources }: Run,
  { kinds, score, bucket, dataset }: Noted,
): void {
  for (const kind of kinds) masked.add(kind);
  scores.push(score);
  if (bucket === "final") tally.finals++;
  else tally[bucket]++;
  if (dataset !== null) sources.add(dataset);
}

type Noted = Pick<Glance, "score" | "bucket" | "dataset"> & { readonly kinds: Iterable<string> };

function noteKept({ tally, homes }: Run, exported: Exported): void {
  tally.kept++;
  if (isBenchmarkInstance(exported.instance_id)) tally.benchmarks++;
  const { messages, king, challenger } = exported;
  const texts = [king, challenger, ...messages.map(searchableText)];
  const paths = texts.reduce((sum, text) => sum + countHomePaths(text), 0);
  homes.paths += paths;
  if (paths > 0) homes.turns++;
}

function skipOf(glance: Glance, reason: ExportReason | LabelDrop | "nothing_won" | "broken_file") {
  const { instance_id, bucket, has_king, has_challenger, has_audit, length } = glance;
  return {
    instance_id,
    reason,
    source_fields: {
      has_king,
      has_challenger,
      has_audit,
      is_final: bucket === "final",
      is_refined: bucket === "refined",
      is_defeat: bucket === "defeat",
    },
    length,
  };
}
