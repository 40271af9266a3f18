/** The requests of the challenger stage: an informed or a blind answer, a ranking, a grounding check. */
import { fallbackModels, groundingModel, rankModel, type Config } from "../config.ts";
import { waitingForGrounding } from "../core/challenger/filing.ts";
import {
  candidatesOf,
  isReadyToRank,
  shuffled,
  type SelectRules,
} from "../core/challenger/select.ts";
import { groundingMessages, rankerMessages } from "../core/challenger/side-prompts.ts";
import { challengerMessages } from "../core/turn/challenger-prompt.ts";
import { checkForm } from "../core/turn/form.ts";
import { historyHash } from "../core/turn/hash.ts";
import { kingMessages } from "../core/turn/king-prompt.ts";
import { nextAttempt } from "../core/turn/tries.ts";
import type { AnswerFile } from "../io/answers.ts";
import type { Answer, PullRequest, Try } from "../records.ts";
import type { ChatMessage, ModelRef, RequestTag, WorkItem } from "../work.ts";
import type { Deps } from "./deps.ts";

export type Held = { readonly at: AnswerFile; readonly answer: Answer; readonly pr: PullRequest };

/** What an answer record needs next. The record alone decides, so that a killed run goes on. */
export function nextItem(
  held: Held,
  config: Config,
  { rules, rng }: { readonly rules: SelectRules; readonly rng: Deps["rng"] },
): WorkItem {
  if (waitingForGrounding(held.answer) !== null) return groundingItem(held, config);
  if (config.challenger.strategy === "informed") return answerItem(held, config);
  return isReadyToRank(held.answer, rules)
    ? rankItem(held, config, shownCandidates(held, rng))
    : candidateItem(held, config);
}

/** The candidates in the order of the ranker's prompt: the same when asked and when filed. */
export function shownCandidates({ at, answer }: Held, rng: Deps["rng"]): readonly Try[] {
  return shuffled(candidatesOf(answer), rng(`select/${at.name}`));
}

// ---------------------------------------------------------------------------------------------

function answerItem(held: Held, config: Config): WorkItem {
  const { answer, pr } = held;
  const fault = answer.challenger_tries?.at(-1)?.detail;
  const messages = challengerMessages({
    history: answer.messages,
    pr,
    maxPrChars: config.challenger.pr_chars,
    ...(fault === undefined ? {} : { fault }),
  });
  return item(held, "challenger", { messages, ...ownModel(config) });
}

/** A blind candidate sees what the king sees; only a malformed one before it is spoken of. */
function candidateItem(held: Held, config: Config): WorkItem {
  const last = held.answer.challenger_tries?.at(-1);
  const fault = last === undefined || last.reason === "candidate" ? undefined : last.detail;
  const messages = kingMessages(held.answer.messages, fault);
  return item(held, "candidate", { messages, ...ownModel(config) });
}

function rankItem(held: Held, config: Config, candidates: readonly Try[]): WorkItem {
  const messages = rankerMessages({
    messages: held.answer.messages,
    pr: held.pr,
    maxPrChars: config.challenger.pr_chars,
    candidates: candidates.map((one) => checkForm(one.raw).text),
  });
  const model = rankModel(config);
  return item(held, "ranker", {
    messages,
    ...model,
    temperature: 0,
    max_tokens: SIDE_TOKENS(config),
  });
}

function groundingItem(held: Held, config: Config): WorkItem {
  const text = checkForm(waitingForGrounding(held.answer)?.raw ?? "").text;
  const messages = groundingMessages(held.answer.messages, text);
  const model = groundingModel(config);
  return item(held, "grounding", {
    messages,
    ...model,
    temperature: 0,
    max_tokens: SIDE_TOKENS(config),
  });
}

/** Ranker and grounding judge may think: they get the room of a thinking judge. */
const SIDE_TOKENS = (config: Config): number => config.judge.thinking_max_tokens;

type Asked = ModelRef & {
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  readonly max_tokens: number;
  readonly fallback?: readonly ModelRef[];
};

type Seat = "challenger" | "candidate" | "ranker" | "grounding";

function item({ at, answer }: Held, seat: Seat, asked: Asked): WorkItem {
  const attempt = nextAttempt(answer.challenger_tries ?? []);
  const part = seat === "challenger" ? "" : `${seat}/`;
  // A candidate is a challenger by its bill, but no recorded challenger was written blind.
  const tag: RequestTag = {
    role: seat === "candidate" ? "ranker" : seat,
    // Hashed when asked for: only the offline provider looks, and histories are long.
    get history_hash() {
      return historyHash(answer.messages);
    },
    attempt,
  };
  return {
    stage: "challenger",
    key: `challenger/${at.name}/${part}${attempt}`,
    role: seat === "candidate" ? "challenger" : seat,
    request: { ...asked, tag },
  };
}

function ownModel({ challenger }: Config): Omit<Asked, "messages"> {
  const { provider, model, temperature, max_tokens } = challenger;
  return { provider, model, temperature, max_tokens, fallback: fallbackModels(challenger) };
}
