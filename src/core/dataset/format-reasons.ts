/** Why an example has no place in a format, and what a renderer of whole texts answers. */

/** Why an example has no place in a format that takes its kind. */
export const FORMAT_REASONS = [
  /** chatml: the content holds a token of the markup. */
  "special_token",
  /** A role that the format has no name for ("exit"). */
  "unknown_role",
  /** alpaca, sharegpt: turns do not alternate between user and assistant, ending on the user. */
  "not_alternating",
  /** The model's own chat template called `raise_exception`. */
  "template_refused",
  /** The template's text lacks a call, an argument, a result or words of the row. */
  "template_lost",
  /** privileged: nothing is known that only a teacher may see. */
  "nothing_privileged",
  /** Over `max_tokens`. */
  "too_many_tokens",
] as const;
export type FormatReason = (typeof FORMAT_REASONS)[number];

/** One row of a format, or why there is none. */
export type Written =
  | { readonly ok: true; readonly row: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: FormatReason };

/** Role and content, and calls as a template reads them: {function: {name, arguments: an object}}. */
export type RenderedMessage = {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string | undefined;
  readonly tool_calls?: readonly unknown[] | undefined;
};

/** Renders messages as one text, or says why there is none. */
export type RenderText = (
  messages: readonly RenderedMessage[],
  tools?: readonly unknown[],
) => string | { readonly reason: FormatReason };

/** The text of a row, or why there is none. */
export type Rendered = ReturnType<RenderText>;
