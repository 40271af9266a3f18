/**
 * Turns before the panel: what of each is asked, and what becomes of a reply. A verdict is saved as soon
 * as it is in; a pass asks only for those that are missing.
 */
import { z } from "zod";
import { answerFileOf } from "../core/turn/item-key.ts";
import type { Config } from "../config.ts";
import { actionStyle } from "../core/actions/style.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { withOutcomeScore } from "../core/duel/outcome-score.ts";
import { watchJudges, type JudgeWatch } from "../core/duel/unread-judges.ts";
import { itemsOf, openTurn, withOutcome, type Opening, type Turn } from "../core/duel/turn.ts";
import type { Ballot } from "../core/duel/turn-score.ts";
import { ballotsOf, everywhereJudges } from "../core/duel/verdicts.ts";
import { measureVotes } from "../core/duel/vote-model.ts";
import { bothReports } from "../core/tally.ts";
import { configHash } from "../core/turn/hash.ts";
import { commitPath, listAnswers, type AnswerFile } from "../io/answers.ts";
import { openFacts, type Facts } from "../io/facts/facts.ts";
import { makeSaver, type Saver } from "../io/saver.ts";
import { sha256 } from "../io/sha256.ts";
import { missing } from "../io/store.ts";
import { outcomeSchema } from "../records/outcome.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import type { ChatFailure, Outcome, WorkItem, WorkReport } from "../work.ts";
import type { Deps } from "../deps.ts";
import { isMeasured, withVotes } from "./panel-rules.ts";
import { keepSettled, SETTLED, settledBy, settledTurn, type Settled } from "./settled.ts";

/** One run of the stage. */
export type Round = {
  readonly config: Config;
  readonly deps: Deps;
  /** A sequential panel's change once, when its votes were measured. */
  rules: DuelRules;
  readonly save: Saver<Score>;
  readonly inHand: Map<string, InHand>;
  /** Turns with a judge that could not be reached. */
  readonly unreached: Map<string, AnswerFile>;
  /** Answer files without a challenger, and why it was dropped; null: it is still to come. */
  readonly absent: Map<string, string | null>;
  /** A model's first failure. */
  readonly failures: Map<string, string>;
  readonly judges: JudgeWatch;
  readonly facts: Facts;
};

/** What a round remembers. */
export const ROUND_KINDS = [SETTLED];

/** How a pass takes turns up; `counts`: the progress bar moves. */
export type How = Pick<Opening, "force" | "retry" | "rejudge" | "reparse"> & {
  readonly counts: boolean;
  /** Asks only the judges that every turn is put before. */
  readonly everywhereAlone?: boolean;
};

export function newRound(
  config: Config,
  deps: Deps,
  rules: DuelRules,
  facts = openFacts(deps.store, ROUND_KINDS),
): Round {
  return {
    facts,
    config,
    deps,
    rules,
    save: makeSaver<Score>((path, score) => deps.store.write(path, score)),
    inHand: new Map(),
    unreached: new Map(),
    absent: new Map(),
    failures: new Map(),
    judges: watchJudges(),
  };
}

/**
 * Asks whoever is to be asked, and once everybody has been heard, whoever could not be reached one more
 * time. A sequential panel whose votes are not known yet is asked twice: about every turn as many judges
 * as all of them get, then, by how those votes vary, the further ones.
 */
export async function askPanel(
  round: Round,
  files: readonly AnswerFile[],
  how: How,
): Promise<WorkReport> {
  const isNew = typeof round.rules.panelMode !== "string" && !isMeasured(round.rules);
  const reports = [await onePass(round, files, { ...how, everywhereAlone: isNew })];
  const isGoingOn = (): boolean => reports.every((report) => report.stopped === null);
  if (isNew && isGoingOn() && !how.reparse) {
    round.rules = withVotes(round.rules, measureVotes(await everywhereBallots(round)));
    reports.push(await onePass(round, files, { ...ONLY_MISSING, retry: how.retry }));
  }
  if (isGoingOn() && round.unreached.size > 0)
    reports.push(await onePass(round, [...round.unreached.values()], ONLY_MISSING));
  return reports.reduce((all, next) => bothReports(all, next, []));
}

// ---------------------------------------------------------------------------------------------

function onePass(round: Round, files: readonly AnswerFile[], how: How): Promise<WorkReport> {
  return round.deps.engine(
    items(round, files, how),
    (item, outcome) => file(round, item, outcome),
    (item) => leave(round, item),
    ({ request }) => !round.judges.isMute(request.model),
  );
}

/** What the judges that every turn is put before gave, a turn; all score files of the workspace. */
async function everywhereBallots({ deps, rules, config }: Round): Promise<(readonly Ballot[])[]> {
  const models = everywhereJudges(rules).map(({ model }) => model);
  const ballots: (readonly Ballot[])[] = [];
  for (const { name } of await listAnswers(deps.store)) {
    const score = await deps.store.readIfThere(scorePath(name), scoreSchema);
    if (score === null || score.mode !== rules.mode || score.disqualified !== null) continue;
    if (config.source.exclude_ids.includes(score.instance_id)) continue;
    ballots.push(ballotsOf(score, rules).filter(({ model }) => models.includes(model)));
  }
  return ballots;
}

const repoSchema = z.looseObject({ repo: z.string().optional() });
export const scorePath = (name: string): string => `score/${name}`;

type InHand = {
  readonly answerFile: AnswerFile;
  turn: Turn;
  /** Keys of everything asked about this turn in this pass. */
  readonly asked: Set<string>;
  /** How many of them are not filed yet. */
  out: number;
  readonly how: How;
};

const ONLY_MISSING: How = {
  force: false,
  retry: false,
  rejudge: null,
  reparse: false,
  counts: false,
};

async function* items(
  round: Round,
  files: readonly AnswerFile[],
  how: How,
): AsyncGenerator<WorkItem> {
  const { inHand, deps } = round;
  const settings = settledBy(round.config, round.rules);
  const isPlain = !how.force && !how.retry && how.rejudge === null && !how.reparse;
  for (const answerFile of files) {
    const settled = isPlain ? await settledTurn(round.facts, settings, answerFile) : null;
    if (settled !== null) {
      takeSettled(round, answerFile, settled, how);
      continue;
    }
    const turn = await open(round, answerFile, how);
    const asks = turn !== null && !how.reparse && round.config.judge.with === "panel";
    const asked = asks ? askable(round, turn, how, new Set()) : [];
    if (turn === null || asked.length === 0) {
      if (how.counts) deps.progress.step(stepOf(turn, how));
      if (isPlain) await remember(round, settings, answerFile, turn);
      continue;
    }
    const keys = new Set(asked.map(({ key }) => key));
    inHand.set(answerFile.name, { answerFile, turn, asked: keys, out: keys.size, how });
    yield* asked;
  }
}

function takeSettled(
  { absent, deps }: Round,
  { name }: AnswerFile,
  settled: Settled,
  { counts }: How,
): void {
  if ("absent" in settled) absent.set(name, settled.absent);
  const isKept = "parsed" in settled && settled.parsed;
  if (counts) deps.progress.step(isKept ? "kept" : "dropped");
}

/**
 * A turn with nothing to ask, unless something else than its two files has a say in it: a commit record that
 * knows the repository, an outcome, a judge that was found mute.
 */
async function remember(
  { facts, absent, config }: Round,
  settings: string,
  file: AnswerFile,
  turn: Turn | null,
): Promise<void> {
  if (turn === null) {
    return keepSettled(facts, settings, file, { absent: absent.get(file.name) ?? null });
  }
  const { pending, parsed, repo } = turn.score;
  if (pending > 0 || repo == null || config.judge.with !== "panel") return;
  await keepSettled(facts, settings, file, { parsed });
}

/** Where further judges come in a pass of their own, a turn that waits for them is none the worse. */
function stepOf(turn: Turn | null, { everywhereAlone }: How): "kept" | "dropped" {
  if (turn === null) return "dropped";
  const waits = everywhereAlone === true && turn.score.pending > 0;
  return turn.score.parsed || waits ? "kept" : "dropped";
}

/** Under [judge] with = "outcome" the score is what the gym says, and there is nothing to ask. */
async function byOutcome({ config, deps }: Round, name: string, turn: Turn): Promise<Turn> {
  if (config.judge.with === "panel") return turn;
  const outcome = await deps.store.readIfThere(`outcome/${name}`, outcomeSchema);
  return { ...turn, score: withOutcomeScore(turn.score, outcome) };
}

/** Open seats of judges that can be read. */
function askable(
  { rules, judges }: Round,
  turn: Turn,
  { everywhereAlone }: How,
  asked: ReadonlySet<string>,
): WorkItem[] {
  const wanted = everywhereAlone === true ? everywhereJudges(rules) : rules.panel;
  const models = new Set(wanted.map(({ model }) => model));
  return itemsOf(turn, rules, asked).filter(
    ({ request }) => models.has(request.model) && !judges.isMute(request.model),
  );
}

/** The turn with its score file brought up to date; null when it has no challenger to judge. */
async function open(round: Round, { name, path }: AnswerFile, how: How): Promise<Turn | null> {
  const { facts } = round;
  const read = await facts.read(path, answerSchema);
  if (read === null) throw missing(path);
  const answer = read.value;
  if (round.config.source.exclude_ids.includes(answer.instance_id)) {
    round.absent.set(name, "excluded_id");
    return null;
  }
  if (hasNoChallenger(answer)) {
    round.absent.set(name, answer.challenger_drop?.reason ?? null);
    return null;
  }
  const previous = (await facts.read(scorePath(name), scoreSchema))?.value ?? null;
  const style = actionStyle(answer.challenger, answer.challenger_message?.tool_calls);
  const repo = answer.repo ?? previous?.repo ?? (await repoOf(round, answer.instance_id));
  const judged = openTurn(
    { file: name, answer, previous, style, repo, sha256, ...how },
    round.rules,
  );
  const turn = await byOutcome(round, name, judged);
  const isNews =
    previous !== null || turn.score.disqualified !== null || turn.score.outcome !== undefined;
  if (isNews && configHash(previous) !== configHash(turn.score)) {
    await round.save(scorePath(name), turn.score);
  }
  return turn;
}

/** The repository as the commit record knows it; null where there is none. */
async function repoOf({ deps }: Round, instanceId: string): Promise<string | null> {
  const record = await deps.store.readIfThere(commitPath(instanceId), repoSchema);
  return record?.repo ?? null;
}

/** Turns are long: what waits for the next run is not held until the end of this one. */
function leave({ inHand }: Round, item: WorkItem): void {
  const name = answerFileOf(item);
  const held = inHand.get(name);
  if (held !== undefined && --held.out === 0) inHand.delete(name);
}

async function file(round: Round, item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
  const { inHand, rules, deps } = round;
  const name = answerFileOf(item);
  const held = inHand.get(name);
  if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
  const turn = withOutcome(held.turn, item, outcome, deps.now().toISOString(), rules);
  const isNews = turn !== held.turn;
  held.turn = turn;
  if (!isNews && !outcome.ok) noteFailure(round, name, item, outcome.failure);
  const said = isNews ? turn.score.judges.at(-1) : undefined;
  if (said !== undefined) round.judges.heard(said);
  const next = askable(round, turn, held.how, held.asked);
  for (const { key } of next) held.asked.add(key);
  held.out += next.length - 1;
  if (held.out === 0) {
    inHand.delete(name);
    if (held.how.counts) deps.progress.step(stepOf(turn, held.how));
  }
  if (isNews) await round.save(scorePath(name), turn.score);
  return next;
}

function noteFailure(round: Round, name: string, item: WorkItem, failure: ChatFailure): void {
  const { inHand, failures, unreached } = round;
  const { kind, message } = failure;
  if (kind === "budget" || kind === "interrupted") return;
  const { model } = item.request;
  if (!failures.has(model)) failures.set(model, message);
  const held = inHand.get(name);
  if (kind === "provider" && held !== undefined) unreached.set(name, held.answerFile);
}

/** An answer still waiting for its challenger; a reply that was kept malformed is one. */
function hasNoChallenger(answer: Answer): boolean {
  return answer.challenger === "" && (answer.challenger_run?.malformed ?? null) === null;
}
