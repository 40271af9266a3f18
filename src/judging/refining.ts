/** Second answers: asked for, and put before the whole panel against the same king. */
import type { Config } from "../config.ts";
import { fallbackModels, groundingModel, refineModel } from "../config/models.ts";
import { waitingForGrounding } from "../core/challenger/filing.ts";
import { groundingMessages } from "../core/challenger/side-prompts.ts";
import {
  beginRefined,
  fileRefined,
  fileRefinedGrounding,
  type HeldRefined,
  type RefineRules,
} from "../core/refine/filing.ts";
import { reasonsOf } from "../core/refine/reasons.ts";
import { REFINE_PROMPT_VERSION, refineMessages } from "../core/refine/refine-prompt.ts";
import { answerFileOf } from "../core/turn/item-key.ts";
import { configHash, historyHash } from "../core/turn/hash.ts";
import { checkAnswer, toolsToAsk } from "../core/turn/protocol.ts";
import { nextAttempt, saidInTry } from "../core/turn/tries.ts";
import type { Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import type { ChatRequest, Outcome, StageOptions, WorkItem, WorkReport } from "../work.ts";
import { askPanel, newRound, scorePath, type How } from "./asking.ts";
import { panelRules } from "./panel-rules.ts";
import type { Refinable } from "./refinable.ts";

export type Asked = {
  readonly report: WorkReport;
  /** Second answer's file -> why there is none. */
  readonly dropped: ReadonlyMap<string, string>;
};

/** Asks for the second answers that are missing; each is on disk before the next thing happens. */
export async function askSecond(
  config: Config,
  deps: Deps,
  { retry, limits }: Pick<StageOptions, "retry"> & Pick<RefineRules, "limits">,
  turns: readonly Refinable[],
): Promise<Asked> {
  const dropped = new Map<string, string>();
  const round: Round = {
    config,
    deps,
    retry,
    rules: rulesOf(config, limits),
    inHand: new Map(),
    dropped,
  };
  const report = await deps.engine(
    items(round, turns),
    (item, outcome) => file(round, item, outcome),
    (item) => void round.inHand.delete(answerFileOf(item)),
  );
  return { report, dropped };
}

export type Judging = {
  readonly turns: readonly Refinable[];
  readonly asked: Asked;
  readonly tally: Tally;
};

/**
 * Every judge of the panel in both orders, as for any turn: nothing tells them that it is a second answer.
 * @returns null when the asking was stopped, and no judge was asked
 */
export async function judgeSecond(
  config: Config,
  deps: Deps,
  { retry }: StageOptions,
  { turns, asked, tally }: Judging,
): Promise<WorkReport | null> {
  const full: Config = { ...config, judge: { ...config.judge, panel: "full", orders: "both" } };
  const engine = billedTo("refine", deps);
  const round = newRound(full, { ...deps, engine }, panelRules(full, deps, null));
  const open = turns.filter(({ second }) => !asked.dropped.has(second.name));
  const seconds = open.map(({ second }) => second);
  const there = [];
  for (const second of seconds) if (await deps.store.has(second.path)) there.push(second);
  const isStopped = asked.report.stopped !== null;
  const report = isStopped ? null : await askPanel(round, there, { ...HOW, retry });
  for (const { second } of turns) {
    const why = asked.dropped.get(second.name) ?? round.absent.get(second.name) ?? null;
    const score = await deps.store.readIfThere(scorePath(second.name), scoreSchema);
    count(tally, why, round.absent.has(second.name) ? null : score);
  }
  return report;
}

// ---------------------------------------------------------------------------------------------

const HOW: How = { force: false, retry: false, rejudge: null, reparse: false, counts: true };

function count(tally: Tally, dropped: string | null, score: Score | null): void {
  if (dropped !== null) tally.dropped(dropped);
  else if (score === null || score.pending > 0) tally.pending();
  else if (score.parsed) tally.kept();
  else tally.dropped("no_quorum");
}

/** The same items on another stage's bill. */
function billedTo(stage: WorkItem["stage"], { engine }: Deps): Deps["engine"] {
  const billed = (item: WorkItem): WorkItem => ({ ...item, stage });
  return (items, file, unasked, isWanted) =>
    engine(
      (async function* () {
        for await (const item of items) yield billed(item);
      })(),
      async (item, outcome) => (await file(item, outcome)).map(billed),
      unasked,
      isWanted,
    );
}

type InHand = HeldRefined & { readonly path: string };

type Round = {
  readonly config: Config;
  readonly deps: Deps;
  readonly retry: boolean;
  readonly rules: RefineRules;
  readonly inHand: Map<string, InHand>;
  readonly dropped: Map<string, string>;
};

async function* items(round: Round, turns: readonly Refinable[]): AsyncGenerator<WorkItem> {
  for (const turn of turns) {
    const held = await take(round, turn);
    if (typeof held === "string") round.dropped.set(turn.second.name, held);
    if (held === null || typeof held === "string") continue;
    round.inHand.set(turn.second.name, held);
    yield await nextItem(round, turn.second.name, held);
  }
}

/** The turn to ask about; null: it is answered. A text: the reason why it is not asked about. */
async function take(round: Round, turn: Refinable): Promise<InHand | string | null> {
  const { deps, config } = round;
  const { store } = deps;
  const { first: firstFile, second, from, isBegun } = turn;
  const first = await store.read(firstFile.path, answerSchema);
  if (config.source.exclude_ids.includes(first.instance_id)) return "excluded_id";
  const score = await store.readIfThere(scorePath(firstFile.name), scoreSchema);
  if (score?.pair_hash !== from.pair_hash && from.pair_hash !== "") return "first_answer_changed";
  const there = isBegun ? await store.read(second.path, answerSchema) : null;
  const drop = there?.challenger_drop;
  if (drop !== undefined && !(round.retry && RETRIED.has(drop.reason))) return drop.reason;
  if (there !== null && there.challenger_run !== undefined && drop === undefined) return null;
  const of = { name: firstFile.name, instance_id: first.instance_id };
  const pr = await readHiddenOf(store, of, config.challenger.hidden);
  if (pr === null) return config.challenger.hidden === "future" ? "no_future" : "no_pr";
  const answer = there ?? beginRefined(first, from);
  // Which half it is of stands on disk before it is asked.
  if (there === null) await store.write(second.path, answer);
  return { answer, first, pr, path: second.path };
}

/** Of the call, not of the answer. */
const RETRIED: ReadonlySet<string> = new Set(["context_too_long", "rejected"]);

async function file(round: Round, item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
  const name = answerFileOf(item);
  const held = round.inHand.get(name);
  if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
  const filed = fileOutcome(round, held, item, outcome);
  if (filed === null) return [];
  const { answer, isAnswered } = filed;
  await round.deps.store.write(held.path, answer);
  if (!isAnswered) {
    const next = { ...held, answer };
    round.inHand.set(name, next);
    return [await nextItem(round, name, next)];
  }
  round.inHand.delete(name);
  const { challenger_drop: drop } = answer;
  if (drop !== undefined) round.dropped.set(name, drop.reason);
  return [];
}

/** null: the call failed for no fault of the turn, and a later run makes it. */
function fileOutcome(
  { rules, deps }: Round,
  held: InHand,
  { role }: WorkItem,
  outcome: Outcome,
): { readonly answer: Answer; readonly isAnswered: boolean } | null {
  const time = deps.now().toISOString();
  if (outcome.ok) {
    return role === "grounding"
      ? fileRefinedGrounding(held, outcome.reply, rules, time)
      : fileRefined(held, outcome.reply, rules, time);
  }
  const { kind, message } = outcome.failure;
  if (kind !== "context_too_long" && kind !== "rejected") return null;
  if (role === "grounding") return fileRefinedGrounding(held, null, rules, time);
  const challenger_drop = { reason: kind, detail: message };
  return { answer: { ...held.answer, challenger_drop }, isAnswered: true };
}

async function nextItem(round: Round, name: string, held: InHand): Promise<WorkItem> {
  const { answer, first, pr } = held;
  const waiting = waitingForGrounding(answer);
  const attempt = nextAttempt(answer.challenger_tries ?? []);
  const role = waiting === null ? "challenger" : "grounding";
  const { challenger, judge } = round.config;
  const tag: ChatRequest["tag"] = {
    role,
    get history_hash() {
      return historyHash(answer.messages);
    },
    attempt,
  };
  if (waiting !== null) {
    const { text } = checkAnswer(saidInTry(waiting), answer);
    const temperature = challenger.temperature === "default" ? challenger.temperature : 0;
    const messages = groundingMessages(answer.messages, text);
    const max_tokens = judge.thinking_max_tokens;
    const request = { ...groundingModel(round.config), messages, temperature, max_tokens, tag };
    return { stage: "refine", key: `refine/${name}/grounding/${attempt}`, role, request };
  }
  const reasons = answer.refined_from?.reasons === true ? await reasonsFor(round, answer) : [];
  const messages = refineMessages({ first, pr, maxPrChars: challenger.pr_chars, reasons });
  const { temperature, max_tokens } = challenger;
  const model = refineModel(round.config);
  const fallback = round.config.refine.model === undefined ? fallbackModels(challenger) : [];
  const asked = { ...model, messages, ...toolsToAsk(answer), temperature, max_tokens, fallback };
  return {
    stage: "refine",
    key: `refine/${name}/${attempt}`,
    role,
    request: { ...asked, tag },
  };
}

async function reasonsFor({ deps }: Round, { refined_from }: Answer): Promise<readonly string[]> {
  const { store } = deps;
  const name = refined_from?.file ?? "";
  const score = await store.readIfThere(scorePath(name), scoreSchema);
  const review = await store.readIfThere(`review/${name}`, reviewSchema);
  return score === null ? [] : reasonsOf(score, review);
}

function rulesOf(
  { refine, audit, challenger }: Config,
  limits: RefineRules["limits"],
): RefineRules {
  return {
    attempts: refine.attempts,
    limits,
    grounding: audit.grounding_model !== undefined,
    grounding_of: audit.grounding_of,
    prompt_version: REFINE_PROMPT_VERSION,
    config_hash: configHash({ refine, challenger, audit, prompt: REFINE_PROMPT_VERSION }),
  };
}
