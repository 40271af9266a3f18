/**
 * A set as training and evaluation see it: its files by split in the format that is wanted, their hash,
 * and which of its rows are problems of public benchmarks.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, parse, relative } from "node:path";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { METHOD_FORMATS, formatOf, splitOf } from "../core/training/format-of.ts";
import { errorCode, UserError } from "../errors.ts";
import { onDisk } from "../io/disk-faults.ts";
import { columnsOf, rowsOf } from "./set-rows.ts";

export type Split = "train" | "validation" | "test";

export type TrainingSet = {
  /** Absolute. */
  readonly folder: string;
  readonly format: string;
  /** Absolute paths; [] for a split without rows. */
  readonly files: Readonly<Record<Split, readonly string[]>>;
};

/** @throws UserError for a folder that is no set, and for a set without the wanted formats. */
export async function openSet(
  command: string,
  folder: string,
  formats: readonly string[],
): Promise<TrainingSet> {
  const ways = waysTo(formats);
  const places = await placesOf(command, folder, ways);
  const found = new Map<string, TrainingSet>();
  for (const place of places) {
    const files = await filesOf(place);
    const first = files.train[0] ?? files.validation[0] ?? files.test[0];
    if (first === undefined) continue;
    const format = formatOf(await columnsOf(first));
    // The folder that is named as its format comes before one that holds it by chance.
    if (!found.has(format) || parse(place).base === format) {
      found.set(format, { folder, format, files });
    }
  }
  for (const format of formats) {
    const set = found.get(format);
    if (set !== undefined) return set;
  }
  if (found.size === 0) {
    throw new UserError(`${command}: ${folder} holds no set: there is no train.jsonl`, ways);
  }
  const there = [...found.keys()].filter((format) => format !== "").sort();
  throw new UserError(
    `${command}: ${folder} has no rows of the format ${formats[0] ?? ""}${there.length > 0 ? ` (it has ${there.join(", ")})` : ""}`,
    `build the set again with --format ${formats[0] ?? "prompt-completion"}${command === "train" ? otherMethods(there) : ""}`,
  );
}

/** ", or train on what is there with --method dpo"; nothing where no method takes it. */
function otherMethods(there: readonly string[]): string {
  const methods = Object.entries(METHOD_FORMATS)
    .filter(([, format]) => there.includes(format))
    .map(([method]) => method);
  return methods.length === 0
    ? ""
    : `, or train on what is there with --method ${methods.join(" or ")}`;
}

/** sha256 over the names and bytes of files, hex. */
export async function hashFiles(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${relative(folder, file)}\0`);
    await onDisk(file, "read", async () => {
      for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    });
  }
  return hash.digest("hex");
}

/** Rows that are problems of SWE-bench Lite or Verified: how many, and some ids. */
export async function benchmarkRows(
  files: readonly string[],
): Promise<{ readonly rows: number; readonly ids: readonly string[] }> {
  const ids = new Set<string>();
  let rows = 0;
  for (const file of files) {
    for await (const row of rowsOf(file)) {
      const id = instanceOf(row);
      if (!isBenchmarkInstance(id)) continue;
      rows++;
      ids.add(id);
    }
  }
  return { rows, ids: [...ids].sort() };
}

/** A row's instance; "" where it names none. */
export function instanceOf(row: Readonly<Record<string, unknown>>): string {
  const about = Object(row["metadata"] ?? row) as Readonly<Record<string, unknown>>;
  const id = about["instance_id"] ?? row["instance_id"];
  return typeof id === "string" ? id : "";
}

// ---------------------------------------------------------------------------------------------

/** The commands that lead to a set with the first of these formats, in their order. */
function waysTo([format = "prompt-completion"]: readonly string[]): string {
  const flag = format === "prompt-completion" ? "" : ` -- --format ${format}`;
  return `in this order: npm run stages (turns are judged), npm run stage:export${flag} (they become dataset/export), then this command with that folder's name; stage:repair, stage:actions and stage:speedrun build other sets`;
}

/** The folder itself, then those of further formats. */
async function placesOf(command: string, folder: string, ways: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    return [folder, ...inside.map(({ name }) => join(folder, name)).sort()];
  } catch (error) {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") throw error;
    throw new UserError(`${command}: ${folder} is not there`, ways);
  }
}

/** JSON Lines before Parquet: a set may have both, with the same rows. Empty files have no rows. */
async function filesOf(place: string): Promise<Record<Split, string[]>> {
  const files: Record<Split, string[]> = { train: [], validation: [], test: [] };
  const names = (await readdir(place)).sort();
  for (const ending of [".jsonl", ".parquet"]) {
    for (const name of names) {
      const { name: stem, ext } = parse(name);
      const split = ext === ending ? splitOf(stem) : null;
      if (split === null || files[split].length > 0) continue;
      const path = join(place, name);
      if ((await stat(path)).size > 0) files[split].push(path);
    }
  }
  return files;
}
