/** The tools of a run: as its source names them, or inferred from what the run called. */
import type { Message } from "../../records/message.ts";

/** A tool as the OpenAI API has it. */
export type Tool = {
  readonly name: string;
  readonly description: string;
  /** The JSON schema of its arguments; null: none was given. */
  readonly parameters: unknown;
};

/** What of a list is a tool. Both {type: "function", function: {...}} and the inner object are read. */
export function toolsOf(tools: readonly unknown[]): Tool[] {
  return tools.flatMap((tool) => {
    const outer = isRecord(tool) ? tool : {};
    const inner = isRecord(outer["function"]) ? outer["function"] : outer;
    const { name, description } = inner;
    if (typeof name !== "string" || name === "") return [];
    const parameters = inner["parameters"] ?? inner["input_schema"] ?? inner["inputSchema"] ?? null;
    return [{ name, description: typeof description === "string" ? description : "", parameters }];
  });
}

/**
 * A tool for every name that was called, in the order of their first calls; its arguments are those that
 * were seen, none of them required and of no type: what a call held is no promise of what it may hold.
 */
export function inferTools(messages: readonly Message[]): readonly unknown[] {
  const seen = new Map<string, Set<string>>();
  for (const { tool_calls: calls = [] } of messages) {
    for (const { name, arguments: args } of calls) {
      if (name === "") continue;
      const names = seen.get(name) ?? new Set();
      seen.set(name, names);
      if (typeof args !== "string") for (const key of Object.keys(args)) names.add(key);
    }
  }
  return [...seen].map(([name, names]) => ({
    type: "function",
    function: {
      name,
      description: "",
      parameters: {
        type: "object",
        properties: Object.fromEntries([...names].map((key) => [key, {}])),
      },
    },
  }));
}

/** Those that are given, and beside them what the messages call without its being named. */
export function toolsFor(
  tools: readonly unknown[] | undefined,
  messages: readonly Message[],
): readonly unknown[] {
  const known = new Set(toolsOf(tools ?? []).map(({ name }) => name));
  const more = inferTools(messages).filter((tool) =>
    toolsOf([tool]).some(({ name }) => !known.has(name)),
  );
  return [...(tools ?? []), ...more];
}

// ---------------------------------------------------------------------------------------------

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
