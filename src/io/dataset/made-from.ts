/**
 * What a finished set was made from: a hidden mark beside its folder, so that the same command run again
 * can say that there is nothing to do. It names the statistics that it belongs to: of a set that was
 * changed or replaced since, it says nothing.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { errorCode } from "../../errors.ts";
import { summaryFields } from "../../records/run.ts";
import type { StageSummary } from "../../work.ts";
import type { SourceFile } from "../source/types.ts";
import { onDisk } from "../disk-faults.ts";
import { expandHome } from "../home-path.ts";
import { statsIfThere } from "../stats-if-there.ts";
import { writeWhole } from "../store.ts";
import { STATS_FILE } from "./folder.ts";

/** A hash of anything that JSON can say. */
export function madeHash(from: unknown): string {
  return createHash("sha256").update(JSON.stringify(from)).digest("hex");
}

/** Marks a set that is in place. */
export async function markMade(folder: string, hash: string, summary: StageSummary): Promise<void> {
  const stats = await textOf(join(folder, STATS_FILE));
  const mark = { made_from: hash, stats: madeHash(stats), summary };
  await writeWhole(markOf(folder), `${JSON.stringify(mark, null, 2)}\n`);
}

/** The summary of the run that made the folder's set from just this; null: from something else, or not whole. */
export async function madeBefore(folder: string, hash: string): Promise<StageSummary | null> {
  const mark = markSchema.safeParse(parsed(await textOf(markOf(folder))));
  if (!mark.success || mark.data.made_from !== hash) return null;
  const text = await textOf(join(folder, STATS_FILE));
  const stats = statsSchema.safeParse(parsed(text));
  if (!stats.success || madeHash(text) !== mark.data.stats) return null;
  for (const { name } of stats.data.files) {
    if (printOf(join(folder, name)) === null) return null;
  }
  const { summary } = mark.data;
  const note = `${folder}: it is there already, made from the same input with the same settings: nothing to do (--force builds it anew)`;
  return { ...summary, notes: [note, ...summary.notes], stopped: null };
}

/** True when the folder has a mark, of whatever input. */
export async function hasMark(folder: string): Promise<boolean> {
  return printOf(markOf(folder)) !== null;
}

/** Path, size and time of change of each file; null for one that is not there. */
export async function filePrints(paths: readonly string[]): Promise<unknown[]> {
  const prints: unknown[] = [];
  for (const path of paths) prints.push([path, printOf(path)]);
  return prints;
}

/** One hash over the prints of very many files. */
export function printsHash(paths: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${JSON.stringify([path, printOf(path)])}\n`);
  return hash.digest("hex");
}

/** The same for the files of a source; those of a Hub are told by their commit. */
export async function sourcePrints(root: string, files: readonly SourceFile[]): Promise<unknown[]> {
  const prints: unknown[] = [];
  for (const { dataset, revision, name, rows } of files) {
    const print = revision === null ? printOf(resolve(root, expandHome(name))) : null;
    prints.push([dataset, revision, name, rows, print]);
  }
  return prints;
}

// ---------------------------------------------------------------------------------------------

const markOf = (folder: string): string => join(dirname(folder), `.${basename(folder)}.made.json`);

const markSchema = z.object({
  made_from: z.string(),
  stats: z.string(),
  summary: z.object(summaryFields),
});
const statsSchema = z.looseObject({ files: z.array(z.looseObject({ name: z.string() })) });

function printOf(path: string): string | null {
  const stats = statsIfThere(path);
  return stats === null ? null : `${stats.size} ${stats.mtimeMs}`;
}

/** null for a file that is not there. */
async function textOf(path: string): Promise<string | null> {
  return onDisk(path, "read", () =>
    readFile(path, "utf8").catch((error: unknown) => {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
      throw error;
    }),
  );
}

/** null for what is no JSON: a person's edit. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
