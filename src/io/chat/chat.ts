/**
 * The model client: one request in, one outcome out, with everything in between: places, rate
 * limits, retries, fallbacks, ledger and budget. Which fault is retried and for how long is decided
 * by the rules that are handed in; this file sends, waits and writes down.
 */
import { setMaxListeners } from "node:events";
import pLimit, { type LimitFunction } from "p-limit";
import type { Bucket, CallRules, Fault, Manner, Reading } from "../../calls.ts";
import type { Config } from "../../config.ts";
import { NO_USAGE, type Usage } from "../../records/run-info.ts";
import type {
  Chat,
  ChatFailure,
  ChatReply,
  ChatRequest,
  ItemRef,
  ModelRef,
  Outcome,
  Places,
  Progress,
} from "../../work.ts";
import type { Ledger } from "../ledger.ts";
import { makeBudget } from "./budget.ts";
import { openLane, type Lane } from "./lane.ts";
import { checkProvider, openProvider, type Provider } from "./provider.ts";
import { sleep } from "./sleep.ts";
import { utf8Length } from "../utf8.ts";

export type ChatOptions = {
  readonly config: Config;
  readonly ledger: Ledger;
  /** core/retry/rules.ts. */
  readonly rules: CallRules;
  readonly now: () => Date;
  /** Uniform in [0, 1), for the jitter of waits. */
  readonly rng: () => number;
  readonly progress: Pick<Progress, "spent">;
  /** Aborted: nothing new is sent, waits end, calls in flight are waited for. */
  readonly signal: AbortSignal;
  /** --concurrency: at most so many calls in flight over all providers. */
  readonly concurrency?: number | undefined;
  /** Models that will be asked: their keys are looked for before anything is sent. */
  readonly models?: readonly ModelRef[];
  /** Answers the provider `offline`; its calls stand in the ledger like all others. */
  readonly offline?: (request: ChatRequest) => Outcome;
  /** Told of every reply before the ledger says that it came: what was paid for is kept first. */
  readonly keep?: (item: ItemRef, request: ChatRequest, reply: ChatReply) => void;
};

export type ModelClient = Chat & Places & { close(): Promise<void> };

/**
 * Opens the model client. @throws UserError for a provider that lacks its key or address, and for a
 * budget in USD over models without a price.
 */
export function makeChat(options: ChatOptions): ModelClient {
  const { config, signal, now } = options;
  const providers = new Map<string, OpenProvider>();
  const lanes = new Map<string, Lane>();
  const everyone =
    options.concurrency === undefined ? null : pLimit({ concurrency: options.concurrency });
  const budget = makeBudget(config.budget, options.ledger);
  let freed = (): void => {};
  // Every waiting item listens: hundreds of listeners are no leak here.
  setMaxListeners(0, signal);
  for (const model of options.models ?? []) check(model);

  function check({ provider, model }: ModelRef): void {
    if (provider === "offline") return;
    const { settings } = checkProvider(config, provider);
    budget.checkPrice(provider, model, settings.price[model]);
  }

  function providerOf(name: string): OpenProvider {
    const known = providers.get(name);
    if (known !== undefined) return known;
    const max = maxInFlight(config.provider[name]?.max_concurrency ?? 1);
    const opened: OpenProvider = {
      provider: openProvider(config, name, max, now),
      places: pLimit({ concurrency: max }),
      max,
      manners: new Map(),
      buckets: new Map(),
    };
    providers.set(name, opened);
    return opened;
  }

  const maxInFlight = (max: number): number => Math.min(max, options.concurrency ?? max);

  function laneOf(ref: ModelRef): Lane {
    const name = laneName(ref);
    const known = lanes.get(name);
    if (known !== undefined) return known;
    check(ref);
    const { provider, places, max } = providerOf(ref.provider);
    const shared = everyone === null ? [places] : [places, everyone];
    const { rules } = options;
    const onFree = (): void => freed();
    const lane = openLane({ ref, provider, maxInFlight: max, rules, now, signal, onFree, shared });
    lanes.set(name, lane);
    return lane;
  }

  const chat: Chat = async (request, item) => {
    const chain: readonly ModelRef[] = [request, ...(request.fallback ?? [])];
    const failures: ChatFailure[] = [];
    for (const ref of chain) {
      const outcome =
        ref.provider === "offline"
          ? await askOffline(options, { ...request, ...only(ref) }, item)
          : await askModel(options, {
              ref: only(ref),
              request,
              item,
              budget,
              lane: laneOf(ref),
              open: providerOf(ref.provider),
            });
      if (outcome.ok) return outcome;
      failures.push(outcome.failure);
      const { kind } = outcome.failure;
      if (kind === "budget" || kind === "interrupted") break;
    }
    return { ok: false, failure: joined(failures) };
  };
  return Object.assign(chat, {
    hasFree: (ref: ModelRef) => lanes.get(laneName(ref))?.hasFree() ?? true,
    onFree(listener: () => void) {
      freed = listener;
    },
    async close() {
      await Promise.all([...providers.values()].map(({ provider }) => provider.close()));
    },
  });
}

// ---------------------------------------------------------------------------------------------

type OpenProvider = {
  readonly provider: Provider;
  readonly places: LimitFunction;
  readonly max: number;
  /** How each model is spoken to, with what its refusals taught. */
  readonly manners: Map<string, Manner>;
  /** Requests and tokens a minute, where the provider names them. */
  readonly buckets: Map<"requests" | "tokens", Bucket>;
};

type Asking = {
  readonly ref: ModelRef;
  readonly request: ChatRequest;
  readonly item: ItemRef;
  readonly budget: ReturnType<typeof makeBudget>;
  readonly lane: Lane;
  readonly open: OpenProvider;
};

const laneName = ({ provider, model }: ModelRef): string => `${provider} ${model}`;

const only = ({ provider, model }: ModelRef): ModelRef => ({ provider, model });

/** Asks one model until it answers or is given up. */
async function askModel(options: ChatOptions, asking: Asking): Promise<Outcome> {
  const { rules, now, rng, signal } = options;
  const { lane, open, request } = asking;
  const { settings, redact } = open.provider;
  const patience = { tries: settings.tries, ceilingMs: settings.item_ceiling_s * 1000 };
  let progressed = { tries: 0, rateWaits: 0, empties: 0, startedMs: 0 };
  let maxTokens = request.max_tokens;
  for (let first = true; ; first = false) {
    const sent = await lane.pass((busy) =>
      send(options, asking, { maxTokens, counts: first, busy }),
    );
    if (!("sentMs" in sent)) return { ok: false, failure: sent };
    if (sent.ok) return { ok: true, reply: sent.reply };
    const { fault } = sent;
    // A refusal of the form, not of the question: asked again at once in the form that it names.
    if (isTaught(options, asking, sent.manner, fault)) continue;
    if (progressed.startedMs === 0) progressed = { ...progressed, startedMs: sent.sentMs };
    progressed = counted(progressed, fault);
    const decision = rules.decide(fault, progressed, patience, now().getTime(), rng);
    if (decision.do === "accept") {
      const answer = fault.answer ?? { ...NO_ANSWER, usage: fault.usage };
      const taken = { ok: true as const, answer, request_id: fault.request_id };
      return { ok: true, reply: replyOf(asking.ref, taken, sent) };
    }
    if (decision.do === "give_up") {
      return { ok: false, failure: failureOf(decision.kind, redact(decision.message), fault) };
    }
    maxTokens *= decision.growLimit;
    await sleep(decision.ms, signal);
  }
}

/** True when the refusal says what of the form is not borne, and the next asking will heed it. */
function isTaught(
  { rules }: ChatOptions,
  { ref, open }: Asking,
  manner: Manner,
  { status, message }: Fault,
): boolean {
  if (status === null || status < 400) return false;
  const lesson = rules.wire.learn(manner, message);
  if (lesson !== null) open.manners.set(ref.model, lesson);
  return lesson !== null;
}

type Sent = {
  readonly manner: Manner;
  readonly sentMs: number;
  readonly latencyMs: number;
  readonly usd: number | null;
} & (
  { readonly ok: true; readonly reply: ChatReply } | { readonly ok: false; readonly fault: Fault }
);

/** One call in its place: intent, HTTP, outcome. A failure when it was not (or may not be) sent. */
async function send(
  options: ChatOptions,
  { ref, request, item, budget, lane, open }: Asking,
  { maxTokens, counts, busy }: { maxTokens: number; counts: boolean; busy: () => boolean },
): Promise<Sent | ChatFailure> {
  const { rules, now, signal, ledger, progress } = options;
  const { provider } = open;
  const { stage, key, role } = item;
  const manner =
    open.manners.get(ref.model) ?? rules.wire.mannerOf(ref.model, options.config.protocol.native);
  const shaped = rules.wire.shape(request, manner);
  const bytes = bytesOf(shaped);
  const most = rules.upperBound(bytes, maxTokens);
  const price = provider.settings.price[ref.model];
  const dearest = rules.costOf(most, price);

  const refused = (): ChatFailure | null =>
    signal.aborted ? INTERRUPTED : closedFailure(provider.redact(lane.closed() ?? ""));
  const inHand = refused();
  if (inHand !== null) return inHand;
  await untilAllowed(options, open, most);
  const begun = await budget.begin(
    most,
    dearest,
    () => refused() ?? { id: ledger.intent({ stage, key, role, ...ref }, most, dearest) },
  );
  if (!("id" in begun)) return begun;
  const id = await begun.id;
  const sentMs = now().getTime();
  const { temperature } = request;
  const { exchange, body } = await provider.send({
    model: ref.model,
    ...shaped,
    temperature,
    max_tokens: maxTokens,
  });
  const reading = redacted(rules.read(exchange, body), provider);
  const latencyMs = now().getTime() - sentMs;
  const fault = reading.ok ? null : reading.fault;
  lane.learn({ fault, sentMs, counts, busy: busy() });
  const { usage, estimated } = billed(reading, most);
  const usd = rules.costOf(usage, price);
  const outcome = fault?.kind ?? "ok";
  const took = { manner, sentMs, latencyMs, usd };
  const sent: Sent = reading.ok
    ? { ...took, ok: true, reply: replyOf(ref, reading, took) }
    : { ...took, ok: false, fault: reading.fault };
  if (sent.ok) options.keep?.(item, request, sent.reply);
  await ledger.outcome(id, { usage, usd, latencyMs, outcome, estimated });
  budget.settled();
  const tokens = open.buckets.get("tokens");
  if (tokens !== undefined) {
    const unused = rules.giveBack(tokens, tokensOf(most) - tokensOf(usage));
    open.buckets.set("tokens", unused);
  }
  progress.spent(usage, usd, reading.ok);
  return sent;
}

/** Of what is sent; structure is counted as the JSON that it becomes. */
function bytesOf({ messages, tools }: Pick<ChatRequest, "messages" | "tools">): number {
  const said = tools === undefined ? 0 : utf8Length(JSON.stringify(tools));
  return messages.reduce((sum, { content, tool_calls, reasoning }) => {
    const calls = tool_calls === undefined ? 0 : utf8Length(JSON.stringify(tool_calls));
    return sum + utf8Length(content) + calls + utf8Length(reasoning ?? "");
  }, said);
}

/** Waits for the provider's allowance of requests and tokens a minute. */
async function untilAllowed(
  { rules, now, signal }: ChatOptions,
  { provider, buckets }: OpenProvider,
  most: Usage,
): Promise<void> {
  const { requests_per_minute, tokens_per_minute } = provider.settings;
  const wanted = [
    { name: "requests", perMinute: requests_per_minute, amount: 1 },
    { name: "tokens", perMinute: tokens_per_minute, amount: tokensOf(most) },
  ] as const;
  for (const { name, perMinute, amount } of wanted) {
    if (perMinute === undefined) continue;
    const nowMs = now().getTime();
    const before = buckets.get(name) ?? rules.fullBucket(perMinute, nowMs);
    const after = rules.take(before, amount, nowMs);
    buckets.set(name, after);
    const ticket = { amount, position: after.taken };
    while (!signal.aborted) {
      const ms = rules.dueInMs(buckets.get(name) ?? after, ticket, now().getTime());
      if (ms <= 0) break;
      // What others put back shortens the wait: look again soon.
      await sleep(Math.min(ms, LOOK_AGAIN_MS), signal);
    }
  }
}

const LOOK_AGAIN_MS = 500;

/** The offline provider, through the ledger: a recorded reply counts as a call that cost nothing. */
async function askOffline(
  { offline, ledger, now, progress }: ChatOptions,
  request: ChatRequest,
  item: ItemRef,
): Promise<Outcome> {
  if (offline === undefined) throw new Error("chat: nobody answers for the provider offline");
  const ref = only(request);
  const id = await ledger.intent({ ...item, ...ref }, NO_USAGE, 0);
  const started = now().getTime();
  const outcome = offline(request);
  await ledger.outcome(id, {
    usage: outcome.ok ? outcome.reply.usage : NO_USAGE,
    usd: 0,
    latencyMs: now().getTime() - started,
    outcome: outcome.ok ? "ok" : outcome.failure.kind,
    estimated: false,
  });
  progress.spent(outcome.ok ? outcome.reply.usage : NO_USAGE, 0, outcome.ok);
  return outcome;
}

const NO_ANSWER = { content: "", reasoning: null, refusal: null, finish_reason: null } as const;

const INTERRUPTED: ChatFailure = { kind: "interrupted", message: "stopped before it was sent" };

function closedFailure(why: string): ChatFailure | null {
  return why === "" ? null : { kind: "provider", message: why, closed: true };
}

const tokensOf = (usage: Usage): number => usage.prompt_tokens + usage.completion_tokens;

function counted<T extends { tries: number; rateWaits: number; empties: number }>(
  progressed: T,
  fault: Fault,
): T {
  if (fault.kind === "http_429") return { ...progressed, rateWaits: progressed.rateWaits + 1 };
  if (fault.answer !== null) return { ...progressed, empties: progressed.empties + 1 };
  return { ...progressed, tries: progressed.tries + 1 };
}

/** What a call came to. Where nobody counted and the provider may have worked, the most it can be. */
function billed(reading: Reading, most: Usage): { usage: Usage; estimated: boolean } {
  const said = reading.ok ? reading.answer.usage : reading.fault.usage;
  if (said !== null) return { usage: said, estimated: false };
  const free =
    !reading.ok &&
    (reading.fault.kind.startsWith("http_") || FREE_FAULTS.includes(reading.fault.kind));
  return free ? { usage: NO_USAGE, estimated: false } : { usage: most, estimated: true };
}

const FREE_FAULTS: readonly string[] = ["connect", "html", "error_body", "no_choices"];

function redacted(reading: Reading, provider: Provider): Reading {
  if (reading.ok) return reading;
  const { fault } = reading;
  return { ok: false, fault: { ...fault, message: provider.redact(fault.message) } };
}

function replyOf(
  ref: ModelRef,
  reading: Reading & { ok: true },
  sent: Pick<Sent, "usd" | "latencyMs">,
): ChatReply {
  const { answer, request_id } = reading;
  return {
    ...ref,
    content: answer.content,
    reasoning: answer.reasoning,
    refusal: answer.refusal,
    ...(answer.tool_calls === undefined ? {} : { tool_calls: answer.tool_calls }),
    finish_reason: answer.finish_reason,
    usage: answer.usage ?? NO_USAGE,
    cost_usd: sent.usd,
    request_id,
    latency_ms: sent.latencyMs,
  };
}

function failureOf(kind: ChatFailure["kind"], message: string, fault: Fault): ChatFailure {
  return {
    kind,
    message,
    ...(fault.status === null ? {} : { status: fault.status }),
    ...(fault.request_id === null ? {} : { request_id: fault.request_id }),
  };
}

/** Of a chain's failures the one that says what to do: what a later run may mend comes first. */
function joined(failures: readonly ChatFailure[]): ChatFailure {
  const [first] = failures;
  if (first === undefined) throw new Error("chat: a request names at least one model");
  const last = failures.at(-1) ?? first;
  if (last.kind === "budget" || last.kind === "interrupted") return last;
  const open = failures.find(({ kind }) => kind === "provider") ?? first;
  const { closed: _closed, ...failure } = open;
  const message = failures.map((one) => one.message).join("; then ");
  return failures.every(({ closed }) => closed === true)
    ? { ...failure, message, closed: true }
    : { ...failure, message };
}
