/** One call as a provider is given it, whatever API it speaks. */
import type { ChatMessage } from "../../work.ts";

export type Call = {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** In the function shape of the OpenAI API. */
  readonly tools?: readonly unknown[];
  readonly temperature: number | "default";
  readonly max_tokens: number;
  /** Asked for as a stream of events; "bare": without the count of tokens at its end. @default "no" */
  readonly stream?: "no" | "yes" | "bare";
};
