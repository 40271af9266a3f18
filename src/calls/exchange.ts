/**
 * How a call went: what came over the wire, and how it reads. Times are milliseconds.
 */
import type { ToolCall } from "../records/message.ts";
import type { Usage } from "../records/run-info.ts";

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

/** What a line of a results file carries: a reply to be read, or an error in words. */
export type CarriedReply = {
  readonly custom_id: string;
  /** null: the line names none. */
  readonly status: number | null;
  /** The reply's JSON; null with an error. */
  readonly body: object | null;
  readonly error: string | null;
};
