/**
 * Telling rows without metadata (`openai` has none) by their set's other formats, which hold the same
 * conversations and say whose they are.
 */
import { sha256Hex } from "../turn/hash.ts";

type Row = Readonly<Record<string, unknown>>;

export type ToldRows = {
  /** A row that says whose it is. */
  readonly see: (row: Row, isForgotten: boolean) => void;
  /** Of a row that does not; "unknown": no other format has its words, or rows of both kinds have them. */
  readonly of: (row: Row) => boolean | "unknown";
};

/** 32 bytes a row that was seen. */
export function toldRows(): ToldRows {
  const known = new Map<string, boolean | "unknown">();
  return {
    see(row, isForgotten) {
      const words = wordsOf(row);
      if (words === null) return;
      const key = sha256Hex(words);
      const before = known.get(key);
      known.set(key, before === undefined || before === isForgotten ? isForgotten : "unknown");
    },
    of(row) {
      const words = wordsOf(row);
      return (words === null ? undefined : known.get(sha256Hex(words))) ?? "unknown";
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** All that is said in it; null where the format writes words otherwise (roles in one text, calls as text). */
function wordsOf(row: Row): string | null {
  const { prompt, messages, completion } = row;
  const said = Array.isArray(messages)
    ? (messages as unknown[])
    : Array.isArray(prompt) && Array.isArray(completion)
      ? [...(prompt as unknown[]), ...(completion as unknown[])]
      : null;
  if (said === null) return null;
  const parts = said.map((message) => {
    const { role, content, tool_calls: calls } = Object(message) as Row;
    const names = Array.isArray(calls) ? (calls as unknown[]).map(callOf) : [];
    return [role, content ?? "", names];
  });
  return JSON.stringify(parts);
}

function callOf(call: unknown): unknown {
  const { function: of } = Object(call) as Row;
  const { name, arguments: given } = Object(of) as Row;
  return [name, given];
}
