/** Output folders of builders that write several sets: all of them are looked at before the first. */
import { beginFolder } from "./dataset/folder.ts";

/** @throws UserError for a folder that holds something, unless `force`. */
export async function freeFolders(folders: readonly string[], force: boolean): Promise<void> {
  for (const folder of folders) await (await beginFolder(folder, force)).discard();
}
