/** JSON Lines files as objects, one at a time: what the small tools read. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { parseLine, readLines } from "./jsonl.ts";

export type Row = Readonly<Record<string, unknown>>;

/**
 * Every object of a file (".gz" is unpacked) with its 1-based line; blank lines are left out.
 * @throws UserError for a file that is not there, and for a broken line unless `onBad` takes it.
 */
export async function* readRows(
  path: string,
  onBad?: (line: number, why: string) => void,
): AsyncGenerator<{ line: number; row: Row }> {
  const isThere = existsSync(path);
  if (isThere && statSync(path).isDirectory()) {
    throw new UserError(`${path} is a folder`, "name a JSON Lines file in it");
  }
  if (!isThere || !statSync(path).isFile()) {
    throw new UserError(`${path} is not there`, "name a JSON Lines file that exists");
  }
  for await (const { number, bytes } of readLines(path)) {
    const parsed = parseLine(bytes);
    if (parsed.ok) yield { line: number, row: parsed.value };
    else if (onBad !== undefined) onBad(number, parsed.why);
    else {
      throw new UserError(
        `${path} line ${number} is not JSON: ${parsed.why}`,
        "mend or delete that line, or run again with --skip-bad to count such lines and go on",
      );
    }
  }
}

/** The JSON Lines files of a folder, by name; a path that is none stands for itself. */
export function rowFiles(path: string): readonly string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) return [path];
  return readdirSync(path)
    .filter((name) => JSONL.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** A file's name without what says that it is JSON Lines. */
export const nameOf = (path: string): string => basename(path).replace(JSONL, "");

const JSONL = /\.jsonl(?:\.gz)?$/;
