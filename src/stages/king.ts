/**
 * The king: answers every prompt blind, from the history alone. Reads prompt/, writes answer/.
 * A reply that breaks the form is asked again; when the attempts are used up, the turn is a recorded
 * drop (report/tries/king/) and asked again with --retry alone.
 */
import { answerFileOf } from "../core/turn/item-key.ts";
import type { Config } from "../config.ts";
import { fallbackModels } from "../config.ts";
import { makeTally } from "../core/tally.ts";
import { checkForm } from "../core/turn/form.ts";
import { configHash, historyHash } from "../core/turn/hash.ts";
import { KING_PROMPT_VERSION, kingMessages } from "../core/turn/king-prompt.ts";
import { isUsedUp, nextAttempt, sumOfTries, tryOf } from "../core/turn/tries.ts";
import { UserError } from "../errors.ts";
import { listAnswers } from "../io/answers.ts";
import { listPromptFiles, openPrompts, type PromptEntry } from "../io/prompts.ts";
import { triesSchema, type Answer, type Try } from "../records.ts";
import type { ChatReply, Outcome, StageOptions, StageSummary, WorkItem } from "../work.ts";
import type { Deps } from "./deps.ts";

export async function king(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress, now } = deps;
  const files = await listPromptFiles(store);
  if (files.length === 0) {
    throw new UserError("king: prompt/ holds no prompts", "run `npm run stage:prompt` first");
  }
  const answered = new Map((await listAnswers(store)).map(({ name, path }) => [name, path]));
  const withTries = new Set(await store.list(TRIES));
  const hash = configHash({ king: config.king, prompt: KING_PROMPT_VERSION });
  const tally = makeTally();
  const inHand = new Map<string, { readonly entry: PromptEntry; readonly tries: readonly Try[] }>();

  const prompts = await openPrompts(store, options);
  progress.begin("king", () => prompts.expected());
  const work = await deps.engine(pendingItems(), file, leave);
  progress.end();
  for (const _left of inHand) tally.pending();
  return tally.summary("king", work);

  async function* pendingItems(): AsyncGenerator<WorkItem> {
    for await (const entry of prompts.entries()) {
      if (answered.has(entry.name) && !options.force) {
        tally.kept();
        progress.step("kept");
        continue;
      }
      const past = withTries.has(entry.name)
        ? await store.readIfThere(`${TRIES}/${entry.name}`, triesSchema)
        : null;
      if (past?.dropped != null && !options.retry && !options.force) {
        tally.dropped(past.dropped.reason);
        progress.step("dropped");
        continue;
      }
      const tries = options.force ? [] : (past?.tries ?? []);
      inHand.set(entry.name, { entry, tries });
      yield itemFor(entry, tries);
    }
  }

  function itemFor({ name, prompt }: PromptEntry, tries: readonly Try[]): WorkItem {
    const attempt = nextAttempt(tries);
    return {
      stage: "king",
      key: `king/${name}/${attempt}`,
      role: "king",
      request: {
        provider: config.king.provider,
        model: config.king.model,
        fallback: fallbackModels(config.king),
        messages: kingMessages(prompt.messages, tries.at(-1)?.detail),
        temperature: config.king.temperature,
        max_tokens: config.king.max_tokens,
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
  function leave(item: WorkItem): void {
    if (inHand.delete(answerFileOf(item))) tally.pending();
  }

  async function file(item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
    const name = answerFileOf(item);
    const held = inHand.get(name);
    if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
    if (!outcome.ok) {
      const { kind, message } = outcome.failure;
      if (kind !== "context_too_long" && kind !== "rejected") return [];
      await drop(name, held.tries, { reason: kind, detail: message });
      return [];
    }
    const form = checkForm(outcome.reply.content);
    if (form.ok) {
      await store.write(
        answered.get(name) ?? `answer/${name}`,
        answerOf(held, form.text, outcome.reply),
      );
      if (held.tries.length > 0) await store.remove(`${TRIES}/${name}`);
      done(name, "kept");
      return [];
    }
    const tries = [
      ...held.tries,
      tryOf(nextAttempt(held.tries), outcome.reply, form, now().toISOString()),
    ];
    if (isUsedUp(tries, config.king.attempts)) {
      await drop(name, tries, { reason: form.reason, detail: form.detail });
      return [];
    }
    await saveTries(name, tries, null);
    inHand.set(name, { entry: held.entry, tries });
    return [itemFor(held.entry, tries)];
  }

  async function drop(name: string, tries: readonly Try[], why: Drop): Promise<void> {
    await saveTries(name, tries, why);
    tally.dropped(why.reason);
    done(name, "dropped");
  }

  async function saveTries(
    name: string,
    tries: readonly Try[],
    dropped: Drop | null,
  ): Promise<void> {
    const instance_id = inHand.get(name)?.entry.prompt.instance_id;
    await store.write(`${TRIES}/${name}`, { file: name, instance_id, tries, dropped });
  }

  function done(name: string, outcome: "kept" | "dropped"): void {
    if (outcome === "kept") tally.kept();
    inHand.delete(name);
    progress.step(outcome);
  }

  function answerOf(
    { entry: { prompt }, tries }: { entry: PromptEntry; tries: readonly Try[] },
    text: string,
    reply: ChatReply,
  ): Answer {
    return {
      instance_id: prompt.instance_id,
      king: text,
      challenger: "",
      assistant: prompt.assistant,
      messages: prompt.messages,
      repo: prompt.repo,
      turn: prompt.turn,
      origin: prompt.origin,
      king_run: {
        model: reply.model,
        provider: reply.provider,
        prompt_version: KING_PROMPT_VERSION,
        config_hash: hash,
        ...sumOfTries(tries, reply),
        attempts: nextAttempt(tries),
        finish_reason: reply.finish_reason,
        time: now().toISOString(),
      },
    };
  }
}

// ---------------------------------------------------------------------------------------------

type Drop = { readonly reason: string; readonly detail: string };

const TRIES = "report/tries/king";
