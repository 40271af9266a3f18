/** Where the hidden knowledge of a turn lies: commit/<instance_id>.json, or commit/future/<answer file>. */
import type { Config } from "../config.ts";
import { pullRequestSchema, type PullRequest } from "../records/pull-request.ts";
import { readCommit } from "./commits.ts";
import type { Facts } from "./facts/facts.ts";
import { namesFor } from "./file-names.ts";
import type { Store } from "./store.ts";

/** The folder of futures, a file a turn. */
export const FUTURE_FOLDER = "commit/future";

/** commit/future/<answer file>: what the turn's own run did afterwards. */
export function futurePath(answerFile: string): string {
  return `${FUTURE_FOLDER}/${answerFile}`;
}

/** What the challenger of a turn is shown, as [challenger].hidden asks; null: there is none. */
export async function readHiddenOf(
  store: Store,
  turn: { readonly name: string; readonly instance_id: string },
  hidden: Config["challenger"]["hidden"],
): Promise<PullRequest | null> {
  const future =
    hidden === "pr" ? null : await store.readIfThere(futurePath(turn.name), pullRequestSchema);
  if (future !== null || hidden === "future") return future;
  return readCommit(store, turn.instance_id);
}

/** A hash of everything that `readHiddenOf` may read of a turn; alike as long as it would give the same. */
export async function hiddenHash(
  facts: Facts,
  turn: { readonly name: string; readonly instance_id: string },
): Promise<string> {
  const records = namesFor(turn.instance_id).map((name) => `commit/${name}.json`);
  const hashes: string[] = [];
  for (const path of [futurePath(turn.name), ...records]) hashes.push(await facts.hash(path));
  return hashes.join(".");
}
