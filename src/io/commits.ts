/** commit/<instance_id>.json, found under any name that this or an older build gave it. */
import { pullRequestSchema, type PullRequest } from "../records/pull-request.ts";
import { apartName, namesFor, safeName } from "./file-names.ts";
import type { Store } from "./store.ts";

/** The record of an instance; null when there is none. A file of another instance is not taken for it. */
export async function readCommit(store: Store, instanceId: string): Promise<PullRequest | null> {
  for (const name of namesFor(instanceId)) {
    const record = await store.readIfThere(`commit/${name}.json`, pullRequestSchema);
    if (record !== null && isOf(record, instanceId)) return record;
  }
  return null;
}

export type CommitWriter = (instanceId: string, record: PullRequest) => Promise<void>;

/** Writes records; of two ids that differ in case alone the second gets a name of its own. */
export async function openCommits(store: Store): Promise<CommitWriter> {
  const taken = new Map<string, string>();
  for (const file of await store.list("commit")) {
    if (!file.endsWith(".json")) continue;
    const name = file.slice(0, -".json".length);
    taken.set(name.toLowerCase(), name);
  }
  return async (instanceId, record) => {
    const plain = safeName(instanceId);
    const holder = taken.get(plain.toLowerCase()) ?? plain;
    const name = holder === plain ? plain : apartName(instanceId);
    taken.set(name.toLowerCase(), name);
    await store.write(`commit/${name}.json`, record);
  };
}

// ---------------------------------------------------------------------------------------------

/** Where case counts for nothing, "Foo.json" is found under "foo.json" too; a record says whose it is. */
const isOf = (record: PullRequest, instanceId: string): boolean =>
  record.instance_id.toLowerCase() !== instanceId.toLowerCase() ||
  record.instance_id === instanceId;
