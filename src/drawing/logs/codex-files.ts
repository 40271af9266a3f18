/** Codex rollouts with the files that their forks refer to, found by the thread's id in their names. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codexHead, readCodex } from "../../core/formats/codex.ts";
import type { Reading } from "../../core/formats/run.ts";
import { recordOf } from "../../core/formats/values.ts";
import { firstValues, logLines } from "../../io/sessions/log-lines.ts";

/** The file of a thread; null: it is not at hand. */
export type Threads = (id: string) => Promise<string | null>;

/** Among the files given, by name and then by their first lines; else beside the one that asks. */
export function threadsOf(paths: readonly string[]): Threads {
  let heads: Promise<Map<string, string>> | null = null;
  return async (id) => {
    const isNamed = (path: string): boolean => basename(path).includes(id) && isRollout(path);
    const given = paths.find(isNamed);
    if (given !== undefined) return given;
    heads ??= headsOf(paths);
    return (await heads).get(id) ?? (await beside(paths, isNamed));
  };
}

/** One rollout, with what it begins with. */
export async function readCodexFile(path: string, threads: Threads): Promise<Reading> {
  const faults = { bad: 0, torn: 0 };
  const lines: unknown[] = [];
  for await (const value of logLines(path, faults)) lines.push(value);
  const { base } = codexHead(lines[0]);
  const began = base === null ? null : await baseLines(base.thread, base.endOrdinal, threads, 0);
  const reading = readCodex(lines, began);
  const drops = {
    ...(faults.bad > 0 ? { bad_line: faults.bad } : {}),
    ...(faults.torn > 0 ? { torn_line: faults.torn } : {}),
  };
  const [first, ...others] = reading.runs;
  if (first === undefined) return { ...reading, drops: { ...reading.drops, ...drops } };
  return { ...reading, runs: [{ ...first, drops: { ...first.drops, ...drops } }, ...others] };
}

// ---------------------------------------------------------------------------------------------

/** Forks of forks of forks: more is a circle. */
const MAX_DEPTH = 50;

const isRollout = (path: string): boolean => /\.jsonl(\.gz)?$/.test(path);

async function headsOf(paths: readonly string[]): Promise<Map<string, string>> {
  const heads = new Map<string, string>();
  for (const path of paths.filter(isRollout)) {
    const { id } = codexHead((await firstValues(path, 1))[0]);
    if (id !== null) heads.set(id, path);
  }
  return heads;
}

/** Sessions lie in folders by day: the whole tree is looked through. */
async function beside(
  paths: readonly string[],
  isWanted: (path: string) => boolean,
): Promise<string | null> {
  const folders = new Set(paths.filter(isRollout).map((path) => rootOf(dirname(path))));
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const found = names.map((name) => join(folder, name)).find(isWanted);
    if (found !== undefined) return found;
  }
  return null;
}

/** The folder called "sessions" above, or the folder itself. */
function rootOf(folder: string): string {
  const [before, ...after] = folder.split(/(?<=\/)sessions(?=\/|$)/);
  return after.length === 0 ? folder : `${before}sessions`;
}

async function baseLines(
  thread: string,
  endOrdinal: number,
  threads: Threads,
  depth: number,
): Promise<readonly unknown[] | "missing"> {
  const path = depth > MAX_DEPTH ? null : await threads(thread);
  if (path === null) return "missing";
  const lines: unknown[] = [];
  let at = 0;
  let head: ReturnType<typeof codexHead> | null = null;
  for await (const value of logLines(path, { bad: 0, torn: 0 })) {
    head ??= codexHead(value);
    const ordinal = recordOf(value)["ordinal"];
    if ((typeof ordinal === "number" ? ordinal : at) < endOrdinal) lines.push(value);
    at++;
  }
  if (head?.base === null || head === null) return lines;
  const before = await baseLines(head.base.thread, head.base.endOrdinal, threads, depth + 1);
  return before === "missing" ? "missing" : [...before, ...lines];
}
