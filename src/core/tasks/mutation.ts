/** A fault and its way back: one change of a file's text, as places were found in its syntax tree. */
import type { Mutation } from "../../records/gym-task.ts";
import { randomIndex, type Rng } from "../random.ts";
import { sha256Hex } from "../turn/hash.ts";

/** The file with the fault; null where the words are not those that were recorded. */
export function withFault(text: string, { start, end, before, after }: Mutation): string | null {
  return text.slice(start, end) === before ? text.slice(0, start) + after + text.slice(end) : null;
}

/** The line that a fault is on, with it and as released; one line each, for mutations within one line. */
export function faultLines(text: string, mutation: Mutation): { right: string; wrong: string } {
  const from = text.lastIndexOf("\n", mutation.start - 1) + 1;
  const newline = text.indexOf("\n", mutation.end);
  const to = newline === -1 ? text.length : newline;
  const head = text.slice(from, mutation.start);
  const tail = text.slice(mutation.end, to);
  return {
    right: `${head}${mutation.before}${tail}`,
    wrong: `${head}${mutation.after}${tail}`,
  };
}

/** "gym__toolz-1a2b3c4d" */
export function taskId(packageName: string, version: string, mutation: Mutation): string {
  const { file, start, end, after } = mutation;
  const hash = sha256Hex(JSON.stringify([packageName, version, file, start, end, after]));
  const name = packageName.replaceAll(/[^A-Za-z0-9.]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return `gym__${name}-${hash.slice(0, 8)}`;
}

/**
 * Places in the order in which they are tried: shuffled, then by turns over files and operators, so that no
 * file and no kind of fault has most of a package's tasks.
 */
export function orderToTry(places: readonly Mutation[], rng: Rng): Mutation[] {
  const shuffled = [...places];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = randomIndex(rng, at + 1);
    const [a, b] = [shuffled[at], shuffled[other]];
    if (a === undefined || b === undefined) continue;
    shuffled[at] = b;
    shuffled[other] = a;
  }
  const seen = new Map<string, number>();
  const ranked = shuffled.map((place, at) => {
    const ranks = [place.file, place.operator].map((key) => {
      const rank = seen.get(key) ?? 0;
      seen.set(key, rank + 1);
      return rank;
    });
    return { place, rank: Math.max(...ranks), at };
  });
  return ranked.sort((a, b) => a.rank - b.rank || a.at - b.at).map(({ place }) => place);
}
