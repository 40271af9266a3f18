/** The requests of the challenger stage: an informed or a blind answer, a ranking, a grounding check. */
import { shownRecord } from "../canary/shown.ts";
import { challengerMessages } from "../turn/challenger-prompt.ts";
import { historyHash } from "../turn/hash.ts";
import { kingMessages } from "../turn/king-prompt.ts";
import { checkAnswer, toolsToAsk } from "../turn/protocol.ts";
import { nextAttempt, saidInTry } from "../turn/tries.ts";
import type { Try } from "../../records/answer.ts";
import type { ChatMessage, ModelRef, RequestTag, WorkItem } from "../../work.ts";
import type { Rng } from "../random.ts";
import { waitingForGrounding, type InView } from "./filing.ts";
import { candidatesOf, isReadyToRank, shuffled, type SelectRules } from "./select.ts";
import { groundingMessages, rankerMessages } from "./side-prompts.ts";

/** A turn in hand; `name` is its answer file's. */
export type Held = InView & { readonly name: string };

/** Who is asked for what, with every provider filled in. */
export type Asking = {
  readonly strategy: "informed" | "select";
  /** The challenger's own model, which writes the blind candidates too. */
  readonly own: Omit<Asked, "messages" | "tools">;
  readonly ranker: ModelRef;
  readonly grounding: ModelRef;
  /** Ranker and grounding judge may think: they get the room of a thinking judge. */
  readonly sideTokens: number;
  /** Characters of the pull request that are shown at most. */
  readonly maxPrChars: number;
  readonly rules: SelectRules;
  /** Share of the turns that are shown altered names. */
  readonly canaryShare: number;
  /** The order in which a ranker sees its candidates, by purpose. */
  readonly rng: (purpose: string) => Rng;
};

/** What an answer record needs next. The record alone decides, so that a killed run goes on. */
export function nextItem(held: Held, asking: Asking): WorkItem {
  if (waitingForGrounding(held.answer) !== null) return groundingItem(held, asking);
  if (asking.strategy === "informed") return answerItem(held, asking);
  return isReadyToRank(held.answer, asking.rules)
    ? rankItem(held, asking, shownCandidates(held, asking))
    : candidateItem(held, asking);
}

/** The candidates in the order of the ranker's prompt: the same when asked and when filed. */
export function shownCandidates(
  { name, answer }: Held,
  { rng }: Pick<Asking, "rng">,
): readonly Try[] {
  return shuffled(candidatesOf(answer), rng(`select/${name}`));
}

// ---------------------------------------------------------------------------------------------

function answerItem(held: Held, { own, maxPrChars }: Asking): WorkItem {
  const { answer } = held;
  const pr = shownRecord(held.pr, answer.canaries);
  const fault = answer.challenger_tries?.at(-1)?.detail;
  const messages = challengerMessages({
    turn: answer,
    pr,
    maxPrChars,
    ...(fault === undefined ? {} : { fault }),
  });
  return item(held, "challenger", { messages, ...toolsToAsk(answer), ...own });
}

/** A blind candidate sees what the king sees; only a malformed one before it is spoken of. */
function candidateItem(held: Held, { own }: Asking): WorkItem {
  const last = held.answer.challenger_tries?.at(-1);
  const fault = last === undefined || last.reason === "candidate" ? undefined : last.detail;
  const messages = kingMessages(held.answer, fault);
  return item(held, "candidate", { messages, ...toolsToAsk(held.answer), ...own });
}

function rankItem(held: Held, asking: Asking, candidates: readonly Try[]): WorkItem {
  const messages = rankerMessages({
    messages: held.answer.messages,
    pr: held.pr,
    maxPrChars: asking.maxPrChars,
    candidates: candidates.map((one) => checkAnswer(saidInTry(one), held.answer).text),
  });
  return item(held, "ranker", { messages, ...aside(asking.ranker, asking) });
}

function groundingItem(held: Held, asking: Asking): WorkItem {
  const waiting = waitingForGrounding(held.answer);
  const text = waiting === null ? "" : checkAnswer(saidInTry(waiting), held.answer).text;
  const messages = groundingMessages(held.answer.messages, text);
  return item(held, "grounding", { messages, ...aside(asking.grounding, asking) });
}

/** As exact as can be; where the challenger's temperature is left out, so is theirs. */
function aside(model: ModelRef, { sideTokens, own }: Asking): Omit<Asked, "messages" | "tools"> {
  const temperature = own.temperature === "default" ? own.temperature : 0;
  return { ...model, temperature, max_tokens: sideTokens };
}

type Asked = ModelRef & {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly unknown[];
  readonly temperature: number | "default";
  readonly max_tokens: number;
  readonly fallback?: readonly ModelRef[];
};

type Seat = "challenger" | "candidate" | "ranker" | "grounding";

function item({ name, answer }: Held, seat: Seat, asked: Asked): WorkItem {
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
    key: `challenger/${name}/${part}${attempt}`,
    role: seat === "candidate" ? "challenger" : seat,
    request: { ...asked, tag },
  };
}
