/** Histories with calls that real agents made, and what of them has to survive every step of the pipeline. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { messageSchema, type Message } from "../../src/records/message.ts";

const historySchema = z.looseObject({
  format: z.string(),
  messages: z.array(messageSchema),
  tools: z.array(z.unknown()).optional(),
});

/** One or two runs each of thirteen agents and harnesses. */
export const REAL_HISTORIES = lines("real.jsonl").map((line) => historySchema.parse(line));

/** Ten histories, each of which isolates what templates and servers stumble over. */
export const CASES = lines("cases.jsonl").map((line) =>
  z
    .looseObject({
      case: z.string(),
      messages: z.array(z.looseObject({ role: z.string() })),
      tools: z.array(z.unknown()).nullable(),
      must_contain: z.array(z.string()),
    })
    .parse(line),
);

export type Piece = { readonly what: string; readonly text: string };

/** Ids, names and every text of every argument; texts of messages and results. */
export function piecesOf(messages: readonly Message[]): Piece[] {
  return messages.flatMap(({ content, tool_calls: calls = [], tool_call_id: id }) => [
    { what: "content", text: content.trim() },
    ...(id === undefined ? [] : [{ what: "id", text: id }]),
    ...calls.flatMap((call) => [
      { what: "id", text: call.id },
      { what: "name", text: call.name },
      ...leavesOf(call.arguments).map((text) => ({ what: "argument", text })),
    ]),
  ]);
}

/** Pieces that are not there, neither as they are nor as JSON spells them, once or twice. */
export function missingIn(text: string, pieces: readonly Piece[]): Piece[] {
  return pieces.filter(({ text: piece }) => {
    const once = JSON.stringify(piece).slice(1, -1);
    const twice = JSON.stringify(once).slice(1, -1);
    return ![piece, once, twice].some((spelt) => text.includes(spelt));
  });
}

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

function lines(name: string): unknown[] {
  return readFileSync(new URL(`../fixtures/histories/${name}`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}
