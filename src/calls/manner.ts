/**
 * The form in which one model is spoken to.
 */
import type { ChatMessage, ChatRequest } from "../work.ts";
import type { Fault } from "./exchange.ts";

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
