/** One call as a provider is given it, whatever API it speaks. */
import type { ChatMessage } from "../../work.ts";

export type CalledTool = {
  readonly id?: string | undefined;
  readonly name: string;
  /** An object, or the text as it was where it is no JSON. */
  readonly arguments: unknown;
};

export type Call = {
  readonly model: string;
  readonly messages: readonly (ChatMessage & {
    readonly reasoning?: string | undefined;
    readonly tool_calls?: readonly CalledTool[] | undefined;
    readonly tool_call_id?: string | undefined;
  })[];
  /** In the function shape of the OpenAI API. */
  readonly tools?: readonly unknown[] | undefined;
  readonly temperature: number | "default";
  readonly max_tokens: number;
};
