/** The columns of each format with their DuckDB types, for Parquet. */
import { hasCalls } from "../turn/calls.ts";
import { saidBy, type Example, type Metadata } from "./example.ts";
import type { Format } from "./format-names.ts";

export type Columns = {
  /** Looks at one example: which metadata there is, and whether messages carry tool calls. */
  see(example: Example): void;
  of(format: Format): Readonly<Record<string, string>>;
  /** What was seen, as plain values; and the same of another part of the set. */
  data(): ColumnsData;
  append(other: ColumnsData): void;
};

export type ColumnsData = {
  /** Names of metadata with their types; null where every value was null. */
  readonly metadata: readonly (readonly [string, string | null])[];
  readonly hasTools: boolean;
  readonly hasWeights: boolean;
};

/** Learns the columns of a set while its examples pass. */
export function columnsSeen(): Columns {
  const metadata = new Map<string, string | null>();
  let hasTools = false;
  let hasWeights = false;
  return {
    see(example) {
      for (const [key, value] of Object.entries(example.metadata)) {
        const type = typeOf(value);
        if (type === null) metadata.set(key, metadata.get(key) ?? null);
        else metadata.set(key, wider(metadata.get(key) ?? null, type));
      }
      hasTools ||= hasCalls([...example.prompt, ...saidBy(example)]);
      hasWeights ||= example.isWeighted === true;
    },
    data: () => ({ metadata: [...metadata], hasTools, hasWeights }),
    append(other) {
      for (const [key, type] of other.metadata) {
        const known = metadata.get(key) ?? null;
        metadata.set(key, type === null ? known : wider(known, type));
      }
      hasTools ||= other.hasTools;
      hasWeights ||= other.hasWeights;
    },
    of(format) {
      const fields = [...metadata].map(
        ([key, type]) => `"${key.replaceAll('"', '""')}" ${type ?? TEXT}`,
      );
      const plain = hasTools ? TOOL_MESSAGE : PLAIN_MESSAGE;
      const message = hasWeights ? plain.replace(/\)$/, ', "weight" DOUBLE)') : plain;
      const extra: Record<string, string> =
        fields.length > 0 && format !== "openai"
          ? { metadata: `STRUCT(${fields.join(", ")})` }
          : {};
      // Trainers read the tools of a row from a column of that name.
      const tools = hasTools && WITH_TOOLS.has(format) ? { tools: "JSON" } : {};
      if (format === "sharegpt" && hasTools) {
        return { conversations: `${TOOL_ENTRY}[]`, tools: TEXT, ...extra };
      }
      return { ...columnsOf(format, `${message}[]`), ...tools, ...extra };
    },
  };
}

// ---------------------------------------------------------------------------------------------

const PLAIN_MESSAGE = 'STRUCT("role" VARCHAR, "content" VARCHAR)';
const TOOL_MESSAGE =
  'STRUCT("role" VARCHAR, "content" VARCHAR, "reasoning_content" VARCHAR, "tool_calls" JSON, "tool_call_id" VARCHAR, "name" VARCHAR)';
const TOOL_ENTRY =
  'STRUCT("from" VARCHAR, "value" VARCHAR, "content" VARCHAR, "reasoning" VARCHAR, "tool_call_id" VARCHAR, "name" VARCHAR)';
const WITH_TOOLS: ReadonlySet<Format> = new Set([
  "openai",
  "prompt-completion",
  "preference",
  "kto",
]);

function columnsOf(format: Format, messages: string): Record<string, string> {
  const answer = messages;
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

const TEXT = "VARCHAR";

/** null: a null says nothing. */
function typeOf(value: Metadata[string]): string | null {
  if (value === null) return null;
  return typeof value === "boolean" ? "BOOLEAN" : typeof value === "number" ? "DOUBLE" : TEXT;
}

/** Two types that differ are texts. */
const wider = (known: string | null, type: string): string =>
  known === null || known === type ? type : TEXT;
