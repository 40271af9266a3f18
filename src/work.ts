/**
 * Work items: how a stage asks models for something without knowing who carries the asking out.
 * A stage hands an Engine a lazy list of items and a function that files one outcome under its key.
 * `engine = "local"` (this process, many in flight) is the first engine; a provider's batch API or
 * workers on other machines fit the same two types.
 */
import type { ToolCall } from "./records/message.ts";
import type { Usage } from "./records/run-info.ts";

export type Stage =
  "prompt" | "king" | "challenger" | "validate" | "report" | "doctor" | "rollout" | "refine";

export type Role = "king" | "challenger" | "judge" | "ranker" | "grounding";

/** A model at a provider; `provider` names a [provider.NAME] section. */
export type ModelRef = { readonly provider: string; readonly model: string };

/** Which candidate sits in the first seat (MODEL 1). In mode 1 the reference takes the king's seat. */
export type Order = "king_first" | "challenger_first";

/**
 * Says which recorded reply answers this request. Never sent to a provider: the offline provider
 * looks replies up by it.
 */
export type RequestTag = {
  readonly role: Role;
  /** sha256 (hex) of the turn's history: `historyHash` in core/turn/hash.ts. */
  readonly history_hash: string;
  /** 1-based. */
  readonly attempt: number;
  readonly order?: Order;
  /** Hash of history and both candidates: `pairHash` in core/turn/hash.ts. Judges only. */
  readonly pair_hash?: string;
};

/**
 * What a model is asked, before it is brought into the form of an API: roles are system, user, assistant
 * and, in histories with calls, tool. Calls and results are as the record has them.
 */
export type ChatMessage = {
  readonly role: string;
  readonly content: string;
  readonly reasoning?: string | undefined;
  /** Of a reply that is handed back: as they came, since a signature covers every byte of them. */
  readonly thinking_blocks?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly tool_calls?: readonly ToolCall[] | undefined;
  readonly tool_call_id?: string | undefined;
  readonly name?: string | undefined;
  /** Said by us, not of the history: it is not joined to what stands before it. */
  readonly isOurs?: true;
};

export type ChatRequest = ModelRef & {
  readonly messages: readonly ChatMessage[];
  /** JSON schemas of the tools that may be called, in the shape of the OpenAI API; absent: none. */
  readonly tools?: readonly unknown[];
  /** "default": left out, so that the provider's own holds. */
  readonly temperature: number | "default";
  /** Completion limit in tokens, thinking included. */
  readonly max_tokens: number;
  /** Asked in turn when the first model cannot answer; the reply says who answered. */
  readonly fallback?: readonly ModelRef[];
  readonly tag: RequestTag;
};

export type ChatReply = ModelRef & {
  /** The model as the reply names it, where it is another name than was asked for. */
  readonly answered_by?: string | undefined;
  /** The text as it came, think trace included. */
  readonly content: string;
  readonly reasoning: string | null;
  /** Signed thinking, for handing the reply back to the same model; absent: none. */
  readonly thinking_blocks?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Calls that the model made, where the server gives them apart; absent: none. */
  readonly tool_calls?: readonly ToolCall[] | undefined;
  readonly refusal: string | null;
  readonly finish_reason: string | null;
  readonly usage: Usage;
  /** null: the model has no price in chain.toml. Never 0 for unknown. */
  readonly cost_usd: number | null;
  readonly request_id: string | null;
  readonly latency_ms: number;
};

/**
 * Why an item got no reply. `rejected` is the item's own fault, and `context_too_long` was set aside
 * after several runs: a stage records a drop. The others leave the item pending for the next run:
 * `context` is over the server's limit, `settings` has to be mended first. `refused` is not known to be
 * either yet: the engine asks again once the model has answered others, and no stage sees it.
 */
export type ChatFailure = {
  readonly kind:
    | "context_too_long"
    | "rejected"
    | "context"
    | "refused"
    | "settings"
    | "provider"
    | "budget"
    | "interrupted"
    | "no_recording";
  readonly message: string;
  /** What to change in chain.toml. */
  readonly hint?: string;
  /** The context limit that the server named, tokens. */
  readonly limit?: number;
  readonly status?: number;
  readonly request_id?: string;
  /** What a refusal is taken for when nobody else is left to be answered. @default "settings" */
  readonly otherwise?: "rejected";
  /** Nothing more is asked of this model (and its fallbacks) in this run: its breaker is open. */
  readonly closed?: true;
};

export type Outcome =
  | {
      readonly ok: true;
      readonly reply: ChatReply;
      /** Paid for by an earlier run that died before it was filed: no call was made now. */
      readonly kept?: boolean;
    }
  | { readonly ok: false; readonly failure: ChatFailure };

/** One call with all its retries behind it. Does not throw for anything a provider does. */
export type Chat = (request: ChatRequest, item: ItemRef) => Promise<Outcome>;

/** What a chat can say of its load, so that items are read when they can be sent and not before. */
export type Places = {
  /** False while calls to this model are waiting for a place already. */
  hasFree(model: ModelRef): boolean;
  /** Called whenever a waiting call got its place; one listener. */
  onFree(listener: () => void): void;
};

/** Where a call belongs, for the ledger. */
export type ItemRef = { readonly stage: Stage; readonly key: string; readonly role: Role };

/**
 * `key` is stable across runs: stage/answer file[/judge/order]/attempt, for example
 * `validate/prompts_24_001_3.json/recorded/judge-a/king_first/1`.
 */
export type WorkItem = ItemRef & {
  readonly request: ChatRequest;
  /** Somebody goes on only with its outcome: a refusal is told at once, not held until others were answered. */
  readonly awaited?: true;
};

/** Files one outcome; what it returns is asked next, before items that were not begun. */
export type FileOutcome = (item: WorkItem, outcome: Outcome) => Promise<readonly WorkItem[]>;

export type WorkReport = {
  /** Items handed to the model (or refused by it), follow-ups included. */
  readonly asked: number;
  /**
   * Items that were never asked or got no reply, each left for the next run. Interrupted, the rest
   * of the list is not read and not counted.
   */
  readonly unanswered: number;
  /** Why the engine stopped before the end of the list; null when it did not. */
  readonly stopped: null | {
    readonly why: "interrupted" | "budget" | "provider" | "settings" | "engine";
    readonly message: string;
  };
  /** HTTP requests that were sent for them, retries included; absent: not counted. */
  readonly requests?: number;
  /** A line for each kind of failure and model, for the summary. */
  readonly first_failures: readonly string[];
  /** What the settings are to blame for, with what to change: such a run ends with exit code 1. */
  readonly to_mend?: readonly ToMend[];
};

export type ToMend = { readonly message: string; readonly hint: string };

export type Engine = (
  items: Iterable<WorkItem> | AsyncIterable<WorkItem>,
  file: FileOutcome,
  /** Told of every item that will not be asked in this run, so that nobody holds on to it. */
  unasked?: (item: WorkItem) => void,
  /** Looked at right before an item is sent, which may have waited long: false leaves it for the next run. */
  isWanted?: (item: WorkItem) => boolean,
) => Promise<WorkReport>;

/** A number of items that gets known while they are read. */
export type Expected = { readonly count: number; readonly exact: boolean };

/** What a stage tells the person who watches. Implemented by io/progress.ts; silent in tests. */
export type Progress = {
  /** `total`: items of this run; `done` of them were there already. */
  begin(label: string, total: number | (() => Expected), done?: number): void;
  /** One item finished (kept or dropped). */
  step(outcome: "kept" | "dropped"): void;
  /** Words behind the count, until others come: "loss 1.234". Not every fake shows them. */
  tail?(words: string): void;
  /** One call ended. `usd` null: unpriced; `fault`: why it failed ("http_429"), null: it did not. */
  spent(usage: Usage, usd: number | null, fault: string | null): void;
  /** One item waits for an answer that comes with a later run: its time is not this one's. */
  out?(): void;
  /** A line that stays on the screen. */
  note(line: string): void;
  end(): void;
};

/** What every stage can be told on the command line. */
export type StageOptions = {
  readonly limit?: number;
  /** Glob over answer file stems. */
  readonly only?: string;
  readonly force: boolean;
  readonly retry: boolean;
};

/** What a stage returns, what --json prints, and what report/run.json keeps a stage. */
export type StageSummary = {
  readonly stage: string;
  /** Items looked at: read = kept + sum of dropped + pending. */
  readonly read: number;
  readonly kept: number;
  /** What was done, for the person, where read and kept are no words for it. */
  readonly said?: string;
  readonly dropped: Readonly<Record<string, number>>;
  /** Could not be asked this time; a re-run takes just those. */
  readonly pending: number;
  /** Items of this run that a model was asked. */
  readonly asked: number;
  /** HTTP requests that were sent for them, retries included. */
  readonly requests?: number;
  /** Lines for the person: warnings, first failures, what was set aside. */
  readonly notes: readonly string[];
  readonly stopped: WorkReport["stopped"];
  readonly to_mend?: readonly ToMend[];
  /** Of a report: `judged_print` of the duel that it tells of. */
  readonly of_duel?: string;
};
