/**
 * engine/<stage>/map-<n>.jsonl beside requests-<n>.jsonl: whose request each line is and under which id
 * it was booked. Written before the intents, and these before the requests appear, so that whatever a kill
 * leaves behind says how far it came: a file that never left has `requests-<n>.jsonl.part`.
 */
import { z } from "zod";
import type { Stage } from "../../work.ts";
import { parseLine, readLines } from "../jsonl.ts";
import type { Store } from "../store.ts";

/** A results file as it was when the requests were written: what stands in it is no answer to them. */
const seenSchema = z.object({ name: z.string(), size: z.number(), mtime_ms: z.number() });
export type SeenFile = Readonly<z.infer<typeof seenSchema>>;

const headSchema = z.object({
  requests: z.number(),
  stage: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Who carries the file; absent: somebody else, by hand. */
  engine: z.string().optional(),
  /** Of the API that its lines speak; absent in files of older builds. */
  url: z.string().optional(),
  results: z.array(seenSchema),
});
const entrySchema = z.object({
  custom_id: z.string(),
  key: z.string(),
  /** Id of the asking in report/ledger.jsonl. */
  ask: z.string(),
  /** Hashes of the error lines that answered earlier askings. */
  past: z.array(z.string()).optional(),
});

export type MapHead = Readonly<z.infer<typeof headSchema>>;
export type MapEntry = Readonly<z.infer<typeof entrySchema>>;
export type RequestMap = { readonly head: MapHead; readonly entries: readonly MapEntry[] };
/** `isWhole`: false where a line could not be read, so that there are requests of which nothing is known. */
export type ReadMap = RequestMap & { readonly isWhole: boolean };

export const folderOf = (stage: Stage): string => `engine/${stage}`;
export const requestsPath = (stage: Stage, n: number): string =>
  `${folderOf(stage)}/requests-${n}.jsonl`;
/** What a carrier notes of the file that it has. */
export const bookPath = (stage: Stage, n: number): string => `${folderOf(stage)}/batch-${n}.json`;
export const mapPath = (stage: Stage, n: number): string => `${folderOf(stage)}/map-${n}.jsonl`;

/** Numbers of the request files, maps and notes of carriers that are there, in order. */
export async function numbersIn(store: Store, stage: Stage): Promise<number[]> {
  const names = await store.list(folderOf(stage));
  const found = names
    .flatMap(
      (name) =>
        NUMBERED.exec(name)
          ?.slice(1)
          .find((n) => n !== undefined) ?? [],
    )
    .map(Number);
  return [...new Set(found)].sort((a, b) => a - b);
}

export async function writeMap(store: Store, stage: Stage, map: RequestMap): Promise<void> {
  const lines = [map.head, ...map.entries].map((line) => JSON.stringify(line));
  await store.writeText(mapPath(stage, map.head.requests), `${lines.join("\n")}\n`);
}

/** null where there is none, or what is there is no map. */
export async function readMap(store: Store, stage: Stage, n: number): Promise<ReadMap | null> {
  if (!(await store.has(mapPath(stage, n)))) return null;
  let head: MapHead | null = null;
  const entries: MapEntry[] = [];
  let isWhole = true;
  for await (const { bytes } of readLines(store.path(mapPath(stage, n)))) {
    const line = parseLine(bytes);
    const value = line.ok ? line.value : null;
    if (head === null) {
      const read = headSchema.safeParse(value);
      if (!read.success) return null;
      head = read.data;
      continue;
    }
    const read = entrySchema.safeParse(value);
    if (read.success) entries.push(read.data);
    else isWhole = false;
  }
  return head === null ? null : { head, entries, isWhole };
}

// ---------------------------------------------------------------------------------------------

const NUMBERED = /^(?:requests-(\d+)\.jsonl(?:\.part)?|map-(\d+)\.jsonl|batch-(\d+)\.json)$/;
