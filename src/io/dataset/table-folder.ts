/** A folder of a workspace that is made when it is not there. */
import { onDisk } from "../disk-faults.ts";
import type { Store } from "../store.ts";
import { makeFolder } from "../make-folder.ts";

export async function folderFor(store: Store, folder: string): Promise<void> {
  const path = store.path(folder);
  await onDisk(path, "write", () => makeFolder(path));
}
