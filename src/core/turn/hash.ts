/**
 * Content hashes that tell turns, pairs and settings apart. What has no structure (calls, ids, names,
 * reasoning) hashes to the bytes that it always had, so that verdicts of older builds stay valid.
 */
import { sha256 as hashBytes } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Message } from "../../records/message.ts";
import { stableJson } from "../text/stable-json.ts";

/** sha256 of the UTF-8 text, hex. Lone surrogates hash as U+FFFD. */
export function sha256Hex(text: string): string {
  return bytesToHex(hashBytes(utf8ToBytes(text)));
}

/** An answer as a judge sees it: its readable text, and its structure where it has one. */
export type Said = string | { readonly text: string; readonly message?: Message | undefined };

/** A history's identity: role, content and structure of every message, in order. */
export function historyHash(messages: readonly Message[]): string {
  return sha256Hex(JSON.stringify(messages.map(identityOf)));
}

/** Identity of what a judge sees: the history and both candidates. `opponent`: king or reference. */
export function pairHash(messages: readonly Message[], opponent: Said, challenger: Said): string {
  return sha256Hex(JSON.stringify([historyHash(messages), saidOf(opponent), saidOf(challenger)]));
}

/** What tells a turn's history and its pair apart. */
export type TurnHashes = {
  /** `historyHash`. */
  readonly history: string;
  /** `pairHash`. */
  readonly pair: string;
  /** The pair hash of builds that knew no structure; equal to `pair` where there is none. */
  readonly plain: string;
};

/**
 * All hashes of a turn. A history is long: it is hashed once, and again only where it has structure.
 * @param sha256 as `sha256Hex`; a platform's own is eight times as fast
 */
export function turnHashes(
  messages: readonly Message[],
  opponent: Said,
  challenger: Said,
  sha256: (text: string) => string = sha256Hex,
): TurnHashes {
  const history = sha256(JSON.stringify(messages.map(identityOf)));
  const pair = sha256(JSON.stringify([history, saidOf(opponent), saidOf(challenger)]));
  const hasHistoryStructure = messages.some((message) => structureOf(message) !== null);
  const plainHistory = hasHistoryStructure
    ? sha256(JSON.stringify(messages.map(({ role, content }) => [role, content])))
    : history;
  const plain = sha256(JSON.stringify([plainHistory, textOf(opponent), textOf(challenger)]));
  return { history, pair, plain };
}

/** Identity of settings: sha256 of JSON with sorted keys, 16 hex digits. */
export function configHash(settings: unknown): string {
  return sha256Hex(stableJson(settings)).slice(0, 16);
}

// ---------------------------------------------------------------------------------------------

function identityOf(message: Message): readonly unknown[] {
  const { role, content } = message;
  const structure = structureOf(message);
  return structure === null ? [role, content] : [role, content, structure];
}

/** null: none. Keys in a fixed order. */
function structureOf({ reasoning, tool_calls, tool_call_id, name }: Message): object | null {
  if (
    reasoning === undefined &&
    tool_calls === undefined &&
    tool_call_id === undefined &&
    name === undefined
  ) {
    return null;
  }
  return {
    reasoning,
    tool_calls: tool_calls?.map((call) => [call.id, call.name, call.arguments]),
    tool_call_id,
    name,
  };
}

function saidOf(said: Said): unknown {
  if (typeof said === "string") return said;
  const structure = said.message === undefined ? null : structureOf(said.message);
  return structure === null ? said.text : [said.text, structure];
}

const textOf = (said: Said): string => (typeof said === "string" ? said : said.text);
