/** Content hashes that tell turns, pairs and settings apart. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Message } from "../../records/message.ts";

/** sha256 of the UTF-8 text, hex. Lone surrogates hash as U+FFFD. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** A history's identity: role and content of every message, in order. */
export function historyHash(messages: readonly Message[]): string {
  return sha256Hex(JSON.stringify(messages.map((message) => [message.role, message.content])));
}

/** Identity of what a judge sees: the history and both candidates. `opponent`: king or reference. */
export function pairHash(
  messages: readonly Message[],
  opponent: string,
  challenger: string,
): string {
  return sha256Hex(JSON.stringify([historyHash(messages), opponent, challenger]));
}

/** Identity of settings: sha256 of JSON with sorted keys, 16 hex digits. */
export function configHash(settings: unknown): string {
  return sha256Hex(stableJson(settings)).slice(0, 16);
}

function stableJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? "null"
  );
}
