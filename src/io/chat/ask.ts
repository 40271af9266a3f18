/** Asks one model until it answers or is given up. */
import type { Fault } from "../../calls/exchange.ts";
import type { Manner } from "../../calls/manner.ts";
import type { ChatFailure, Outcome } from "../../work.ts";
import type { Limits } from "./limits.ts";
import {
  hearTemplate,
  itemName,
  learned,
  promptBytes,
  wantsTemplate,
  type Asking,
  type World,
} from "./options.ts";
import { failureOf, NO_ANSWER, replyOf } from "./outcome.ts";
import { send } from "./send.ts";
import { sleep } from "./sleep.ts";

export type AskState = {
  /** Names of items that came back without content however often they were asked. */
  readonly empties: Set<string>;
  readonly limits: Limits;
};

export async function askModel(
  world: World,
  asking: Asking,
  { empties, limits }: AskState,
): Promise<Outcome> {
  const { rules, clock, rng, signal } = world;
  const { lane, open, request, item } = asking;
  const { settings } = open.provider;
  const name = itemName(item);
  const patience = {
    tries: settings.tries,
    ceilingMs: settings.item_ceiling_s * 1000,
    knownEmpty: empties.has(name),
  };
  if (limits.watches(asking.ref)) {
    const over = await limits.over(asking.ref, promptBytes(request), lane, open.provider);
    if (over !== null) return { ok: false, failure: over };
  }
  if (wantsTemplate(world, asking)) await hearTemplate(world, asking);
  let progressed = { tries: 0, rateWaits: 0, empties: 0, startedMs: -1 };
  let maxTokens = request.max_tokens;
  for (let first = true; ; first = false) {
    const sent = await lane.pass((busy) => send(world, asking, { maxTokens, counts: first, busy }));
    if (!("sentMs" in sent)) return { ok: false, failure: sent };
    if (sent.ok) return { ok: true, reply: sent.reply };
    const { fault } = sent;
    // A refusal of the form, not of the question: asked again at once in the form that it names.
    if (isTaught(world, asking, sent.manner, fault)) continue;
    heedCut(world, asking, sent, fault);
    if (progressed.startedMs < 0) progressed = { ...progressed, startedMs: sent.sentMs };
    progressed = counted(world, progressed, fault);
    const decision = rules.decide(fault, progressed, patience, clock(), rng);
    if (decision.do === "accept") {
      if (fault.kind === "empty") empties.add(name);
      const call = { ...sent, request_id: fault.request_id };
      return { ok: true, reply: replyOf(asking.ref, fault.answer ?? NO_ANSWER, call) };
    }
    if (decision.do === "give_up") {
      if (decision.kind === "context") limits.matters(asking.ref);
      return { ok: false, failure: givenUp(world, asking, fault, decision) };
    }
    maxTokens *= decision.growLimit;
    await sleep(decision.ms, signal);
  }
}

// ---------------------------------------------------------------------------------------------

/** True when the refusal says what of the form is not borne, and the next asking will heed it. */
function isTaught(
  { rules }: World,
  asking: Asking,
  manner: Manner,
  { status, message }: Fault,
): boolean {
  if (status === null || status < 400) return false;
  const lesson = rules.wire.learn(manner, message);
  return lesson !== null && learned(asking, manner, lesson);
}

/** Asked again as after any fault, and as a stream where a long silence is what was cut. */
function heedCut(
  { rules, progress }: World,
  asking: Asking,
  { manner, latencyMs }: { readonly manner: Manner; readonly latencyMs: number },
  fault: Fault,
): void {
  const lesson = rules.wire.afterCut(manner, fault, latencyMs);
  if (lesson === null || !learned(asking, manner, lesson)) return;
  const { model, provider } = asking.ref;
  const seconds = Math.round(latencyMs / 1000);
  progress.note(
    `${model} at ${provider}: cut off after ${seconds} s without a word (${fault.kind}); its replies are asked for as streams from now on`,
  );
}

/** What is not the item's by its own words is weighed by what else is known of the model. */
function givenUp(
  { rules }: World,
  { ref, item, lane, open }: Asking,
  fault: Fault,
  { kind, message }: Pick<ChatFailure, "kind" | "message">,
): ChatFailure {
  if (kind !== "settings" && kind !== "refused" && kind !== "rejected") {
    return { ...failureOf(kind, message, fault), ...(kind === "context" ? said(fault) : {}) };
  }
  const key_env = open.provider.settings.api_key_env ?? null;
  const hint = rules.mend(fault, { ...ref, role: item.role, key_env });
  const isContent = kind === "rejected";
  const told = isContent ? "content" : kind;
  const weighed = lane.weigh({ item: itemName(item), kind: told, message, hint });
  const closed = lane.closed();
  if (closed !== null && weighed !== "rejected") return closed;
  const failure = failureOf(weighed, message, fault);
  if (weighed === "rejected") return failure;
  return { ...failure, hint, ...(isContent ? { otherwise: "rejected" } : {}) };
}

function said({ context }: Fault): Pick<ChatFailure, "limit"> {
  return context?.limit == null ? {} : { limit: context.limit };
}

type Counts = { readonly tries: number; readonly rateWaits: number; readonly empties: number };

function counted<T extends Counts>({ rules }: World, progressed: T, fault: Fault): T {
  const blame = rules.blame(fault);
  if (blame === "rate" || blame === "loading") {
    return { ...progressed, rateWaits: progressed.rateWaits + 1 };
  }
  if (fault.answer !== null) return { ...progressed, empties: progressed.empties + 1 };
  return { ...progressed, tries: progressed.tries + 1 };
}
