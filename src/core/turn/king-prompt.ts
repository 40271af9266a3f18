/** What the king is asked: the history as it is, the form where the history does not say it, and after a
 * malformed reply a short reminder. */
import type { Message } from "../../records/message.ts";
import type { Protocol } from "../../records/prompt.ts";
import type { ChatMessage } from "../../work.ts";
import { protocolIn, type Formed } from "./protocol.ts";

export const KING_PROMPT_VERSION = "king-2";

/** What is asked of a turn: its history, and the form that an answer has to keep. */
export type AskedTurn = Formed & { readonly messages: readonly Message[] };

/** @param fault what was wrong with the last reply, from the form check. Never saved into a record. */
export function kingMessages(turn: AskedTurn, fault?: string): readonly ChatMessage[] {
  const { messages } = turn;
  const protocol = protocolIn(turn);
  const asked = asChat(messages, protocol);
  if (fault !== undefined) return [...asked, reminder(turn, fault)];
  return protocol === "bash" && saysForm(messages) ? asked : [...asked, formMessage(turn)];
}

/**
 * The history for a model. In the protocol bash roles that only exist beside tool calls (tool, exit ...)
 * are spoken by the user; in the protocol tools calls and results are what they are.
 */
export function asChat(history: readonly Message[], protocol: Protocol): readonly ChatMessage[] {
  return history.map((message) => {
    const { role, content, reasoning, tool_calls, tool_call_id, name } = message;
    const thoughts = reasoning === undefined ? {} : { reasoning };
    if (protocol === "bash") {
      return { role: CHAT_ROLES.has(role) ? role : "user", content, ...thoughts };
    }
    return {
      role: role === "tool" || CHAT_ROLES.has(role) ? role : "user",
      content,
      ...thoughts,
      ...(tool_calls === undefined ? {} : { tool_calls }),
      ...(tool_call_id === undefined ? {} : { tool_call_id }),
      ...(name === undefined ? {} : { name }),
    };
  });
}

/** The form of an answer in one sentence. */
export function formText(turn: AskedTurn): string {
  switch (protocolIn(turn)) {
    case "bash":
      return `a THOUGHT, then EXACTLY ONE command in EXACTLY ONE fenced block that starts with \`\`\`${languageOf(turn.messages)} and ends with \`\`\`. No tool calls, nothing else in backtick fences.`;
    case "tools":
      return "call at least one of your tools, with arguments that fit its schema; or, when nothing is left to be done, give your final answer in words and call nothing.";
  }
}

/** `fault`: what was wrong with the last reply. */
export function reminder(turn: AskedTurn, fault: string): ChatMessage {
  return {
    role: "user",
    content: `Your last reply could not be used: ${fault}. Answer this turn again: ${formText(turn)}`,
    ...ours(turn),
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

/** Marks what is said by us; requests of the protocol bash are what older builds sent, and stay it. */
export const ours = (turn: Formed): { isOurs?: true } =>
  protocolIn(turn) === "bash" ? {} : { isOurs: true };

// ---------------------------------------------------------------------------------------------

const CHAT_ROLES = new Set(["system", "user", "assistant"]);

/** The agent's instructions ask for a command in a block: nothing has to be added to them. */
function saysForm(history: readonly Message[]): boolean {
  const first = history.findIndex(({ role }) => role === "assistant");
  return history
    .slice(0, first < 0 ? history.length : first)
    .some(({ content }) => content.includes("```bash") || content.includes("mswea_bash_command"));
}

function formMessage(turn: AskedTurn): ChatMessage {
  return { role: "user", content: `Answer this turn: ${formText(turn)}`, ...ours(turn) };
}
