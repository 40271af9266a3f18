/** Local files as a source: paths, globs and folders, each file read by what its name ends in. */
import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { UserError, errorCode } from "../../errors.ts";
import { openJsonl } from "../jsonl.ts";
import { openParquet } from "../parquet.ts";
import { diskError } from "../disk-faults.ts";
import { expandHome, underHome } from "../home-path.ts";
import { openTraj } from "../traj.ts";
import { sourceOf, type Opened } from "./rows.ts";
import type { OpenFile, OpenOptions, RowSource } from "./types.ts";

export type LocalSpec = {
  /** Absolute; relative patterns start here. */
  readonly root: string;
  readonly pattern: string;
  /** The key of chain.toml or the command, for errors: "[source].trajectories"; null: the pattern says enough. */
  readonly key: string | null;
};

/**
 * Opens every file that the pattern names, in the order of their paths.
 * @throws UserError when the pattern matches nothing, or names a file of a kind that is not read.
 */
export async function openLocal(spec: LocalSpec, options: OpenOptions): Promise<RowSource> {
  const paths = await filesOf(spec);
  const opened: Opened[] = [];
  for (const path of paths) {
    opened.push({
      dataset: spec.pattern,
      revision: null,
      name: nameOf(spec.root, path),
      file: await openReadable(path, options),
    });
  }
  return sourceOf(opened);
}

/**
 * Every file that the pattern names, in the order of their paths, whatever its kind; `isOne`: it names
 * that very file.
 * @throws UserError when it matches nothing.
 */
export async function matchingFiles(
  spec: LocalSpec,
): Promise<{ readonly paths: readonly string[]; readonly isOne: boolean }> {
  const pattern = expandHome(spec.pattern);
  const path = resolve(spec.root, pattern);
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
    throw diskError(path, "read", error);
  });
  if (found?.isFile() === true) return { paths: [path], isOne: true };
  const isFolder = found?.isDirectory() === true;
  const paths = isFolder ? await inFolder(path) : await globbed({ root: spec.root, pattern });
  if (paths.length > 0) return { paths, isOne: false };
  if (isFolder) {
    throw new UserError(
      `${asNamed(spec)}: the folder ${path} holds no files`,
      "put files into it, or name another",
    );
  }
  throw new UserError(
    `${asNamed(spec)} matches nothing in ${spec.root}`,
    "paths are relative to the workspace; a Hub data set is written owner/name",
  );
}

/** What is said of a pattern that names files, and none that can be read. */
export function noneReadable(spec: LocalSpec, count: number): UserError {
  return new UserError(
    `${asNamed(spec)} matches ${count} files, none of a kind that is read`,
    `readable are ${READABLE}`,
  );
}

/** Path as records name it: relative to the workspace where it lies inside, else to the home folder. */
export function nameOf(root: string, path: string): string {
  const inside = relative(root, path);
  return (inside.startsWith("..") ? underHome(path) : inside).split(sep).join("/");
}

/** @throws UserError for a file of a kind that is not read. */
export async function openReadable(path: string, options: OpenOptions): Promise<OpenFile> {
  const open = readerOf(path);
  if (open === null) {
    throw new UserError(`${path}: files of this kind are not read`, `readable are ${READABLE}`);
  }
  return open(path, options);
}

/** True when the path is of a kind that is read. */
export function isReadable(path: string): boolean {
  return readerOf(path) !== null;
}

// ---------------------------------------------------------------------------------------------

const asNamed = ({ key, pattern }: Pick<LocalSpec, "key" | "pattern">): string =>
  `${key === null ? "" : `${key} = `}"${pattern}"`;

type Reader = (path: string, options: OpenOptions) => Promise<OpenFile>;

const READERS: readonly { readonly ends: RegExp; readonly open: Reader }[] = [
  { ends: /\.parquet$/i, open: (path) => openParquet(path) },
  { ends: /\.(jsonl|ndjson)(\.gz)?$/i, open: openJsonl },
  { ends: /\.(json|traj)(\.gz)?$/i, open: openTraj },
];
const READABLE = ".parquet, .jsonl, .jsonl.gz, .ndjson, .json, .json.gz, .traj.json, .traj";

function readerOf(path: string): Reader | null {
  return READERS.find((reader) => reader.ends.test(path))?.open ?? null;
}

async function filesOf(spec: LocalSpec): Promise<string[]> {
  const { paths, isOne } = await matchingFiles(spec);
  const readable = isOne ? paths : paths.filter(isReadable);
  if (readable.length > 0) return [...readable];
  throw noneReadable(spec, paths.length);
}

async function globbed(spec: Pick<LocalSpec, "root" | "pattern">): Promise<string[]> {
  const pattern = spec.pattern.replace(/^\.\//, "");
  const { base, glob } = picomatch.scan(pattern);
  if (glob === "") return [];
  const folder = isAbsolute(pattern) ? base : join(spec.root, base);
  const isMatch = picomatch(glob);
  const paths = await below(folder);
  return paths.filter((path) => isMatch(relative(folder, path).split(sep).join("/")));
}

/**
 * What lies in a folder that is named: without dot files and folders, which are caches and programs' own
 * (`answer/.facts.jsonl`, `.git`), but for those that agents keep their sessions in.
 */
async function inFolder(folder: string): Promise<string[]> {
  const isHidden = (part: string): boolean => part.startsWith(".") && !OF_AGENTS.test(part);
  const paths = await below(folder);
  return paths.filter((path) => !relative(folder, path).split(sep).some(isHidden));
}

const OF_AGENTS =
  /^\.(?:aider|claude|cline|codex|gemini|hermes|openclaw|opencode|openhands|pi|qwen)/;

/** Files below a folder, sorted by path; [] when there is no such folder. */
async function below(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw diskError(folder, "read", error);
  }
}
