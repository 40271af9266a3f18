/**
 * Values that cost a request, kept on disk as they come, a line each, so that a killed run need not ask
 * again. Only offsets are held in memory. A torn last line is cut off.
 */
import { open, rm, stat, truncate, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { parseLine, readLines } from "./jsonl.ts";
import { diskError } from "./disk-faults.ts";
import { makeFolder } from "./make-folder.ts";

export type LineCache = {
  has(key: string): boolean;
  /** null when the key is not there. */
  get(key: string): Promise<unknown>;
  /** Appends all of them. A kill loses none; after a power cut the last ones may be asked for again. */
  put(entries: readonly (readonly [key: string, value: unknown])[]): Promise<void>;
  /** Deletes the file. */
  remove(): Promise<void>;
};

type Places = Map<string, { readonly start: number; readonly length: number }>;

export async function openLineCache(path: string): Promise<LineCache> {
  await makeFolder(dirname(path));
  const places: Places = new Map();
  let end = await readPlaces(path, places);
  // One append at a time: a line's place is known by what was appended before it.
  let queue = Promise.resolve();

  const append = async (entries: readonly (readonly [string, unknown])[]): Promise<void> => {
    const lines = entries.map(([k, v]) => Buffer.from(`${JSON.stringify({ k, v })}\n`));
    await withFile(path, "a", (file) => file.writev(lines));
    for (const [n, [key]] of entries.entries()) {
      const length = lines[n]?.length ?? 0;
      places.set(key, { start: end, length: length - 1 });
      end += length;
    }
  };

  return {
    has: (key) => places.has(key),
    async get(key) {
      const place = places.get(key);
      if (place === undefined) return null;
      const bytes = Buffer.alloc(place.length);
      await withFile(path, "r", (file) => file.read(bytes, 0, place.length, place.start));
      const parsed = parseLine(bytes);
      return parsed.ok ? (parsed.value["v"] ?? null) : null;
    },
    put(entries) {
      if (entries.length > 0) queue = queue.then(() => append(entries));
      return queue;
    },
    remove: () => rm(path, { force: true }),
  };
}

// ---------------------------------------------------------------------------------------------

/** Where the whole lines are; what stands behind them is cut off. Gives the end of the last one. */
async function readPlaces(path: string, places: Places): Promise<number> {
  await withFile(path, "a", async () => {});
  const { size } = await stat(path);
  let end = 0;
  for await (const line of readLines(path)) {
    const parsed = parseLine(line.bytes);
    const lineEnd = line.start + line.bytes.length + 1;
    if (!parsed.ok || typeof parsed.value["k"] !== "string" || lineEnd > size) break;
    places.set(parsed.value["k"], { start: line.start, length: line.bytes.length });
    end = lineEnd;
  }
  if (end < size) await truncate(path, end);
  return end;
}

async function withFile(
  path: string,
  flags: "a" | "r",
  work: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  try {
    const file = await open(path, flags);
    try {
      await work(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(path, flags === "a" ? "write" : "read", error);
  }
}
