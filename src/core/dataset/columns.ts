/** The columns of each format with their types, for Parquet and for the card. */
import type { Message } from "../../records/message.ts";
import { saidBy, type Example, type Metadata } from "./example.ts";
import type { ColumnType, ColumnTypes } from "./column-types.ts";
import type { Format, Trainer } from "./format-names.ts";
import { REAL_KEYS } from "./row-text.ts";

export type Columns = {
  /** Looks at one example: which metadata there is, and what its messages carry. */
  see(example: Example): void;
  of(format: Format, trainer?: Trainer | null): ColumnTypes;
  /** What messages carry: see `MessageShape`. */
  shape(): MessageShape;
  /** What was seen, as plain values; and the same of another part of the set. */
  data(): ColumnsData;
  append(other: ColumnsData): void;
};

/** What any message of the set carries beside its words: then every message has a place for it. */
export type MessageShape = {
  readonly hasCalls: boolean;
  readonly hasReasoning: boolean;
  /** A weight is neither 0 nor 1. */
  readonly hasFractions: boolean;
};

export type ColumnsData = MessageShape & {
  /** Names of metadata with their types. */
  readonly metadata: readonly (readonly [string, "string" | "bool" | "int64" | "float64"])[];
};

/** Learns the columns of a set while its examples pass. */
export function columnsSeen(): Columns {
  const metadata = new Map<string, "string" | "bool" | "int64" | "float64">();
  let hasCalls = false;
  let hasReasoning = false;
  let hasFractions = false;
  return {
    see(example) {
      for (const key in example.metadata) {
        if (!metadata.has(key)) metadata.set(key, typeOf(key, example.metadata[key]));
      }
      const bits = shapeBits(example);
      hasCalls ||= (bits & (CALLS | RESULTS | (CALLS << ANSWERS) | (CALLS << OTHERS))) !== 0;
      hasReasoning ||= (bits & (REASONING | (REASONING << ANSWERS) | (REASONING << OTHERS))) !== 0;
      hasFractions ||=
        example.isWeighted === true &&
        [...example.prompt, ...saidBy(example)].some(({ weight = 0 }) => !Number.isInteger(weight));
    },
    shape: () => ({ hasCalls, hasReasoning, hasFractions }),
    data: () => ({ metadata: [...metadata], hasCalls, hasReasoning, hasFractions }),
    append(other) {
      for (const [key, type] of other.metadata) if (!metadata.has(key)) metadata.set(key, type);
      hasCalls ||= other.hasCalls;
      hasReasoning ||= other.hasReasoning;
      hasFractions ||= other.hasFractions;
    },
    of(format, trainer = null) {
      const own = columnsOf(format, trainer, { hasCalls, hasReasoning, hasFractions });
      const hasMetadata = metadata.size > 0 && format !== "openai";
      return {
        ...own,
        ...(hasMetadata ? { metadata: { struct: Object.fromEntries(metadata) } } : {}),
      };
    },
  };
}

/** Bits of what an example's prompt and answers carry, for the choice of rows that show every type. */
export function shapeBits(example: Example): number {
  let bits = 0;
  for (const message of example.prompt) bits |= bitsOf(message);
  if (example.kind === "stepwise") return bits;
  if (example.said === undefined) return bits;
  const [answer, other] = saidBy(example);
  if (answer !== undefined) bits |= bitsOf(answer) << ANSWERS;
  if (other !== undefined) bits |= bitsOf(other) << OTHERS;
  return bits;
}

// ---------------------------------------------------------------------------------------------

const CALLS = 1;
const RESULTS = 2;
const REASONING = 4;
const ANSWERS = 3;
const OTHERS = 6;

const bitsOf = ({ role, tool_calls, reasoning }: Message): number =>
  (tool_calls === undefined ? 0 : CALLS) |
  (role === "tool" ? RESULTS : 0) |
  (reasoning === undefined ? 0 : REASONING);

const CALL_LIST: ColumnType = {
  list: {
    struct: {
      id: "string",
      type: "string",
      function: { struct: { name: "string", arguments: "json" } },
    },
  },
};

function columnsOf(format: Format, trainer: Trainer | null, shape: MessageShape): ColumnTypes {
  const thought: ColumnTypes = shape.hasReasoning ? { reasoning_content: "string" } : {};
  const calls: ColumnTypes = shape.hasCalls ? { tool_calls: CALL_LIST } : {};
  const result: ColumnTypes = shape.hasCalls ? { tool_call_id: "string", name: "string" } : {};
  const answer: ColumnTypes = { role: "string", content: "string", ...thought, ...calls };
  const asked: ColumnType = { list: { struct: { ...answer, ...result } } };
  const said: ColumnType = { list: { struct: answer } };
  const tools: ColumnTypes = shape.hasCalls ? { tools: "string" } : {};
  const plain: ColumnType = { list: { struct: { role: "string", content: "string", ...thought } } };
  const entry: ColumnType = { struct: { from: "string", value: "string" } };
  switch (format) {
    case "chatml":
      return { text: "string" };
    case "alpaca":
      return {
        instruction: "string",
        input: "string",
        output: "string",
        system: "string",
        history: { list: { list: "string" } },
      };
    case "sharegpt":
      return { conversations: { list: entry }, ...tools };
    case "openai": {
      const weight = shape.hasFractions ? "float64" : "int64";
      const weighted: ColumnTypes = { ...answer, ...result, weight };
      const list: ColumnTypes = shape.hasCalls ? { tools: { list: "json" } } : {};
      return { messages: { list: { struct: weighted } }, ...list };
    }
    case "prompt-completion":
      if (trainer === "verl") return { messages: plain };
      if (trainer === "prime-rl") return { prompt: plain, completion: plain };
      if (trainer === "verifiers")
        return { prompt: plain, answer: "string", task: "string", info: "string" };
      return { prompt: asked, completion: said, ...tools };
    case "preference":
      if (trainer === "llamafactory")
        return { conversations: { list: entry }, chosen: entry, rejected: entry, ...tools };
      if (trainer === "axolotl")
        return {
          prompt: plain,
          chosen: { struct: { role: "string", content: "string", ...thought } },
          rejected: { struct: { role: "string", content: "string", ...thought } },
        };
      return { prompt: asked, chosen: said, rejected: said, ...tools };
    case "kto":
      if (trainer === "llamafactory")
        return { conversations: { list: entry }, label: "bool", ...tools };
      return { prompt: asked, completion: said, label: "bool", ...tools };
    case "privileged":
      return { prompt: plain, completion: plain, privileged_context: "string" };
    case "stepwise":
      return {
        prompt: "string",
        completions: { list: "string" },
        labels: { list: "bool" },
        rewards: { list: "float64" },
      };
    default:
      return format satisfies never;
  }
}

/** Fractions have keys of their own: which type a value has does not depend on the value. */
function typeOf(key: string, value: Metadata[string] | undefined) {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return REAL_KEYS.has(key) ? "float64" : "int64";
  return "string";
}
