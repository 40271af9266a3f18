/** The action types of the next-action sets, in the order tables print them. */
export const ACTION_TYPES = [
  "tool_call",
  "retrieval",
  "file_read",
  "file_write",
  "repair",
  "verifier",
  "ask_clarification",
  "final_answer",
  "BLOCKED",
] as const;

export type ActionType = (typeof ACTION_TYPES)[number];

/** One assistant turn and what it answered. Everything but the turn itself may be unknown. */
export type ActionTurn = {
  /** Role of the message before the turn. */
  readonly prev_role?: string | null;
  /** Text of the message before the turn, or its last part. */
  readonly prev?: unknown;
  /** Text, null, or a list of parts. */
  readonly content?: unknown;
  /** OpenAI-style calls. */
  readonly tool_calls?: unknown;
  /** The assistant turn before this one: tells a retry from a new call. */
  readonly before?: { readonly content?: unknown; readonly tool_calls?: unknown } | null;
};
