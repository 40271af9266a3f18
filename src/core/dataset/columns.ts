/** The columns of each format with their DuckDB types, for Parquet. */
import type { Example, Metadata } from "./example.ts";
import type { Format } from "./formats.ts";

export type Columns = {
  /** Looks at one example: which metadata there is, and whether messages carry tool calls. */
  see(example: Example): void;
  of(format: Format): Readonly<Record<string, string>>;
};

/** Learns the columns of a set while its examples pass. */
export function columnsSeen(): Columns {
  const metadata = new Map<string, string>();
  let message = 'STRUCT("role" VARCHAR, "content" VARCHAR)';
  return {
    see(example) {
      for (const [key, value] of Object.entries(example.metadata)) {
        metadata.set(key, wider(metadata.get(key), value));
      }
      if (example.prompt.some((one) => one.role === "tool" || one.tool_calls !== undefined)) {
        message =
          'STRUCT("role" VARCHAR, "content" VARCHAR, "tool_calls" JSON, "tool_call_id" VARCHAR)';
      }
    },
    of(format) {
      const fields = [...metadata].map(([key, type]) => `"${key.replaceAll('"', '""')}" ${type}`);
      const extra: Record<string, string> =
        fields.length > 0 && format !== "openai"
          ? { metadata: `STRUCT(${fields.join(", ")})` }
          : {};
      return { ...columnsOf(format, `${message}[]`), ...extra };
    },
  };
}

// ---------------------------------------------------------------------------------------------

function columnsOf(format: Format, messages: string): Record<string, string> {
  const answer = 'STRUCT("role" VARCHAR, "content" VARCHAR)[]';
  switch (format) {
    case "chatml":
      return { text: "VARCHAR" };
    case "alpaca":
      return {
        instruction: "VARCHAR",
        input: "VARCHAR",
        output: "VARCHAR",
        system: "VARCHAR",
        history: "VARCHAR[][]",
      };
    case "sharegpt":
      return { conversations: 'STRUCT("from" VARCHAR, "value" VARCHAR)[]' };
    case "openai":
      return { messages };
    case "prompt-completion":
      return { prompt: messages, completion: answer };
    case "preference":
      return { prompt: messages, chosen: answer, rejected: answer };
    case "kto":
      return { prompt: messages, completion: answer, label: "BOOLEAN" };
    default:
      return format satisfies never;
  }
}

/** null says nothing; two types that differ are texts. */
function wider(known: string | undefined, value: Metadata[string]): string {
  if (value === null) return known ?? "VARCHAR";
  const type =
    typeof value === "boolean" ? "BOOLEAN" : typeof value === "number" ? "DOUBLE" : "VARCHAR";
  return known === undefined || known === type ? type : "VARCHAR";
}
