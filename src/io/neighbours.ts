/** Other pull requests of a repository, from commit/: what they explain as well is the project's way of speaking. */
import type { PullRequest } from "../records/pull-request.ts";
import { readCommit } from "./commits.ts";
import type { Store } from "./store.ts";

/** Enough for a mean, and few enough to be held. */
const NEIGHBOURS = 3;
/** Instances whose neighbours are held at a time. */
const HELD = 32;

export type Neighbours = (instanceId: string) => Promise<readonly PullRequest[]>;

/** Up to three records whose ids differ from the given one in the number alone, in the order of their names. */
export function makeNeighbours(store: Store): Neighbours {
  let ids: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const held = new Map<string, readonly PullRequest[]>();
  return async (instanceId) => {
    ids ??= idsByRepo(store);
    const repo = repoOf(instanceId);
    const known = held.get(instanceId);
    if (known !== undefined) return known;
    const names = ((await ids).get(repo) ?? []).filter((id) => id !== instanceId);
    const found: PullRequest[] = [];
    for (const id of names.slice(0, NEIGHBOURS)) {
      const record = await readCommit(store, id);
      if (record !== null) found.push(record);
    }
    held.set(instanceId, found);
    for (const oldest of held.keys()) {
      if (held.size <= HELD) break;
      held.delete(oldest);
    }
    return found;
  };
}

// ---------------------------------------------------------------------------------------------

/** "django__django-11001" -> "django__django". */
const repoOf = (instanceId: string): string => instanceId.replace(/-\d+$/, "");

async function idsByRepo(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const byRepo = new Map<string, string[]>();
  for (const name of [...(await store.list("commit"))].sort()) {
    if (!name.endsWith(".json")) continue;
    const id = name.slice(0, -".json".length);
    const repo = repoOf(id);
    if (repo === id) continue;
    byRepo.set(repo, [...(byRepo.get(repo) ?? []), id]);
  }
  return byRepo;
}
