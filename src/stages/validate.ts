/**
 * The duel: puts every answer before the panel and weighs the verdicts. Reads answer/, writes score/.
 * A verdict is saved as soon as it is in; a run asks only for those that are missing.
 */
import { answerFileOf } from "../core/turn/item-key.ts";
import { judgePanel, type Config } from "../config.ts";
import { actionStyle } from "../core/actions/style.ts";
import { duelOf } from "../core/duel/duel.ts";
import { factsOf, type TurnFacts } from "../core/duel/facts.ts";
import { JUDGE_PROMPT_VERSION } from "../core/duel/judge-prompt.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { noteLines } from "../core/duel/summary.ts";
import { itemsOf, openTurn, withOutcome, type Opening, type Turn } from "../core/duel/turn.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { nearestName } from "../core/text/nearest.ts";
import { configHash } from "../core/turn/hash.ts";
import { UserError } from "../errors.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { makeSaver } from "../io/saver.ts";
import { answerSchema, duelSchema, scoreSchema, type Answer, type Score } from "../records.ts";
import type {
  ChatFailure,
  Outcome,
  StageOptions,
  StageSummary,
  WorkItem,
  WorkReport,
} from "../work.ts";
import type { Deps } from "./deps.ts";

export type ValidateOptions = StageOptions & {
  /** Read all kept replies again; asks nobody. */
  readonly reparse?: boolean;
  /** A judge that is asked anew on every turn. */
  readonly rejudge?: string;
};

export async function validate(
  config: Config,
  deps: Deps,
  options: ValidateOptions,
): Promise<StageSummary> {
  const { store, progress } = deps;
  const rules = rulesOf(config, deps);
  const answers = await listAnswers(store, options);
  checkOptions(answers, options, rules);
  const save = makeSaver<Score>((path, score) => store.write(path, score));
  const inHand = new Map<string, InHand>();
  const unreached = new Map<string, AnswerFile>();
  const absent = new Map<string, string | null>();
  const failures = new Map<string, string>();

  progress.begin("validate", answers.length);
  const first = await deps.engine(items(answers, howOf(options)), file, leave);
  const second = await oneMorePass(first);
  progress.end();
  const work = bothReports(first, second);
  const tally = makeTally();
  const notes = await weigh(tally);
  return tally.summary("validate", work, notes);

  async function* items(files: readonly AnswerFile[], how: How): AsyncGenerator<WorkItem> {
    for (const answerFile of files) {
      const turn = await open(answerFile, how);
      const asked = turn === null || how.reparse ? [] : itemsOf(turn, rules, new Set());
      if (turn === null || asked.length === 0) {
        if (how.counts) progress.step(turn?.score.parsed === true ? "kept" : "dropped");
        continue;
      }
      const keys = new Set(asked.map(({ key }) => key));
      inHand.set(answerFile.name, { answerFile, turn, asked: keys, out: keys.size, how });
      yield* asked;
    }
  }

  /** The turn with its score file brought up to date; null when it has no challenger to judge. */
  async function open({ name, path }: AnswerFile, how: How): Promise<Turn | null> {
    const answer = await store.read(path, answerSchema);
    if (hasNoChallenger(answer)) {
      absent.set(name, answer.challenger_drop?.reason ?? null);
      return null;
    }
    const previous = await store.readIfThere(scorePath(name), scoreSchema);
    const style = actionStyle(answer.challenger);
    const turn = openTurn({ file: name, answer, previous, style, ...how }, rules);
    const isNews = previous !== null || turn.score.disqualified !== null;
    if (isNews && configHash(previous) !== configHash(turn.score)) {
      await save(scorePath(name), turn.score);
    }
    return turn;
  }

  /** Turns are long: what waits for the next run is not held until the end of this one. */
  function leave(item: WorkItem): void {
    const name = answerFileOf(item);
    const held = inHand.get(name);
    if (held !== undefined && --held.out === 0) inHand.delete(name);
  }

  async function file(item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
    const name = answerFileOf(item);
    const held = inHand.get(name);
    if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
    const turn = withOutcome(held.turn, item, outcome, deps.now().toISOString(), rules);
    const isNews = turn !== held.turn;
    held.turn = turn;
    if (!isNews && !outcome.ok) {
      noteFailure(name, item, outcome.failure);
    }
    const next = itemsOf(turn, rules, held.asked);
    for (const { key } of next) held.asked.add(key);
    held.out += next.length - 1;
    if (held.out === 0) {
      inHand.delete(name);
      if (held.how.counts) progress.step(turn.score.parsed ? "kept" : "dropped");
    }
    if (isNews) await save(scorePath(name), turn.score);
    return next;
  }

  function noteFailure(name: string, { request }: WorkItem, failure: ChatFailure): void {
    const { kind, message } = failure;
    if (kind === "budget" || kind === "interrupted") return;
    if (!failures.has(request.model)) failures.set(request.model, message);
    const held = inHand.get(name);
    if (kind === "provider" && held !== undefined) unreached.set(name, held.answerFile);
  }

  /** Once everybody has been heard, whoever could not be reached is asked one more time. */
  async function oneMorePass(before: WorkReport): Promise<WorkReport | null> {
    if (before.stopped !== null || unreached.size === 0) return null;
    const again = [...unreached.values()];
    return deps.engine(items(again, ONLY_MISSING), file, leave);
  }

  /** Reads what the score files say now and writes the duel; every answer of the workspace counts. */
  async function weigh(count: Tally): Promise<string[]> {
    const wanted = new Set(answers.map(({ name }) => name));
    const turns: TurnFacts[] = [];
    let withoutScore = 0;
    for (const { name } of await listAnswers(store)) {
      const dropped = absent.get(name);
      const score = absent.has(name) ? null : await store.readIfThere(scorePath(name), scoreSchema);
      const facts =
        score === null || score.mode !== rules.mode
          ? null
          : factsOf(score, rules, config.duel.cluster_by);
      if (facts !== null) turns.push(facts);
      else if (typeof dropped !== "string") withoutScore++;
      if (wanted.has(name)) tallyTurn(count, facts, dropped ?? null);
    }
    const previous = await store.readIfThere(DUEL, duelSchema);
    const duel = duelOf(
      { turns, withoutScore, cluster_by: config.duel.cluster_by, failures, previous },
      rules,
      { ...config.duel, rng: deps.rng },
    );
    if (configHash(previous) !== configHash(duel)) await store.write(DUEL, duel);
    return noteLines(duel);
  }
}

// ---------------------------------------------------------------------------------------------

const DUEL = "score/_duel.json";
const scorePath = (name: string): string => `score/${name}`;
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
    panel: judgePanel(config),
    mode: duel.mode,
    bucket,
    min_decisive: duel.min_decisive,
    config_hash: configHash({
      prompt: JUDGE_PROMPT_VERSION,
      temperature,
      max_tokens,
      thinking_max_tokens,
    }),
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

function bothReports(first: WorkReport, second: WorkReport | null): WorkReport {
  return second === null ? first : { ...second, asked: first.asked + second.asked };
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
