/**
 * The messages of a request in the order and the roles that a provider takes. Neighbours of one role are
 * joined: strict chat templates refuse them, and no model reads them differently.
 */
import type { ProviderConfig } from "../../config-schema/schema.ts";
import type { ChatMessage } from "../../work.ts";

export function wireMessages(
  messages: readonly ChatMessage[],
  { system_role }: Pick<ProviderConfig, "system_role">,
): readonly ChatMessage[] {
  const renamed =
    system_role === "system"
      ? messages
      : messages.map((one) => (one.role === "system" ? { ...one, role: system_role } : one));
  const joined: ChatMessage[] = [];
  for (const message of renamed) {
    const last = joined.at(-1);
    if (last !== undefined && last.role === message.role && isPlain(last) && isPlain(message)) {
      const content = [last.content, message.content].filter((text) => text !== "").join("\n\n");
      joined[joined.length - 1] = { ...message, content };
    } else joined.push(message);
  }
  return joined;
}

// ---------------------------------------------------------------------------------------------

/** Calls and their results stay messages of their own. */
const isPlain = (message: ChatMessage): boolean =>
  message.role !== "tool" && !("tool_calls" in message && message.tool_calls !== undefined);
