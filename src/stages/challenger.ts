/**
 * The challenger: answers every turn with the hidden pull request in view, under the blind-agent
 * rule. Fills `challenger` in the answer file in place, audited. A reply that is malformed or leaks is
 * asked again; one that stays so is saved, marked and loses its turn: leaving the worst replies out
 * would flatter the gate.
 */
import type { Config } from "../config.ts";
import { fallbackModels } from "../config.ts";
import { fileReply, type FilingRules } from "../core/challenger/filing.ts";
import { makeTally } from "../core/tally.ts";
import { CHALLENGER_PROMPT_VERSION, challengerMessages } from "../core/turn/challenger-prompt.ts";
import { configHash, historyHash } from "../core/turn/hash.ts";
import { nextAttempt } from "../core/turn/tries.ts";
import { UserError } from "../errors.ts";
import { commitPath, listAnswers, type AnswerFile } from "../io/answers.ts";
import { answerSchema, pullRequestSchema, type Answer, type PullRequest } from "../records.ts";
import type { Outcome, StageOptions, StageSummary, WorkItem } from "../work.ts";
import type { Deps } from "./deps.ts";

export async function challenger(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress, now } = deps;
  const files = await listAnswers(store, options);
  if (files.length === 0) {
    throw new UserError("challenger: answer/ holds no answers", "run `npm run stage:king` first");
  }
  const rules = filingRules(config);
  const tally = makeTally();
  const inHand = new Map<string, Held>();

  progress.begin("challenger", files.length);
  const work = await deps.engine(pendingItems(), file);
  progress.end();
  for (const _left of inHand) tally.pending();
  return tally.summary("challenger", work);

  async function* pendingItems(): AsyncGenerator<WorkItem> {
    for (const at of files) {
      const read = await store.read(at.path, answerSchema);
      const answer = options.force ? { ...read, challenger_tries: [] } : read;
      const state = stateOf(answer, options);
      if (state === "kept") {
        tally.kept();
        progress.step("kept");
        continue;
      }
      const pr = await store.readIfThere(commitPath(answer.instance_id), pullRequestSchema);
      if (state === "dropped" || pr === null) {
        tally.dropped(answer.challenger_drop?.reason ?? "no_pr");
        progress.step("dropped");
        continue;
      }
      const held = { at, answer, pr };
      inHand.set(at.name, held);
      yield itemFor(held);
    }
  }

  function itemFor({ at, answer, pr }: Held): WorkItem {
    const tries = answer.challenger_tries ?? [];
    const attempt = nextAttempt(tries);
    const fault = tries.at(-1)?.detail;
    return {
      stage: "challenger",
      key: `challenger/${at.name}/${attempt}`,
      role: "challenger",
      request: {
        provider: config.challenger.provider,
        model: config.challenger.model,
        fallback: fallbackModels(config.challenger),
        messages: challengerMessages({
          history: answer.messages,
          pr,
          maxPrChars: config.challenger.pr_chars,
          ...(fault === undefined ? {} : { fault }),
        }),
        temperature: config.challenger.temperature,
        max_tokens: config.challenger.max_tokens,
        tag: { role: "challenger", history_hash: historyHash(answer.messages), attempt },
      },
    };
  }

  async function file(item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
    const held = inHand.get(nameOf(item));
    if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
    const { at, answer, pr } = held;
    if (!outcome.ok) {
      const { kind, message } = outcome.failure;
      if (kind !== "context_too_long" && kind !== "rejected") return [];
      await store.write(at.path, { ...answer, challenger_drop: { reason: kind, detail: message } });
      return done(at, () => tally.dropped(kind));
    }
    const filed = fileReply(held, outcome.reply, rules, now().toISOString());
    await store.write(at.path, filed.answer);
    if (filed.isAnswered) return done(at, () => tally.kept());
    const next = { at, pr, answer: filed.answer };
    inHand.set(at.name, next);
    return [itemFor(next)];
  }

  function done(at: AnswerFile, count: () => void): readonly WorkItem[] {
    count();
    inHand.delete(at.name);
    progress.step("kept");
    return [];
  }
}

// ---------------------------------------------------------------------------------------------

type Held = { readonly at: AnswerFile; readonly answer: Answer; readonly pr: PullRequest };

const nameOf = (item: WorkItem): string => item.key.split("/")[1] ?? "";

function filingRules({ challenger: own, audit }: Config): FilingRules {
  return {
    attempts: own.attempts,
    leak_attempts: own.leak_attempts,
    limits: audit,
    prompt_version: CHALLENGER_PROMPT_VERSION,
    config_hash: configHash({ challenger: own, audit, prompt: CHALLENGER_PROMPT_VERSION }),
  };
}

/** One that stayed malformed or leaking is kept; --retry asks for it again as for a drop. */
function stateOf(answer: Answer, { force, retry }: StageOptions): "kept" | "dropped" | "pending" {
  if (force) return "pending";
  if (answer.challenger_drop !== undefined) return retry ? "pending" : "dropped";
  if (hasLost(answer)) return retry ? "pending" : "kept";
  return answer.challenger !== "" || answer.challenger_run !== undefined ? "kept" : "pending";
}

const hasLost = ({ challenger_run: run, audit }: Answer): boolean =>
  run !== undefined && (run.malformed != null || audit?.verdict === "leak");
