/** What other blind runs of an instance said, from commit/rollouts/; null where none were read. */
import { ROLLOUTS_FOLDER, rolloutsSchema, type Rollouts } from "../records/rollouts.ts";
import { safeName } from "./file-names.ts";
import type { Store } from "./store.ts";

export const rolloutsPath = (instanceId: string): string =>
  `${ROLLOUTS_FOLDER}/${safeName(instanceId)}.json`;

export type FindRollouts = (instanceId: string) => Promise<Rollouts | null>;

/** Reads them once an instance; `isOn` false: [audit].rollouts is off, and none counts. */
export function makeRollouts(store: Store, isOn: boolean): FindRollouts {
  const held = new Map<string, Rollouts | null>();
  return async (instanceId) => {
    if (!isOn) return null;
    const known = held.get(instanceId);
    if (known !== undefined) return known;
    const found = await store.readIfThere(rolloutsPath(instanceId), rolloutsSchema);
    // Where case counts for nothing, the file may be another instance's.
    const read = found?.instance_id === instanceId ? found : null;
    if (held.size >= HELD) held.clear();
    held.set(instanceId, read);
    return read;
  };
}

// ---------------------------------------------------------------------------------------------

/** Instances whose runs are held at a time. */
const HELD = 64;
