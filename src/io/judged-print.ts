/**
 * What the score files of a workspace say, in one hash: a duel keeps that of the files it was weighed by, so that
 * turns which came, went or changed since are noticed however many there are.
 */
import { isRefinedName } from "../records/refined.ts";
import type { Score } from "../records/score.ts";
import { contentHash, hashedLines } from "./facts/facts.ts";
import type { Store } from "./store.ts";

/** Names of the score files of first answers, sorted; also of turns that no duel counts. */
export async function listScores(store: Store): Promise<string[]> {
  return (await store.list("score")).filter(
    (name) => !name.startsWith("_") && name.endsWith(".json") && !isRefinedName(name),
  );
}

/** Of a turn what a duel hangs on; not what differs from run to run, as times do. */
export function scorePrint({ instance_id, mode, score, parsed }: Score): string {
  return contentHash(JSON.stringify([instance_id, mode, score, parsed]));
}

/** Of all score files: to be added in the order of `listScores`, null where one is broken. */
export function judgedPrint(): {
  add(name: string, print: string | null): void;
  hash(): string;
} {
  const lines = hashedLines();
  return { add: (name, print) => lines.add([name, print]), hash: () => lines.hash() };
}
