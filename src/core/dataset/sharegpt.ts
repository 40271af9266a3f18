/** Who speaks in a ShareGPT entry of a whole run, and what; entries of training rows are in `sharegpt-row.ts`. */
import type { Message } from "../../records/message.ts";

/** Who speaks in an entry, and what: of calls the one call, or the list of them, as JSON. */
export function sharegptSaid({ role, content, tool_calls: calls = [] }: Message): {
  readonly from: string;
  readonly value: string;
} {
  return calls.length === 0
    ? { from: NAMES[role] ?? role, value: content }
    : {
        from: "function_call",
        value: JSON.stringify(calls.length === 1 ? calls[0] : calls),
      };
}

// ---------------------------------------------------------------------------------------------

const NAMES: Readonly<Record<string, string>> = {
  user: "human",
  assistant: "gpt",
  tool: "observation",
};
