/**
 * The challenger: answers every turn with the hidden pull request in view, under the blind-agent
 * rule. Fills `challenger` in the answer file in place, audited. A reply that is malformed or leaks is
 * asked again; one that stays so is saved, marked and loses its turn: leaving the worst replies out
 * would flatter the gate.
 */
import { answerFileOf } from "../core/turn/item-key.ts";
import type { Config } from "../config.ts";
import { fileReply, type Filed } from "../core/challenger/filing.ts";
import { fileGrounding } from "../core/challenger/grounding.ts";
import { fileCandidate, fileRanking, type SelectRules } from "../core/challenger/select.ts";
import { SELECT_PROMPT_VERSION } from "../core/challenger/side-prompts.ts";
import { makeTally } from "../core/tally.ts";
import { CHALLENGER_PROMPT_VERSION } from "../core/turn/challenger-prompt.ts";
import { configHash } from "../core/turn/hash.ts";
import { UserError } from "../errors.ts";
import { commitPath, listAnswers, type AnswerFile } from "../io/answers.ts";
import { answerSchema, pullRequestSchema, type Answer } from "../records.ts";
import type { Outcome, StageOptions, StageSummary, WorkItem } from "../work.ts";
import { nextItem, shownCandidates, type Held } from "./challenger-items.ts";
import type { Deps } from "./deps.ts";

export async function challenger(
  config: Config,
  deps: Deps,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress, now, rng } = deps;
  const files = await listAnswers(store, options);
  if (files.length === 0) {
    throw new UserError("challenger: answer/ holds no answers", "run `npm run stage:king` first");
  }
  const rules = filingRules(config);
  const tally = makeTally();
  const inHand = new Map<string, Held>();

  progress.begin("challenger", files.length);
  const work = await deps.engine(pendingItems(), file, leave);
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
      yield nextItem(held, config, { rules, rng });
    }
  }

  /** Prompts are long: what waits for the next run is not held until the end of this one. */
  function leave(item: WorkItem): void {
    if (inHand.delete(answerFileOf(item))) tally.pending();
  }

  async function file(item: WorkItem, outcome: Outcome): Promise<readonly WorkItem[]> {
    const held = inHand.get(answerFileOf(item));
    if (held === undefined) throw new Error(`an outcome for ${item.key}, which nobody asked for`);
    const { at, answer, pr } = held;
    if (!outcome.ok) {
      const { kind, message } = outcome.failure;
      if (kind !== "context_too_long" && kind !== "rejected") return [];
      if (item.role !== "grounding") {
        const dropped = { reason: kind, detail: message };
        await store.write(at.path, { ...answer, challenger_drop: dropped });
        return done(at, () => tally.dropped(kind));
      }
    }
    const filed = fileOutcome(held, item, outcome);
    await store.write(at.path, filed.answer);
    if (filed.isAnswered) return done(at, () => count(filed.answer));
    const next = { at, pr, answer: filed.answer };
    inHand.set(at.name, next);
    return [nextItem(next, config, { rules, rng })];
  }

  /** A grounding judge that could not be asked leaves the answer as the audit called it. */
  function fileOutcome(held: Held, { role }: WorkItem, outcome: Outcome): Filed {
    const time = now().toISOString();
    if (role === "grounding" || !outcome.ok) {
      return fileGrounding(held, outcome.ok ? outcome.reply : null, rules, time);
    }
    if (role === "ranker") {
      return fileRanking(held, outcome.reply, shownCandidates(held, rng), rules, time);
    }
    return config.challenger.strategy === "select"
      ? fileCandidate(held, outcome.reply, rules, time)
      : fileReply(held, outcome.reply, rules, time);
  }

  function count({ challenger_drop: dropped }: Answer): void {
    if (dropped === undefined) tally.kept();
    else tally.dropped(dropped.reason);
  }

  function done(at: AnswerFile, count: () => void): readonly WorkItem[] {
    count();
    inHand.delete(at.name);
    progress.step("kept");
    return [];
  }
}

// ---------------------------------------------------------------------------------------------

function filingRules({ challenger: own, audit }: Config): SelectRules {
  const prompt = own.strategy === "select" ? SELECT_PROMPT_VERSION : CHALLENGER_PROMPT_VERSION;
  return {
    n: own.n,
    attempts: own.attempts,
    leak_attempts: own.leak_attempts,
    limits: audit,
    grounding: audit.grounding_model !== undefined,
    prompt_version: prompt,
    config_hash: configHash({ challenger: own, audit, prompt }),
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
