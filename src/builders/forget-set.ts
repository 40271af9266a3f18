/** Takes the rows of an instance or run out of a finished set: its files anew and whole, in their order. */
import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  cardAfter,
  isForgotten,
  isForgottenTask,
  statsAfter,
  type FileChange,
  type Forgotten,
} from "../core/dataset/forgotten.ts";
import { toldRows } from "../core/dataset/told-rows.ts";
import { onDisk } from "../io/disk-faults.ts";
import { beginFolder, STATS_FILE } from "../io/dataset/folder.ts";
import { hasSet } from "../io/dataset/set-files.ts";
import { openLineWriter } from "../io/dataset/spool.ts";
import { readLines } from "../io/jsonl.ts";
import { UserError } from "../errors.ts";

export type SetFindings = {
  /** Absolute. */
  readonly folder: string;
  /** 0-based lines to go, by file; files without any are not in it. */
  readonly found: ReadonlyMap<string, readonly number[]>;
  /** Rows that do not say where they come from. */
  readonly unknown: number;
  /** Names of all files of the set. */
  readonly files: readonly string[];
  readonly stats: Readonly<Record<string, unknown>>;
};

/** Whole sets below a folder. */
export async function setsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sets: string[] = [];
  for (const { name } of entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith("."),
  )) {
    if (await hasSet(join(folder, name))) sets.push(join(folder, name));
  }
  return sets.sort();
}

/** Looks a set through. @throws UserError for a folder that is no set, and for lines that are no JSON. */
export async function lookThrough(folder: string, forgotten: Forgotten): Promise<SetFindings> {
  if (!(await hasSet(folder))) {
    throw new UserError(
      `forget: ${folder} holds no finished set: there is no ${STATS_FILE}`,
      "name the folder of a set, or delete what a killed run left",
    );
  }
  const stats = await readStats(folder);
  const files = (stats["files"] as { name: string }[]).map(({ name }) => name);
  const found = new Map<string, readonly number[]>();
  const silent: string[] = [];
  const told = toldRows();
  for (const name of files.filter((one) => one.endsWith(".jsonl"))) {
    const { lines, others } = await linesOf(folder, name, (row) => {
      const is = isForgotten(row, forgotten.id);
      if (is !== "silent") told.see(row, is);
      return is === "silent" ? "unknown" : is;
    });
    if (lines.length > 0) found.set(name, lines);
    if (others > 0) silent.push(name);
  }
  let unknown = 0;
  for (const name of silent) {
    const { lines, others } = await linesOf(folder, name, (row) => {
      const is = isForgotten(row, forgotten.id);
      if (is !== "silent") return is;
      const twin = told.of(row);
      return twin === "unknown" ? isForgottenTask(row, forgotten) : twin;
    });
    if (lines.length > 0) found.set(name, lines);
    unknown += others;
  }
  return { folder, found, unknown, files, stats };
}

/** Writes the set without these rows; a set that has none left goes whole. Returns the rows that went. */
export async function takeOut(findings: SetFindings, id: string): Promise<number> {
  const { folder: target, found, files, stats } = findings;
  const main = files.filter((name) => !name.includes("/") && isRows(name));
  const folder = await beginFolder(target, true);
  try {
    const changes: FileChange[] = [];
    const print = createHash("sha256");
    for (const name of files.filter((one) => one.endsWith(".jsonl"))) {
      const gone = new Set(found.get(name));
      changes.push(await copyLines(join(target, name), await folder.path(name), gone, name, print));
    }
    if (changes.filter(({ name }) => main.includes(name)).every(({ after }) => after === 0)) {
      await folder.discard();
      await onDisk(target, "remove", () => rm(target, { recursive: true }));
      return rowsOf(changes, main);
    }
    const hash = print.digest("hex").slice(0, 16);
    for (const name of files.filter((one) => !one.endsWith(".jsonl"))) {
      const [from, to] = [join(target, name), await folder.path(name)];
      if (name.endsWith(".parquet")) {
        const { copyParquetWithout } = await import("../io/dataset/parquet.ts");
        await copyParquetWithout(from, to, found.get(name.replace(/parquet$/, "jsonl")) ?? []);
      } else if (name === "README.md") {
        const card = await onDisk(from, "read", () => readFile(from, "utf8"));
        writeText(to, cardAfter(card, { id, print: hash, changes }));
      } else if (name !== STATS_FILE) await onDisk(to, "write", () => copyFile(from, to));
    }
    const after = statsAfter(stats, changes);
    writeText(await folder.path(STATS_FILE), JSON.stringify(after, null, 2));
    await folder.commit([...files.filter((name) => name !== STATS_FILE), STATS_FILE]);
    return rowsOf(changes, main);
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------

/** 0-based lines of a file that are to go, and how many are not known. */
async function linesOf(
  folder: string,
  name: string,
  tell: (row: Readonly<Record<string, unknown>>) => boolean | "unknown",
): Promise<{ lines: number[]; others: number }> {
  const lines: number[] = [];
  let others = 0;
  let at = 0;
  for await (const { bytes } of readLines(join(folder, name))) {
    const is = tell(rowOf(bytes, folder, name, at));
    if (is === "unknown") others++;
    else if (is) lines.push(at);
    at++;
  }
  return { lines, others };
}

const isRows = (name: string): boolean => name.endsWith(".jsonl") && name !== "skipped.jsonl";

const rowsOf = (changes: readonly FileChange[], main: readonly string[]): number =>
  changes
    .filter(({ name }) => main.includes(name))
    .reduce((sum, { before, after }) => sum + before - after, 0);

async function readStats(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, STATS_FILE);
  const text = await onDisk(path, "read", () => readFile(path, "utf8"));
  try {
    const stats = Object(JSON.parse(text)) as Record<string, unknown>;
    if (Array.isArray(stats["files"])) return stats;
  } catch {
    // Told below, as a list that is missing.
  }
  throw new UserError(
    `forget: ${path} lists no files: it was cut or edited`,
    "build the set again with --force, or delete its folder",
  );
}

function rowOf(
  bytes: Buffer,
  folder: string,
  name: string,
  at: number,
): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(bytes.toString("utf8"))) as Record<string, unknown>;
  } catch {
    throw new UserError(
      `forget: ${join(folder, name)} line ${at + 1} is not JSON`,
      "build the set again with --force, or delete its folder",
    );
  }
}

async function copyLines(
  from: string,
  to: string,
  gone: ReadonlySet<number>,
  name: string,
  print: { update(bytes: Uint8Array): unknown },
): Promise<FileChange> {
  const writer = openLineWriter(to);
  let before = 0;
  try {
    for await (const { bytes } of readLines(from)) {
      if (!gone.has(before)) {
        writer.raw(bytes);
        writer.raw(LINE_FEED);
        print.update(bytes);
      }
      before++;
    }
    writer.close(true);
  } finally {
    writer.end();
  }
  return { name, before, after: before - gone.size, bytes: writer.bytes };
}

const LINE_FEED = Uint8Array.of(10);

function writeText(path: string, text: string): void {
  const writer = openLineWriter(path);
  writer.line(text.replace(/\n$/, ""));
  writer.close(true);
}
