/**
 * What the model client (io/chat) and its rules (core/retry) say to each other. The two do not know
 * one another: the client sends and measures, the rules decide, and whoever composes them hands the
 * rules in. All of it is plain data; times are milliseconds since 1970.
 */
import type { Usage } from "../records/run-info.ts";
import type {
  Blame,
  Decision,
  Evidence,
  Mending,
  Patience,
  Progressed,
  Refusal,
  Weighed,
} from "./decision.ts";
import type { Exchange, Fault, Reading } from "./exchange.ts";
import type { WireRules } from "./manner.ts";
import type { Breaker, BreakerEvent, Bucket, SteerEvent, Steering, Ticket } from "./pace.ts";

/** USD per million tokens. */
export type Price = {
  readonly input: number;
  readonly cached_input?: number | undefined;
  readonly output: number;
  /** Share that a call in a provider's batch costs, 0..1; absent: 1. */
  readonly batch?: number | undefined;
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
