/** Pull requests of drawn turns: those found last are remembered, so that neighbours cost one look-up. */
import { dropped, kept, type Kept } from "../core/sample/drops.ts";
import { pullRequestChars, pullRequestOf } from "../core/sample/pr.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { PullRequest } from "../records/pull-request.ts";

export type FoundPullRequests = ReadonlyMap<string, Kept<PullRequest>>;

/**
 * Looks ids up, one call after the other, so that none is asked for twice. Records of at most `chars`
 * characters in all are remembered: a draw that refuses most turns passes tens of thousands.
 */
export function createFindPullRequests(
  prs: PullRequestRows,
  chars = KEPT_CHARS,
): (instanceIds: readonly string[]) => Promise<FoundPullRequests> {
  const known = new Map<string, Kept<PullRequest>>();
  let total = 0;

  const forget = (): void => {
    for (const [id, pr] of known) {
      if (total <= chars) break;
      known.delete(id);
      total -= charsOf(pr);
    }
  };
  const find = async (ids: ReadonlySet<string>): Promise<FoundPullRequests> => {
    const missing = [...ids].filter((id) => !known.has(id));
    const rows = missing.length === 0 ? new Map<string, never>() : await prs.find(missing);
    for (const id of missing) {
      const row = rows.get(id);
      const pr = row === undefined ? null : pullRequestOf(row);
      const reason = row === undefined ? "no_pr" : "pr_unreadable";
      const found = pr !== null ? kept(pr) : dropped(reason);
      known.set(id, found);
      total += charsOf(found);
    }
    const asked = new Map([...ids].map((id) => [id, known.get(id) ?? dropped("no_pr")]));
    forget();
    return asked;
  };

  let before: Promise<unknown> = Promise.resolve();
  return (instanceIds) => {
    const finding = before.then(() => find(new Set(instanceIds)));
    before = finding;
    return finding;
  };
}

// ---------------------------------------------------------------------------------------------

const KEPT_CHARS = 1 << 25;
/** What an id takes without its record. */
const ID_CHARS = 100;

function charsOf(pr: Kept<PullRequest>): number {
  return ID_CHARS + (pr.ok ? pullRequestChars(pr.value) : 0);
}
