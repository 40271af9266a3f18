/** Why an example has no place in a format, and what a renderer of whole texts answers. */
import type { Message } from "../../records/message.ts";

/** Why an example has no place in a format that takes its kind. */
export const FORMAT_REASONS = [
  /** chatml: the content holds a token of the markup. */
  "special_token",
  /** A role that the format has no name for ("exit"). */
  "unknown_role",
  /** chatml, alpaca, sharegpt: tool calls stand beside the content, and the format has text alone. */
  "tool_calls",
  /** alpaca: turns do not alternate between user and assistant, ending on the user. */
  "not_alternating",
  /** The model's own chat template raised an exception. */
  "template_refused",
  /** Over `max_tokens`. */
  "too_many_tokens",
] as const;
export type FormatReason = (typeof FORMAT_REASONS)[number];

/** Renders messages as one text; null says that the template refuses them. */
export type RenderText = (
  messages: readonly Message[],
) => string | { readonly reason: FormatReason };
