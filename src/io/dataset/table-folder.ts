/** A folder of a workspace that is made when it is not there. */
import { mkdir } from "node:fs/promises";
import { onDisk } from "../disk-faults.ts";
import type { Store } from "../store.ts";

export async function folderFor(store: Store, folder: string): Promise<void> {
  const path = store.path(folder);
  await onDisk(path, "write", () => mkdir(path, { recursive: true }));
}
