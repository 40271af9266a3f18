/**
 * What follows a fault: whose it is, by which evidence, and what is done next. Times are milliseconds since 1970.
 */
import type { ChatFailure, Role } from "../work.ts";

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
  /** Where the call's settings stand; absent: where those of its role do. */
  readonly setting?: Setting;
};

/** Keys of chain.toml, "[king].model": what named the model and its provider, and what it was asked with. */
export type Setting = {
  readonly model: string;
  readonly provider: string;
  readonly temperature: string;
  readonly max_tokens: string;
};
