/**
 * The duel: puts every answer before the panel and weighs the verdicts. Reads answer/, writes score/.
 * A verdict is saved as soon as it is in; a run asks only for those that are missing.
 */
import { z } from "zod";
import { answerFileOf } from "../core/turn/item-key.ts";
import { judgePanel, type Config } from "../config.ts";
import { actionStyle } from "../core/actions/style.ts";
import { duelOf } from "../core/duel/duel.ts";
import { factsOf, type TurnFacts } from "../core/duel/facts.ts";
import { JUDGE_PROMPT_VERSION } from "../core/duel/judge-prompt.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { watchJudges, type JudgeWatch } from "../core/duel/unread-judges.ts";
import { planOf } from "../core/duel/plan-of.ts";
import { noteLines } from "../core/duel/summary.ts";
import { itemsOf, openTurn, withOutcome, type Opening, type Turn } from "../core/duel/turn.ts";
import { settingsHash } from "../core/retry/settings-hash.ts";
import { bothReports, makeTally, type Tally } from "../core/tally.ts";
import { nearestName } from "../core/text/nearest.ts";
import { configHash } from "../core/turn/hash.ts";
import { UserError } from "../errors.ts";
import { commitPath, listAnswers, type AnswerFile } from "../io/answers.ts";
import { listPlanned } from "../io/prompts.ts";
import { makeSaver, type Saver } from "../io/saver.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import type {
  ChatFailure,
  Outcome,
  StageOptions,
  StageSummary,
  WorkItem,
  WorkReport,
} from "../work.ts";
import type { Deps } from "../deps.ts";

export type ValidateOptions = StageOptions & {
  /** Read all kept replies again; asks nobody. */
  readonly reparse?: boolean;
  /** A judge that is asked anew on every turn. */
  readonly rejudge?: string;
  /** Take verdicts of two versions of prompt or hash as they are. */
  readonly mixed?: boolean;
};

export async function validate(
  config: Config,
  deps: Deps,
  options: ValidateOptions,
): Promise<StageSummary> {
  const answers = await listAnswers(deps.store, options);
  const rules = rulesOf(config, deps);
  checkOptions(answers, options, rules);
  const round = newRound(config, deps, rules);
  deps.progress.begin("validate", answers.length);
  const first = await onePass(round, answers, howOf(options));
  const second = await oneMorePass(round, first);
  deps.progress.end();
  const tally = makeTally();
  const names = new Set(answers.map(({ name }) => name));
  const notes = await weigh(round, names, tally, options.mixed === true);
  return tally.summary("validate", bothReports(first, second, round.judges.toMend()), notes);
}

// ---------------------------------------------------------------------------------------------

const DUEL = "score/_duel.json";
const repoSchema = z.looseObject({ repo: z.string().optional() });
const scorePath = (name: string): string => `score/${name}`;

/** One run of the stage. */
type Round = {
  readonly config: Config;
  readonly deps: Deps;
  readonly rules: DuelRules;
  readonly save: Saver<Score>;
  readonly inHand: Map<string, InHand>;
  /** Turns with a judge that could not be reached. */
  readonly unreached: Map<string, AnswerFile>;
  /** Answer files without a challenger, and why it was dropped; null: it is still to come. */
  readonly absent: Map<string, string | null>;
  /** A model's first failure. */
  readonly failures: Map<string, string>;
  readonly judges: JudgeWatch;
};

function newRound(config: Config, deps: Deps, rules: DuelRules): Round {
  return {
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

function onePass(round: Round, files: readonly AnswerFile[], how: How): Promise<WorkReport> {
  return round.deps.engine(
    items(round, files, how),
    (item, outcome) => file(round, item, outcome),
    (item) => leave(round, item),
  );
}

/** Once everybody has been heard, whoever could not be reached is asked one more time. */
async function oneMorePass(round: Round, before: WorkReport): Promise<WorkReport | null> {
  if (before.stopped !== null || round.unreached.size === 0) return null;
  return onePass(round, [...round.unreached.values()], ONLY_MISSING);
}

async function* items(
  round: Round,
  files: readonly AnswerFile[],
  how: How,
): AsyncGenerator<WorkItem> {
  const { inHand, deps } = round;
  for (const answerFile of files) {
    const turn = await open(round, answerFile, how);
    const asked = turn === null || how.reparse ? [] : askable(round, turn, new Set());
    if (turn === null || asked.length === 0) {
      if (how.counts) deps.progress.step(turn?.score.parsed === true ? "kept" : "dropped");
      continue;
    }
    const keys = new Set(asked.map(({ key }) => key));
    inHand.set(answerFile.name, { answerFile, turn, asked: keys, out: keys.size, how });
    yield* asked;
  }
}

/** Open seats of judges that can be read. */
function askable({ rules, judges }: Round, turn: Turn, asked: ReadonlySet<string>): WorkItem[] {
  return itemsOf(turn, rules, asked).filter(({ request }) => !judges.isMute(request.model));
}

/** The turn with its score file brought up to date; null when it has no challenger to judge. */
async function open(round: Round, { name, path }: AnswerFile, how: How): Promise<Turn | null> {
  const { store } = round.deps;
  const answer = await store.read(path, answerSchema);
  if (round.config.source.exclude_ids.includes(answer.instance_id)) {
    round.absent.set(name, "excluded_id");
    return null;
  }
  if (hasNoChallenger(answer)) {
    round.absent.set(name, answer.challenger_drop?.reason ?? null);
    return null;
  }
  const previous = await store.readIfThere(scorePath(name), scoreSchema);
  const style = actionStyle(answer.challenger, answer.challenger_message?.tool_calls);
  const repo = answer.repo ?? previous?.repo ?? (await repoOf(round, answer.instance_id));
  const turn = openTurn({ file: name, answer, previous, style, repo, ...how }, round.rules);
  const isNews = previous !== null || turn.score.disqualified !== null;
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
  const next = askable(round, turn, held.asked);
  for (const { key } of next) held.asked.add(key);
  held.out += next.length - 1;
  if (held.out === 0) {
    inHand.delete(name);
    if (held.how.counts) deps.progress.step(turn.score.parsed ? "kept" : "dropped");
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

/**
 * Reads what the score files say now and writes the duel; every answer of the workspace counts, those
 * of this run in the tally. Gives the lines for the person.
 */
async function weigh(
  { config, deps, rules, absent, failures }: Round,
  ofThisRun: ReadonlySet<string>,
  tally: Tally,
  mixed: boolean,
): Promise<string[]> {
  const { store } = deps;
  const { cluster_by } = config.duel;
  const turns: TurnFacts[] = [];
  let withoutScore = 0;
  const answers = await listAnswers(store);
  for (const { name } of answers) {
    const dropped = absent.get(name);
    const there = absent.has(name) ? null : await store.readIfThere(scorePath(name), scoreSchema);
    const isExcluded = there !== null && config.source.exclude_ids.includes(there.instance_id);
    const score = isExcluded ? null : there;
    const facts =
      score === null || score.mode !== rules.mode ? null : factsOf(score, rules, cluster_by);
    if (facts !== null) turns.push(facts);
    else if (typeof dropped !== "string" && !isExcluded) withoutScore++;
    if (ofThisRun.has(name)) tallyTurn(tally, facts, dropped ?? null);
  }
  const previous = await store.readIfThere(DUEL, duelSchema);
  const planned = await listPlanned(store);
  const names = answers.map(({ name }) => name);
  const plan = planOf({ planned, names, turns, cluster_by, set: config.duel.plan });
  const gate = { ...config.duel, rng: deps.rng };
  const input = { turns, withoutScore, cluster_by, failures, previous, plan, mixed };
  const duel = duelOf(input, rules, gate);
  if (configHash(previous) !== configHash(duel)) await store.write(DUEL, duel);
  return noteLines(duel);
}

/** How a pass takes turns up; `counts`: the progress bar moves. */
type How = Pick<Opening, "force" | "retry" | "rejudge" | "reparse"> & { readonly counts: boolean };

type InHand = {
  readonly answerFile: AnswerFile;
  turn: Turn;
  /** Keys of everything asked about this turn in this pass. */
  readonly asked: Set<string>;
  /** How many of them are not filed yet. */
  out: number;
  readonly how: How;
};

const howOf = (options: ValidateOptions): How => ({
  force: options.force,
  retry: options.retry,
  rejudge: options.rejudge ?? null,
  reparse: options.reparse ?? false,
  counts: true,
});

const ONLY_MISSING: How = {
  force: false,
  retry: false,
  rejudge: null,
  reparse: false,
  counts: false,
};

function rulesOf(config: Config, deps: Deps): DuelRules {
  const { judge, duel, bucket } = config;
  const { temperature, max_tokens, thinking_max_tokens } = judge;
  return {
    ...judge,
    panelMode: judge.panel,
    panel: judgePanel(config).map((one) => ({
      ...one,
      settings: settingsHash(
        { ...one, temperature, max_tokens, thinking_max_tokens },
        config.provider,
      ),
    })),
    mode: duel.mode,
    bucket,
    min_decisive: duel.min_decisive,
    config_hash: configHash({
      prompt: JUDGE_PROMPT_VERSION,
      temperature,
      max_tokens,
      thinking_max_tokens,
    }),
    prompt_version: JUDGE_PROMPT_VERSION,
    rng: deps.rng,
  };
}

/** An answer still waiting for its challenger; a reply that was kept malformed is one. */
function hasNoChallenger(answer: Answer): boolean {
  return answer.challenger === "" && (answer.challenger_run?.malformed ?? null) === null;
}

function tallyTurn(tally: Tally, facts: TurnFacts | null, dropped: string | null): void {
  if (facts === null && dropped !== null) tally.dropped(dropped);
  else if (facts === null || facts.pending > 0) tally.pending();
  else if (facts.parsed) tally.kept();
  else tally.dropped("no_quorum");
}

function checkOptions(
  answers: readonly AnswerFile[],
  { rejudge }: ValidateOptions,
  { panel }: DuelRules,
): void {
  if (answers.length === 0) {
    throw new UserError(
      "validate: no answers to judge in answer/",
      "run `npm run stage:king` and `npm run stage:challenger` first; if you gave --only, look at its pattern",
    );
  }
  const models = panel.map((judge) => judge.model);
  if (rejudge === undefined || models.includes(rejudge)) return;
  const near = nearestName(rejudge, models);
  throw new UserError(
    `validate: --rejudge ${rejudge} is not on the panel (${models.join(", ")})`,
    near === null ? "name a judge of [judge].models" : `did you mean ${near}?`,
  );
}
