/** The files that --input names: paths, globs, folders. */
import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { UserError } from "../../errors.ts";

/**
 * Files that paths, globs or folders name, each once, in the order of the patterns and then by path.
 * @throws UserError when a pattern matches nothing.
 */
export async function inputFiles(root: string, patterns: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    const found = await matching(root, pattern);
    if (found.length === 0) {
      throw new UserError(
        `--input ${pattern} matches nothing in ${root}`,
        "name .jsonl files, a glob in quotes ('logs/*.jsonl'), or a folder; relative to the workspace",
      );
    }
    for (const file of found) files.add(file);
  }
  return [...files];
}

/** True for a folder that is there. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** Bytes of all files. */
export async function totalBytes(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  return bytes;
}

// ---------------------------------------------------------------------------------------------

async function matching(root: string, pattern: string): Promise<string[]> {
  const path = resolve(root, pattern);
  const found = await stat(path).catch(() => null);
  if (found?.isFile() === true) return [path];
  if (found?.isDirectory() === true) return (await below(path)).filter(isJsonl);
  const { default: picomatch } = await import("picomatch");
  const { base, glob } = picomatch.scan(pattern.replace(/^\.\//, ""));
  if (glob === "") return [];
  const folder = isAbsolute(pattern) ? base : join(root, base);
  const isMatch = picomatch(glob);
  return (await below(folder)).filter((one) => isMatch(relative(folder, one).split(sep).join("/")));
}

const isJsonl = (path: string): boolean => /\.(?:jsonl|ndjson)(?:\.gz)?$/.test(path);

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}
