/** One call in its place: intent, HTTP, outcome. */
import type { Fault, Reading } from "../../calls/exchange.ts";
import type { Manner } from "../../calls/manner.ts";
import type { Usage } from "../../records/run-info.ts";
import type { ChatFailure, ChatReply, ChatRequest } from "../../work.ts";
import type { Want } from "./budget.ts";
import { giveBack, untilAllowed } from "./allowance.ts";
import { itemName, mannerAt, promptBytes, type Asking, type World } from "./options.ts";
import { billed, INTERRUPTED, replyOf } from "./outcome.ts";
import type { Provider } from "./provider.ts";

export type Sent = {
  readonly manner: Manner;
  readonly sentMs: number;
  readonly latencyMs: number;
  readonly usage: Usage;
  readonly usd: number | null;
} & (
  { readonly ok: true; readonly reply: ChatReply } | { readonly ok: false; readonly fault: Fault }
);

export type Sending = {
  readonly maxTokens: number;
  /** False for a retried call: it proves nothing of what the provider bears. */
  readonly counts: boolean;
  readonly busy: () => boolean;
};

/** A failure when it was not (or may not be) sent. */
export async function send(
  world: World,
  asking: Asking,
  sending: Sending,
): Promise<Sent | ChatFailure> {
  const { rules, signal } = world;
  const { request, lane, open } = asking;
  const manner = mannerAt(world, asking);
  const shaped = rules.wire.shape(request, manner);
  const bytes = promptBytes(shaped);
  const refused = (): ChatFailure | null => (signal.aborted ? INTERRUPTED : lane.closed());
  const inHand = refused();
  if (inHand !== null) return inHand;
  // Some providers leave thinking out of the limit: what came over it once may come again.
  const want = (): Want => {
    const limit = Math.ceil(sending.maxTokens * (lane.overrun() ?? 1));
    const most = rules.upperBound(bytes, limit);
    const usd = rules.costOf(most, open.provider.settings.price[asking.ref.model]);
    return { most, usd, isMeasured: lane.overrun() !== null };
  };
  const { most: taken } = want();
  await untilAllowed(world, open, taken);
  const reserved = await reserve(world, asking, want, refused);
  if (!("id" in reserved)) return reserved;
  return call(world, asking, sending, { ...reserved, taken, bytes, manner, shaped });
}

// ---------------------------------------------------------------------------------------------

type Shaped = {
  readonly taken: Usage;
  readonly bytes: number;
  readonly manner: Manner;
  readonly shaped: Pick<ChatRequest, "messages" | "tools">;
};

type Reserved = Want & { readonly id: Promise<string> };

function reserve(
  { ledger }: World,
  { ref, item, budget }: Asking,
  want: () => Want,
  refused: () => ChatFailure | null,
): Promise<Reserved | ChatFailure> {
  const { stage, key, role } = item;
  return budget.begin<Reserved | ChatFailure>(want, (wanted) => {
    const failure = refused();
    if (failure !== null) {
      budget.settled(wanted.isMeasured);
      return failure;
    }
    const id = ledger.intent({ stage, key, role, ...ref }, wanted.most, wanted.usd);
    return { ...wanted, id };
  });
}

async function call(
  world: World,
  asking: Asking,
  { maxTokens, counts, busy }: Sending,
  { id: writing, isMeasured, most, taken, bytes, manner, shaped }: Reserved & Shaped,
): Promise<Sent> {
  const { rules, clock, ledger, progress } = world;
  const { ref, request, item, budget, lane, open } = asking;
  const id = await writing;
  const sentMs = clock();
  const { exchange, body } = await open.provider.send({
    model: ref.model,
    ...shaped,
    temperature: request.temperature,
    max_tokens: maxTokens,
    stream: STREAM[manner.stream],
  });
  const reading = redacted(rules.read(exchange, body), open.provider);
  const latencyMs = Math.round(clock() - sentMs);
  const fault = reading.ok ? null : reading.fault;
  const { usage, estimated } = billed(reading, most);
  const said = fault === null && reading.ok ? reading.answer.usd : null;
  const usd = said ?? rules.costOf(usage, open.provider.settings.price[ref.model]);
  const counted = estimated || (fault !== null && fault.usage === null) ? null : usage;
  const name = itemName(item);
  lane.learn({
    item: name,
    role: item.role,
    fault,
    sentMs,
    counts,
    busy: busy(),
    usage: counted,
    maxTokens,
    bytes,
  });
  const took = { manner, sentMs, latencyMs, usage, usd };
  const sent: Sent = reading.ok
    ? { ...took, ok: true, reply: replyOf(ref, reading.answer, { ...took, ...reading }) }
    : { ...took, ok: false, fault: reading.fault };
  if (sent.ok) world.keep?.(item, request, sent.reply);
  await ledger.outcome(id, { usage, usd, latencyMs, outcome: fault?.kind ?? "ok", estimated });
  budget.settled(isMeasured);
  giveBack(world, open, taken, usage);
  progress.spent(usage, usd, fault?.kind ?? null);
  return sent;
}

const STREAM = { untried: "no", refused: "no", yes: "yes", bare: "bare" } as const;

function redacted(reading: Reading, provider: Provider): Reading {
  if (reading.ok) return reading;
  const { fault } = reading;
  return { ok: false, fault: { ...fault, message: provider.redact(fault.message) } };
}
