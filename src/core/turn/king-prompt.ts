/** What the king is asked: the history as it is, and after a malformed reply a short reminder. */
import type { Message } from "../../records/message.ts";
import type { ChatMessage } from "../../work.ts";

export const KING_PROMPT_VERSION = "king-1";

/**
 * The history for a chat API. Roles that only exist beside tool calls (tool, exit ...) are spoken by
 * the user, since their call ids are not in the record.
 */
export function kingMessages(history: readonly Message[], fault?: string): readonly ChatMessage[] {
  const messages = asChat(history);
  return fault === undefined ? messages : [...messages, reminder(history, fault)];
}

export function asChat(history: readonly Message[]): readonly ChatMessage[] {
  return history.map(({ role, content }) => ({
    role: CHAT_ROLES.has(role) ? role : "user",
    content,
  }));
}

/** `fault`: what was wrong with the last reply, from the form check. Never saved into a record. */
export function reminder(history: readonly Message[], fault: string): ChatMessage {
  return {
    role: "user",
    content: `Your last reply could not be used: ${fault}. Answer this turn again: a THOUGHT, then EXACTLY ONE command in EXACTLY ONE fenced block that starts with \`\`\`${languageOf(history)} and ends with \`\`\`. No tool calls, nothing else in backtick fences.`,
  };
}

/** The fence language that the agent's own system prompt asks for. */
export function languageOf(history: readonly Message[]): string {
  return history.some(
    (message) => message.role !== "assistant" && message.content.includes("mswea_bash_command"),
  )
    ? "mswea_bash_command"
    : "bash";
}

const CHAT_ROLES = new Set(["system", "user", "assistant"]);
