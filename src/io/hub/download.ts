/** Files of the Hub, fetched whole: for sets without Parquet. */
import { open, rename, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../../errors.ts";
import type { RemoteFile } from "./footers.ts";
import type { HubClient } from "./http.ts";
import { makeFolder } from "../make-folder.ts";

const PIECE_BYTES = 1 << 22;

/** Does nothing when the file is there; goes on where a stopped download was. */
export async function fetchWhole(client: HubClient, file: RemoteFile, path: string): Promise<void> {
  const done = await stat(path).catch(() => null);
  if (done !== null) return;
  const part = `${path}.part`;
  await makeFolder(dirname(path));
  const before = await stat(part).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  const from = before === null ? 0 : before.size - (before.size % PIECE_BYTES);
  const handle = await open(part, "a");
  try {
    await truncate(part, from);
    for (let start = from; start < file.size; start += PIECE_BYTES) {
      const { bytes } = await client.range(
        file.url,
        start,
        Math.min(start + PIECE_BYTES, file.size),
      );
      await handle.appendFile(bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
}
