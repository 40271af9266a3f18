/**
 * The king: answers every prompt blind, from the history alone. Reads prompt/, writes answer/.
 * A reply that breaks the form is asked again; when the attempts are used up, the turn is a recorded
 * drop (report/tries/king/) and asked again with --retry alone.
 */
import { answerFileOf } from "../core/turn/item-key.ts";
import type { Config } from "../config.ts";
import { fallbackModels } from "../config/models.ts";
import { isOutdated, settingsHash } from "../core/retry/settings-hash.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Form } from "../core/turn/form.ts";
import { configHash, historyHash } from "../core/turn/hash.ts";
import { KING_PROMPT_VERSION, kingMessages } from "../core/turn/king-prompt.ts";
import { checkReply, toolsToAsk } from "../core/turn/protocol.ts";
import {
  greedyNote,
  isSameAgain,
  isUsedUp,
  nextAttempt,
  sumOfTries,
  tryOf,
  tookOf,
} from "../core/turn/tries.ts";
import { UserError } from "../errors.ts";
import { listAnswers } from "../io/answers.ts";
import { countedToEnd } from "../io/counted-rest.ts";
import { openFacts, type Facts } from "../io/facts/facts.ts";
import {
  listPlanned,
  openPrompts,
  PLANNED,
  type DoneTurns,
  type Planned,
  type PromptEntry,
} from "../io/prompts.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import type { Answer, Try } from "../records/answer.ts";
import { SCHEMA } from "../records/schema.ts";
import { triesSchema, type Tries } from "../records/tries.ts";
import type {
  ChatReply,
  Outcome,
  StageOptions,
  StageSummary,
  WorkItem,
  WorkReport,
} from "../work.ts";
import type { Deps } from "../deps.ts";

export async function king(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const round = await openRound(config, deps, options);
  const facts = openFacts(deps.store, [PLANNED]);
  const prompts = await openPrompts(deps.store, options, doneTurns(round, facts));
  deps.progress.begin("king", () => prompts.expected());
  const work = await deps.engine(
    countedToEnd(pendingItems(round, prompts.entries()), (item) => leave(round, item)),
    (item, outcome) => file(round, item, outcome),
    (item) => leave(round, item),
  );
  deps.progress.end();
  if (work.asked === 0) await learnPlanned(round, facts);
  return summary(round, work);
}

// ---------------------------------------------------------------------------------------------

type Drop = { readonly reason: string; readonly detail: string; readonly settings?: string };

const TRIES = "report/tries/king";

/** A prompt in hand, with what was answered to it in vain. */
type Held = { readonly entry: PromptEntry; readonly tries: readonly Try[] };

/** One run of the stage. */
type Round = {
  readonly config: Config;
  readonly deps: Deps;
  readonly options: StageOptions;
  /** Answer file -> where it lies. */
  readonly answered: ReadonlyMap<string, string>;
  /** Answer files with a file in report/tries/king/. */
  readonly withTries: ReadonlySet<string>;
  readonly configHash: string;
  /** Of the settings that a drop is bound to. */
  readonly settings: string;
  readonly tally: Tally;
  readonly inHand: Map<string, Held>;
  /** Models that gave one and the same text twice in a row. */
  readonly greedy: Set<string>;
};

async function openRound(config: Config, deps: Deps, options: StageOptions): Promise<Round> {
  const { store } = deps;
  if ((await listPromptFiles(store)).length === 0) {
    throw new UserError("king: prompt/ holds no prompts", "run `npm run stage:prompt` first");
  }
  return {
    config,
    deps,
    options,
    answered: new Map((await listAnswers(store)).map(({ name, path }) => [name, path])),
    withTries: new Set(await store.list(TRIES)),
    configHash: configHash({ king: config.king, prompt: KING_PROMPT_VERSION }),
    settings: settingsHash({ ...config.king, prompt: KING_PROMPT_VERSION }, config.provider),
    tally: makeTally(),
    inHand: new Map(),
    greedy: new Set(),
  };
}

/** Turns that are answered; nothing of their prompts is needed. */
function doneTurns(round: Round, facts: Facts): DoneTurns | null {
  const { answered, options } = round;
  if (options.force) return null;
  const take = (_name: string, { instance_id }: Planned): void => takeAnswered(round, instance_id);
  return { facts, isDone: (name) => answered.has(name), take };
}

function takeAnswered({ config, tally, deps }: Round, instanceId: string): void {
  const isExcluded = config.source.exclude_ids.includes(instanceId);
  if (isExcluded) tally.dropped("excluded_id");
  else tally.kept();
  deps.progress.step(isExcluded ? "dropped" : "kept");
}

/** What the prompt files are of, for the next run; one that asked had other things to do. */
async function learnPlanned({ deps: { store } }: Round, facts: Facts): Promise<void> {
  await listPlanned(store, facts);
  await facts.save();
}

/** What is pending: prompts without an answer, and recorded drops when they are asked for again. */
async function* pendingItems(
  round: Round,
  entries: AsyncIterable<PromptEntry>,
): AsyncGenerator<WorkItem> {
  const { options, deps, tally, inHand } = round;
  for await (const entry of entries) {
    if (round.config.source.exclude_ids.includes(entry.prompt.instance_id)) {
      tally.dropped("excluded_id");
      deps.progress.step("dropped");
      continue;
    }
    if (round.answered.has(entry.name) && !options.force) {
      tally.kept();
      deps.progress.step("kept");
      continue;
    }
    const past = await triesOf(round, entry.name);
    const stays = !options.retry && !options.force && !isOutdated(past?.dropped, round.settings);
    if (past?.dropped != null && stays) {
      tally.dropped(past.dropped.reason);
      deps.progress.step("dropped");
      continue;
    }
    const held = { entry, tries: options.force ? [] : (past?.tries ?? []) };
    inHand.set(entry.name, held);
    yield itemFor(round, held);
  }
}

async function triesOf({ withTries, deps }: Round, name: string): Promise<Tries | null> {
  return withTries.has(name) ? deps.store.readIfThere(`${TRIES}/${name}`, triesSchema) : null;
}

/** What is asked: the history as it is, and what was wrong with the last reply. */
function itemFor({ config: { king: own } }: Round, { entry, tries }: Held): WorkItem {
  const { name, prompt } = entry;
  const attempt = nextAttempt(tries);
  return {
    stage: "king",
    key: `king/${name}/${attempt}`,
    role: "king",
    request: {
      provider: own.provider,
      model: own.model,
      fallback: fallbackModels(own),
      messages: kingMessages(prompt, tries.at(-1)?.detail),
      ...toolsToAsk(prompt),
      temperature: own.temperature,
      max_tokens: own.max_tokens,
      tag: {
        role: "king",
        // Hashed when asked for: only the offline provider looks, and histories are long.
        get history_hash() {
          return historyHash(prompt.messages);
        },
        attempt,
      },
    },
  };
}

/** Prompts are long: what waits for the next run is not held until the end of this one. */
function leave({ inHand, tally }: Round, item: WorkItem): void {
  if (inHand.delete(answerFileOf(item))) tally.pending();
}

/** Is the form right? Then it is saved; else it is asked again, or dropped when attempts are used up. */
async function file(round: Round, item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
  const name = answerFileOf(item);
  const held = round.inHand.get(name);
  if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
  if (!outcome.ok) {
    const { kind, message } = outcome.failure;
    if (kind !== "context_too_long" && kind !== "rejected") return [];
    return drop(round, held, { reason: kind, detail: message });
  }
  const form = checkReply(outcome.reply, held.entry.prompt);
  if (form.ok) return save(round, held, form, outcome.reply);
  const time = round.deps.now().toISOString();
  const again = {
    entry: held.entry,
    tries: [...held.tries, tryOf(nextAttempt(held.tries), outcome.reply, form, time)],
  };
  if (isSameAgain(again.tries)) round.greedy.add(outcome.reply.model);
  if (isUsedUp(again.tries, round.config.king.attempts)) {
    return drop(round, again, { reason: form.reason, detail: form.detail });
  }
  await saveTries(round, again, null);
  round.inHand.set(name, again);
  return [itemFor(round, again)];
}

/** What is saved: the answer, in the place of an older one where there is one. */
async function save(
  round: Round,
  held: Held,
  form: Form & { ok: true },
  reply: ChatReply,
): Promise<readonly WorkItem[]> {
  const { name } = held.entry;
  const { store } = round.deps;
  await store.write(
    round.answered.get(name) ?? `answer/${name}`,
    answerOf(round, held, form, reply),
  );
  if (held.tries.length > 0) await store.remove(`${TRIES}/${name}`);
  round.tally.kept();
  return done(round, name, "kept");
}

async function drop(round: Round, held: Held, why: Drop): Promise<readonly WorkItem[]> {
  await saveTries(round, held, { ...why, settings: round.settings });
  round.tally.dropped(why.reason);
  return done(round, held.entry.name, "dropped");
}

async function saveTries(
  { config, deps: { store } }: Round,
  { entry: { name, prompt }, tries }: Held,
  dropped: Drop | null,
): Promise<void> {
  const { instance_id } = prompt;
  const record = { schema: SCHEMA, file: name, instance_id, tries, dropped };
  // While attempts are left, the next one is asked with these very words.
  if (dropped === null) return store.write(`${TRIES}/${name}`, record);
  // Finding secrets takes half a second to load.
  const { masked } = await import("../core/exit/masker.ts");
  return store.write(`${TRIES}/${name}`, await masked(record, config));
}

function done({ inHand, deps }: Round, name: string, outcome: "kept" | "dropped"): [] {
  inHand.delete(name);
  deps.progress.step(outcome);
  return [];
}

function answerOf(
  { configHash: config_hash, deps: { now } }: Round,
  { entry: { prompt }, tries }: Held,
  { text, message }: Form & { ok: true },
  reply: ChatReply,
): Answer {
  const { assistant_message, tools, tools_from, protocol, run, run_label } = prompt;
  return {
    schema: SCHEMA,
    instance_id: prompt.instance_id,
    king: text,
    challenger: "",
    assistant: prompt.assistant,
    messages: prompt.messages,
    ...(message === undefined ? {} : { king_message: message }),
    ...(assistant_message === undefined ? {} : { assistant_message }),
    ...(tools === undefined ? {} : { tools }),
    ...(tools_from === undefined ? {} : { tools_from }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(run === undefined ? {} : { run }),
    ...(run_label === undefined ? {} : { run_label }),
    repo: prompt.repo,
    turn: prompt.turn,
    origin: prompt.origin,
    king_run: {
      model: reply.model,
      provider: reply.provider,
      ...(reply.answered_by === undefined ? {} : { answered_by: reply.answered_by }),
      prompt_version: KING_PROMPT_VERSION,
      config_hash,
      ...sumOfTries(tries, reply),
      attempts: nextAttempt(tries),
      finish_reason: reply.finish_reason,
      ...tookOf(reply),
      ...(reply.content === text ? {} : { raw: reply.content }),
      time: now().toISOString(),
    },
  };
}

/** What is said at the end: what is still in hand got no reply and waits for the next run. */
function summary({ inHand, tally, greedy }: Round, work: WorkReport): StageSummary {
  for (const _left of inHand) tally.pending();
  return tally.summary("king", work, [...greedy].map(greedyNote));
}
