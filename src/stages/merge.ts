/**
 * Merge: joins workspaces that were split, or grew apart from the same prompts, into one: prompts,
 * commits, answers, tries, scores, reviews and ledgers. What is made from all turns is made anew.
 */
import { UserError } from "../errors.ts";
import { lockWorkspace } from "../io/lock.ts";
import { mergeInto, type Merged } from "../io/merge.ts";
import type { Store } from "../io/store.ts";

/** @param parts absolute folders. @throws UserError for one that is named twice, or is the workspace itself. */
export async function merge(store: Store, parts: readonly string[]): Promise<Merged> {
  check(store.root, parts);
  const unlocks: (() => Promise<void>)[] = [];
  try {
    for (const root of [store.root, ...parts]) unlocks.push(await lockWorkspace(root, "merge"));
    const merged = await mergeInto(store, parts);
    if (merged.files + merged.same + merged.calls === 0) throw nothingIn(parts);
    return merged;
  } finally {
    for (const unlock of unlocks.reverse()) await unlock();
  }
}

function nothingIn(parts: readonly string[]): UserError {
  return new UserError(
    `merge: nothing of a workspace is in ${parts.join(", ")}`,
    "name the folders that split made, or workspaces in which the stages have run",
  );
}

// ---------------------------------------------------------------------------------------------

function check(root: string, parts: readonly string[]): void {
  if (parts.length === 0) {
    throw new UserError("merge: no workspace is named", "name the folders that split made");
  }
  const twice = parts.find((part, at) => part === root || parts.indexOf(part) < at);
  if (twice === undefined) return;
  throw new UserError(
    twice === root
      ? `merge: ${twice} is the workspace that is merged into`
      : `merge: ${twice} is named twice`,
    "name every workspace once; --root names the one that takes the others in",
  );
}
