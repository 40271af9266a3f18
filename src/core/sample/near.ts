/**
 * Near-duplicate histories by MinHash: Broder, "On the resemblance and containment of documents" (1997).
 * 64 hashes estimate the Jaccard similarity of the sets of five-word shingles to about 0.06.
 */
import type { Message } from "../../records/message.ts";
import { searchableText } from "../turn/calls.ts";

const HASHES = 64;
const BANDS = 16;
const ROWS = HASHES / BANDS;
const SHINGLE_WORDS = 5;

export type NearDuplicates = {
  readonly isNear: (messages: readonly Message[]) => boolean;
  readonly add: (messages: readonly Message[]) => void;
};

/** `threshold` in 0..1; 0 finds nothing. The system prompt is left out: it is the same everywhere. */
export function createNearDuplicates(threshold: number): NearDuplicates {
  if (threshold === 0) return { isNear: () => false, add: () => {} };
  const bands = new Map<string, Uint32Array[]>();
  return {
    isNear(messages) {
      const signature = signatureOf(messages);
      return bandKeys(signature).some((key) =>
        (bands.get(key) ?? []).some((other) => similarity(signature, other) >= threshold),
      );
    },
    add(messages) {
      const signature = signatureOf(messages);
      for (const key of bandKeys(signature)) {
        const bucket = bands.get(key);
        if (bucket === undefined) bands.set(key, [signature]);
        else bucket.push(signature);
      }
    },
  };
}

// ---------------------------------------------------------------------------------------------

function signatureOf(messages: readonly Message[]): Uint32Array {
  const words = messages
    .filter((message) => message.role !== "system")
    .flatMap((message) => searchableText(message).split(/\s+/))
    .filter((word) => word !== "")
    .map(hashWord);
  const signature = new Uint32Array(HASHES).fill(0xffff_ffff);
  for (let at = 0; at + SHINGLE_WORDS <= Math.max(words.length, SHINGLE_WORDS); at++) {
    let shingle = 0;
    for (let i = 0; i < SHINGLE_WORDS; i++)
      shingle = Math.imul(shingle, 0x0100_0193) ^ (words[at + i] ?? 0);
    for (let i = 0; i < HASHES; i++) {
      const hash = mix(shingle ^ Math.imul(i + 1, 0x9e37_79b1));
      if (hash < (signature[i] ?? 0)) signature[i] = hash;
    }
  }
  return signature;
}

function bandKeys(signature: Uint32Array): string[] {
  return Array.from(
    { length: BANDS },
    (_, band) => `${band}/${signature.subarray(band * ROWS, (band + 1) * ROWS).join(",")}`,
  );
}

function similarity(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let i = 0; i < HASHES; i++) if (a[i] === b[i]) same++;
  return same / HASHES;
}

function hashWord(word: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x0100_0193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
