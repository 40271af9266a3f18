/**
 * What the model client (io/chat) and its rules (core/retry) say to each other. The two do not know
 * one another: the client sends and measures, the rules decide, and whoever composes them hands the
 * rules in. All of it is plain data; times are milliseconds since 1970.
 */
import type { Usage } from "./records/run-info.ts";
import type { ToolCall } from "./records/message.ts";
import type { ChatFailure, ChatMessage, ChatRequest, Role } from "./work.ts";

/** How a call failed, as the ledger's `outcome` says it; an HTTP status is "http_429" and so on. */
export type FaultKind =
  | `http_${number}`
  /** Nothing was sent: refused, no such host, no connection in time. */
  | "connect"
  /** The connection broke before the headers, or in the body. */
  | "reset"
  | "reset_body"
  /** Time ran out before the headers, or in the body. */
  | "timeout"
  | "timeout_body"
  /** Status 200, but ... */
  | "too_large"
  | "bad_json"
  | "html"
  | "error_body"
  | "no_choices"
  /** ... the reply says that it broke off at a fault of the provider. */
  | "broken_off"
  | "empty"
  | "reasoning_only";

export type Fault = {
  readonly kind: FaultKind;
  /** The provider's words, shortened in the middle, without keys. */
  readonly message: string;
  /** What the error body says in short words beside them: code, type, status, parameter. */
  readonly code: string;
  /** The context limit that the refusal names, and what was asked of it; null where it names none. */
  readonly context: ContextLimit | null;
  readonly status: number | null;
  readonly retry_after_ms: number | null;
  readonly request_id: string | null;
  /** What the provider counted, where it said so. */
  readonly usage: Usage | null;
  /** An answer without content, for those who take it as it is. */
  readonly answer: Answer | null;
};

/** Tokens; null: not said. */
export type ContextLimit = { readonly limit: number | null; readonly needed: number | null };

/** Whose fault a refusal is, as far as its own words and status say. */
export type Blame =
  /** The words of this one prompt. */
  | "content"
  /** The server's context is too small for it. */
  | "context"
  /** Key, name, address, parameter. */
  | "settings"
  /** Nothing is left of balance, quota or the gateway's budget. */
  | "quota"
  /** Not said: evidence has to tell. */
  | "unclear"
  /** Asked again. */
  | "passing"
  | "rate"
  | "loading";

/** What is known of a model in this run, for telling the item's refusals from the settings'. */
export type Evidence = {
  /** Calls that were answered. */
  readonly successes: number;
  /** Items refused alike since the last answer. */
  readonly streak: { readonly words: string; readonly items: readonly string[] };
  /** Items held back, with the number of answers at that time. */
  readonly refused: ReadonlyMap<string, number>;
  /** Words that turned out to be an item's own, and how often. */
  readonly owned: ReadonlyMap<string, number>;
};

export type Refusal = {
  /** The item's name, the same for all its askings. */
  readonly item: string;
  readonly kind: "settings" | "refused" | "content";
  readonly message: string;
};

export type Weighed = {
  readonly evidence: Evidence;
  readonly kind: "settings" | "refused" | "rejected";
  /** So many in a row that nothing more should be sent until the calls in flight are back. */
  readonly suspect: boolean;
};

/** A reply taken apart. */
export type Answer = {
  readonly content: string;
  readonly reasoning: string | null;
  readonly refusal: string | null;
  /** Thinking with a signature, as it came; absent: none. */
  readonly thinking_blocks?: readonly Readonly<Record<string, unknown>>[];
  /** Calls that the model made, as the server gives them apart; absent: none. */
  readonly tool_calls?: readonly ToolCall[];
  readonly finish_reason: string | null;
  /** The model as the reply names it; null where it names none. */
  readonly model: string | null;
  /** null: the provider said nothing, or nothing that can be true. */
  readonly usage: Usage | null;
  /** What the provider says that the call cost, USD; null where it does not. */
  readonly usd: number | null;
};

/** One HTTP exchange as far as it came. */
export type Exchange = {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as far as it came; null before the headers. */
  readonly text: string | null;
  /** Why there is no whole answer; null when there is. */
  readonly broken: null | {
    readonly kind: "connect" | "reset" | "timeout" | "too_large";
    readonly message: string;
  };
  readonly retry_after_ms: number | null;
};

export type Reading =
  | { readonly ok: true; readonly answer: Answer; readonly request_id: string | null }
  | { readonly ok: false; readonly fault: Fault };

/** How far one item has come at one model. */
export type Progressed = {
  /** Tries that count, the last one included. */
  readonly tries: number;
  /** Waits for a rate limit: they do not use up tries. */
  readonly rateWaits: number;
  /** Answers without content. */
  readonly empties: number;
  readonly startedMs: number;
};

export type Patience = {
  readonly tries: number;
  readonly ceilingMs: number;
  /** The item came back without content before, in an earlier asking: it will again. */
  readonly knownEmpty?: boolean;
};

export type Decision =
  | {
      readonly do: "wait";
      readonly ms: number;
      readonly countsAsTry: boolean;
      /** The completion limit of the next try is multiplied by it. */
      readonly growLimit: number;
    }
  /** Takes an empty answer as it is: the stage's form check says what is wrong with it. */
  | { readonly do: "accept" }
  | { readonly do: "give_up"; readonly kind: ChatFailure["kind"]; readonly message: string };

/** Where in chain.toml to look after a refusal. */
export type Mending = {
  readonly provider: string;
  readonly model: string;
  readonly role: Role;
  readonly key_env: string | null;
};

/** How many calls may be in flight at one provider and model. */
export type Steering = {
  /** At least 1; the whole part of it counts. */
  readonly limit: number;
  readonly max: number;
  /** Until the first cut: grows fast. */
  readonly starting: boolean;
  readonly lastCutMs: number | null;
  /** Share of 429s among the latest calls, 0..1 (moving average). */
  readonly refused: number;
  /** The limit at which many calls were refused; infinite while none was. */
  readonly tooMuch: number;
  /** When the limit last went up carefully. */
  readonly lastStepMs: number;
};

export type SteerEvent =
  | {
      readonly kind: "answered";
      /** False for a retried call or an answer from a cache: those prove nothing. */
      readonly counts: boolean;
      /** At least half of the places were taken when the call was sent. */
      readonly busy: boolean;
    }
  | { readonly kind: "rate_limited" };

/** Tells a provider in passing trouble from one that is gone. */
export type Breaker = {
  /** Failures in a row. */
  readonly failures: number;
  /** Rate limits in a row. */
  readonly rateLimits: number;
  readonly lastCountedMs: number | null;
  readonly lastSuccessMs: number | null;
  /** Nothing is sent before it; 0: at once. */
  readonly pausedUntilMs: number;
  /** In trouble: one call at a time, until one succeeds. */
  readonly probing: boolean;
  /** Open for the rest of the run; the message says why. */
  readonly open: string | null;
  /** The server answers, but never with a reply: the settings are to be looked at. */
  readonly blamesSettings: boolean;
};

export type BreakerEvent = {
  readonly fault: Fault | null;
  readonly sentMs: number;
  readonly nowMs: number;
  /** Failures in a row that open it. */
  readonly threshold: number;
  readonly ceilingMs: number;
};

/** A token bucket: at most `perMinute` in any minute. */
export type Bucket = {
  readonly perMinute: number;
  readonly capacity: number;
  /** Below 0: handed out ahead of time. */
  readonly level: number;
  /** All that was ever taken out. */
  readonly taken: number;
  readonly atMs: number;
};

/** A place in a bucket's order: `position` is the bucket's `taken` with this amount in it. */
export type Ticket = { readonly amount: number; readonly position: number };

/** USD per million tokens. */
export type Price = {
  readonly input: number;
  readonly cached_input?: number | undefined;
  readonly output: number;
  /** Share that a call in a provider's batch costs, 0..1; absent: 1. */
  readonly batch?: number | undefined;
};

/** How one model is spoken to: what its template bears, and whether calls are sent as calls. */
export type Manner = {
  readonly native: boolean;
  readonly split: boolean;
  readonly systemToUser: boolean;
  readonly alternate: boolean;
  /** Messages without a word get one where a service refuses them: those without calls, or all. */
  readonly filled: "no" | "wordless" | "all";
  readonly stream: StreamManner;
};

/**
 * Whether replies are asked for as streams: "untried" while whole ones come, "yes" or "bare" (without a
 * count of tokens) where these are refused or cut, "refused" where a stream is.
 */
export type StreamManner = "untried" | "yes" | "bare" | "refused";

/** What is known of a model's template beside its name: from doctor, a server's word or its provider. */
export type Said = Partial<Pick<Manner, "native" | "split" | "systemToUser">>;

/** The form in which a request is sent; core/wire is the implementation. */
export type WireRules = {
  /** `native`: [protocol].native. `said`: what doctor, server or provider said; it wins over the name. */
  mannerOf(model: string, native: "auto" | boolean, said?: Said): Manner;
  /** What llama.cpp's `GET /props` says of the template that is loaded; null: nothing of the kind. */
  saidOf(props: unknown): Said | null;
  /** What a refusal teaches; null: nothing of this kind. */
  learn(manner: Manner, refusal: string): Manner | null;
  /** What a reply teaches that was cut off after a long silence; null: nothing. */
  afterCut(manner: Manner, fault: Fault, latencyMs: number): Manner | null;
  shape(
    request: Pick<ChatRequest, "messages" | "tools">,
    manner: Manner,
  ): { readonly messages: readonly ChatMessage[]; readonly tools?: readonly unknown[] };
};

/** The rules of calling models; core/retry/rules.ts is the implementation. */
export type CallRules = {
  read(exchange: Exchange, body: unknown): Reading;
  decide(
    fault: Fault,
    progressed: Progressed,
    patience: Patience,
    nowMs: number,
    rng: () => number,
  ): Decision;
  startSteering(max: number): Steering;
  steer(steering: Steering, event: SteerEvent, nowMs: number): Steering;
  blame(fault: Fault): Blame;
  /** The context limit of an entry of /v1/models, tokens; null where it names none. */
  listedLimit(entry: unknown): number | null;
  /** The id of an entry of /v1/models. */
  modelId(entry: unknown): string | null;
  /** Whether a prompt is surely over a limit, by the most bytes a token had so far. */
  isSurelyOver(bytes: number, bytesPerToken: number | null, limit: number): boolean;
  /** Whether a reply's model is the one that was asked for, under another spelling. */
  isSameModel(asked: string, answered: string): boolean;
  /** What to change in chain.toml, in a line. */
  mend(fault: Fault, where: Mending): string;
  readonly noEvidence: Evidence;
  afterAnswer(evidence: Evidence, item: string): Evidence;
  weigh(evidence: Evidence, refusal: Refusal): Weighed;
  closedWords(evidence: Evidence, message: string): string;
  readonly closedBreaker: Breaker;
  afterCall(breaker: Breaker, event: BreakerEvent): Breaker;
  fullBucket(perMinute: number, nowMs: number): Bucket;
  take(bucket: Bucket, amount: number, nowMs: number): Bucket;
  dueInMs(bucket: Bucket, ticket: Ticket, nowMs: number): number;
  giveBack(bucket: Bucket, amount: number): Bucket;
  costOf(usage: Usage, price: Price | undefined): number | null;
  readonly wire: WireRules;
  /** The most a call can come to. */
  upperBound(bytes: number, maxTokens: number): Usage;
};

/** What a line of a results file carries: a reply to be read, or an error in words. */
export type CarriedReply = {
  readonly custom_id: string;
  /** null: the line names none. */
  readonly status: number | null;
  /** The reply's JSON; null with an error. */
  readonly body: object | null;
  readonly error: string | null;
};
