/**
 * The challenger: answers every turn with the hidden knowledge in view (the pull request, or what its
 * run did afterwards), under the blind-agent rule. Fills `challenger` in the answer file in place, audited. A reply that is malformed or leaks is
 * asked again; one that stays so is saved, marked and loses its turn: leaving the worst replies out
 * would flatter the gate.
 */
import { answerFileOf } from "../core/turn/item-key.ts";
import { leakLimits } from "../builders/leak-limits.ts";
import type { Config } from "../config.ts";
import { fallbackModels, groundingModel, rankModel } from "../config/models.ts";
import type { AuditThresholds } from "../core/audit/audit.ts";
import { withCanaries } from "../core/canary/plan.ts";
import { fileReply, type Filed } from "../core/challenger/filing.ts";
import { fileGrounding } from "../core/challenger/grounding.ts";
import { auditIdentity } from "../core/challenger/audit-identity.ts";
import { nextItem, shownCandidates, type Asking, type Held } from "../core/challenger/items.ts";
import { fileCandidate, fileRanking, type SelectRules } from "../core/challenger/select.ts";
import { SELECT_PROMPT_VERSION } from "../core/challenger/side-prompts.ts";
import { isOutdated, settingsHash } from "../core/retry/settings-hash.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { greedyNote, isSameAgain } from "../core/turn/tries.ts";
import { CHALLENGER_PROMPT_VERSION } from "../core/turn/challenger-prompt.ts";
import { configHash } from "../core/turn/hash.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { countedToEnd } from "../io/counted-rest.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { makeNeighbours, type Neighbours } from "../io/neighbours.ts";
import { makeRollouts, type FindRollouts } from "../io/rollouts.ts";
import { noAnswers } from "../judging/no-answers.ts";
import { readRollouts } from "../drawing/rollouts.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import type { Outcome, StageOptions, StageSummary, WorkItem } from "../work.ts";
import type { Deps } from "../deps.ts";

export async function challenger(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const files = await listAnswers(deps.store, options);
  if (files.length === 0) throw await noAnswers(deps.store, "challenger");
  await readRollouts(config, deps, files);
  const limits = await leakLimits(config, deps, true);
  const asking = askingOf(config, deps, limits);
  const { hidden } = config.challenger;
  const round: Round = {
    asking,
    hidden,
    deps,
    options,
    tally: makeTally(),
    inHand: new Map(),
    greedy: new Set(),
    settings: settingsHash(
      { ...config.challenger, rules: asking.rules.config_hash },
      config.provider,
    ),
    excluded: new Set(config.source.exclude_ids),
    neighbours: makeNeighbours(deps.store),
    rollouts: makeRollouts(deps.store, config.audit.rollouts),
  };
  deps.progress.begin("challenger", files.length);
  const work = await deps.engine(
    countedToEnd(pendingItems(round, files), (item) => leave(round, item)),
    (item, outcome) => file(round, item, outcome),
    (item) => leave(round, item),
  );
  deps.progress.end();
  for (const _left of round.inHand) round.tally.pending();
  return round.tally.summary("challenger", work, [...round.greedy].map(greedyNote));
}

// ---------------------------------------------------------------------------------------------

/** A turn in hand, and where its answer lies. */
type InHand = Held & { readonly path: string };

/** One run of the stage. */
type Round = {
  readonly asking: Asking;
  readonly hidden: Config["challenger"]["hidden"];
  readonly deps: Deps;
  readonly options: StageOptions;
  readonly tally: Tally;
  readonly inHand: Map<string, InHand>;
  /** Models that gave one and the same text twice in a row. */
  readonly greedy: Set<string>;
  /** Of the settings that a drop is bound to. */
  readonly settings: string;
  /** [source].exclude_ids. */
  readonly excluded: ReadonlySet<string>;
  readonly neighbours: Neighbours;
  readonly rollouts: FindRollouts;
};

async function* pendingItems(
  { asking, hidden, deps, options, tally, inHand, settings, excluded, neighbours, rollouts }: Round,
  files: readonly AnswerFile[],
): AsyncGenerator<WorkItem> {
  const { store, progress } = deps;
  for (const { name, path } of files) {
    const read = await store.read(path, answerSchema);
    const answer = options.force ? asUnasked(read) : read;
    if (excluded.has(answer.instance_id)) {
      tally.dropped("excluded_id");
      progress.step("dropped");
      continue;
    }
    const state = stateOf(answer, options, settings);
    if (state === "kept") {
      tally.kept();
      progress.step("kept");
      continue;
    }
    const of = { name, instance_id: answer.instance_id };
    const pr = await readHiddenOf(store, of, hidden);
    if (state === "dropped" || pr === null) {
      tally.dropped(
        answer.challenger_drop?.reason ?? (hidden === "future" ? "no_future" : "no_pr"),
      );
      progress.step("dropped");
      continue;
    }
    const held = {
      name,
      path,
      answer: withCanaries(answer, pr, {
        share: asking.canaryShare,
        maxPrChars: asking.maxPrChars,
        rng: deps.rng(`canaries/${name}`),
      }),
      pr,
      others: await neighbours(answer.instance_id),
      rollouts: await rollouts(answer.instance_id),
    };
    inHand.set(name, held);
    yield nextItem(held, asking);
  }
}

/** Prompts are long: what waits for the next run is not held until the end of this one. */
function leave({ inHand, tally }: Round, item: WorkItem): void {
  if (inHand.delete(answerFileOf(item))) tally.pending();
}

async function file(round: Round, item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
  const held = round.inHand.get(answerFileOf(item));
  if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
  const { store } = round.deps;
  if (!outcome.ok) {
    const { kind, message } = outcome.failure;
    if (kind !== "context_too_long" && kind !== "rejected") return [];
    if (item.role !== "grounding") {
      const { settings } = round;
      const challenger_drop = { reason: kind, detail: message, settings };
      const answer = { ...held.answer, challenger_drop };
      await store.write(held.path, answer);
      return done(round, held.name, answer);
    }
  }
  const filed = boundTo(round.settings, fileOutcome(round, held, item, outcome));
  if (outcome.ok && isSameAgain(filed.answer.challenger_tries ?? [])) {
    round.greedy.add(outcome.reply.model);
  }
  await store.write(held.path, filed.answer);
  if (filed.isAnswered) return done(round, held.name, filed.answer);
  const next = { ...held, answer: filed.answer };
  round.inHand.set(held.name, next);
  return [nextItem(next, round.asking)];
}

/** A drop says under which settings it was made. */
function boundTo(settings: string, filed: Filed): Filed {
  const { challenger_drop: drop } = filed.answer;
  if (drop === undefined) return filed;
  return { ...filed, answer: { ...filed.answer, challenger_drop: { ...drop, settings } } };
}

/** A grounding judge that could not be asked leaves the answer as the audit called it. */
function fileOutcome(
  { asking, deps }: Round,
  held: Held,
  { role }: WorkItem,
  outcome: Outcome,
): Filed {
  const { rules, strategy } = asking;
  const time = deps.now().toISOString();
  if (role === "grounding" || !outcome.ok) {
    return fileGrounding(held, outcome.ok ? outcome.reply : null, rules, time);
  }
  if (role === "ranker") {
    return fileRanking(held, outcome.reply, shownCandidates(held, asking), rules, time);
  }
  return strategy === "select"
    ? fileCandidate(held, outcome.reply, rules, time)
    : fileReply(held, outcome.reply, rules, time);
}

function done(
  { inHand, tally, deps }: Round,
  name: string,
  { challenger_drop: dropped }: Answer,
): readonly WorkItem[] {
  if (dropped === undefined) tally.kept();
  else tally.dropped(dropped.reason);
  inHand.delete(name);
  deps.progress.step("kept");
  return [];
}

function askingOf(config: Config, { rng }: Deps, limits: AuditThresholds): Asking {
  const { provider, model, temperature, max_tokens, strategy, pr_chars } = config.challenger;
  return {
    strategy,
    own: {
      provider,
      model,
      temperature,
      max_tokens,
      fallback: fallbackModels(config.challenger),
    },
    ranker: rankModel(config),
    grounding: groundingModel(config),
    sideTokens: config.judge.thinking_max_tokens,
    maxPrChars: pr_chars,
    rules: filingRules(config, limits),
    canaryShare: canaryShare(config),
    rng,
  };
}

/** Who chooses among blind answers writes nothing, and a recorded reply was written to another record. */
const canaryShare = ({ challenger, audit }: Config): number =>
  challenger.strategy === "select" || challenger.provider === "offline" ? 0 : audit.canaries;

function filingRules({ challenger: own, audit }: Config, limits: AuditThresholds): SelectRules {
  const prompt = own.strategy === "select" ? SELECT_PROMPT_VERSION : CHALLENGER_PROMPT_VERSION;
  return {
    n: own.n,
    attempts: own.attempts,
    leak_attempts: own.leak_attempts,
    limits,
    grounding: audit.grounding_model !== undefined,
    grounding_of: audit.grounding_of,
    prompt_version: prompt,
    config_hash: configHash({ challenger: own, audit: auditIdentity(audit), prompt }),
  };
}

/** Asked anew from the start: with canaries of its own. */
function asUnasked({ canaries: _shown, canaries_none: _reason, ...answer }: Answer): Answer {
  return { ...answer, challenger_tries: [] };
}

/** One that stayed malformed or leaking is kept; --retry asks for it again as for a drop. */
function stateOf(
  answer: Answer,
  { force, retry }: StageOptions,
  settings: string,
): "kept" | "dropped" | "pending" {
  if (force) return "pending";
  const { challenger_drop: drop } = answer;
  if (drop !== undefined) return retry || isOutdated(drop, settings) ? "pending" : "dropped";
  if (hasLost(answer)) return retry ? "pending" : "kept";
  return answer.challenger !== "" || answer.challenger_run !== undefined ? "kept" : "pending";
}

const hasLost = ({ challenger_run: run, audit }: Answer): boolean =>
  run !== undefined && (run.malformed != null || audit?.verdict === "leak");
