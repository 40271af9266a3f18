/** Where the hidden knowledge of a turn lies: commit/<instance_id>.json, or commit/future/<answer file>. */
import type { Config } from "../config.ts";
import { pullRequestSchema, type PullRequest } from "../records/pull-request.ts";
import { readCommit } from "./commits.ts";
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
