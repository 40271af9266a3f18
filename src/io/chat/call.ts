/** One call as a provider is given it, whatever API it speaks. */
import type { ChatMessage } from "../../work.ts";

export type Call = {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** In the function shape of the OpenAI API. */
  readonly tools?: readonly unknown[];
  readonly temperature: number | "default";
  readonly max_tokens: number;
};
