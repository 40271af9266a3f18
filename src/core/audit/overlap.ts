/**
 * Whether a pull request shares text with held-out problems: 12 words in a row, as benchmark
 * contamination is counted since GPT-3 (Brown et al. 2020, appendix C, there 13). Words are runs of
 * letters and digits in lower case; signs and line breaks do not count, so that a reflowed text or a
 * diff of the same code is found.
 */
import type { PullRequest } from "../../records/pull-request.ts";

export const OVERLAP_WORDS = 12;

/** Hashes of every 12-gram of the held-out problems. */
export type OverlapIndex = ReadonlySet<number>;

/** Problems of fewer than 12 words give nothing to compare. */
export function overlapIndex(problems: Iterable<string>): OverlapIndex {
  const index = new Set<number>();
  for (const problem of problems) for (const gram of gramsOf(problem)) index.add(gram);
  return index;
}

/** Distinct 12-grams of the pull request's texts and patches that a held-out problem has as well. */
export function sharedGrams(pr: PullRequest, index: OverlapIndex): number {
  const shared = new Set<number>();
  for (const part of PARTS) {
    for (const gram of gramsOf(pr[part] ?? "")) if (index.has(gram)) shared.add(gram);
  }
  return shared.size;
}

// ---------------------------------------------------------------------------------------------

const PARTS = [
  "title",
  "problem_statement",
  "pr_description",
  "hints_text",
  "patch",
  "test_patch",
] as const;

/** 52-bit hashes: among ten million grams a false match is a matter of one in 10^8 texts. */
function* gramsOf(text: string): Generator<number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const hashes = words.map(hashOf);
  for (let at = 0; at + OVERLAP_WORDS <= hashes.length; at++) {
    let high = 0;
    let low = 0;
    for (let step = 0; step < OVERLAP_WORDS; step++) {
      const hash = hashes[at + step] ?? 0;
      high = (Math.imul(high, 0x01000193) ^ hash) >>> 0;
      low = (Math.imul(low, 0x85ebca6b) + hash) >>> 0;
    }
    yield (high & 0xfffff) * 0x1_0000_0000 + low;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
