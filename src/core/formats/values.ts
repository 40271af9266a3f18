/** Looking into parsed JSON of unknown shape. */
import type { RunCall, RunTool } from "./run.ts";

export type Raw = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** {} for anything else. */
export function recordOf(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

/** [] for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** undefined for anything else, and for "". */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The records among the values of a list. */
export function recordsOf(value: unknown): readonly Raw[] {
  return listOf(value).filter(isRecord);
}

/** undefined when it is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // The caller has the text.
  }
}

/** An object, or JSON text of one, is the object; anything else stays the text that it was. */
export function argumentsOf(value: unknown): RunCall["arguments"] {
  if (isRecord(value)) return value;
  if (value === null || value === undefined) return {};
  if (typeof value !== "string") return JSON.stringify(value);
  const parsed = parsedJson(value);
  return isRecord(parsed) ? parsed : value;
}

/** The name after the last slash or backslash. */
export function lastName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** A tool in any of the known shapes (OpenAI's, Anthropic's, pi's, a bare schema); null: it has no name. */
export function toolOf(value: unknown): RunTool | null {
  const outer = recordOf(typeof value === "string" ? parsedJson(value) : value);
  const inner = isRecord(outer["function"]) ? outer["function"] : outer;
  const name = textOf(inner["name"]);
  if (name === undefined) return null;
  const description = textOf(inner["description"]);
  const parameters =
    inner["parameters"] ?? inner["input_schema"] ?? inner["inputSchema"] ?? inner["schema"];
  return {
    type: "function",
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined || parameters === null ? {} : { parameters }),
    },
  };
}

/** Those of a list that have a name; also a list as JSON text. */
export function toolsOf(value: unknown): readonly RunTool[] {
  const list = typeof value === "string" ? parsedJson(value) : value;
  return listOf(list).flatMap((tool) => toolOf(tool) ?? []);
}
