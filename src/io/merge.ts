/**
 * Joining workspaces: which files of the parts are new, and what stands in their ledgers. Everything is
 * looked at before anything is written; the ledger is written last, so that a merge that was cut short
 * is done again without counting a call twice.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { UserError, errorCode } from "../errors.ts";
import type { LedgerLine } from "../records/ledger.ts";
import { onDisk } from "./disk-faults.ts";
import { printOf } from "./facts/prints.ts";
import { readLines } from "./jsonl.ts";
import { makeFolderNow } from "./make-folder.ts";
import { LEDGER, readLedger } from "./read-ledger.ts";
import { openStore, writeWhole, type Store } from "./store.ts";
import { openWholeLines, type WholeLines } from "./whole-lines.ts";

export type Merged = {
  /** Files that were new. */
  readonly files: number;
  /** Files that were there with the same content. */
  readonly same: number;
  /** Calls of the ledgers that were new. */
  readonly calls: number;
};

/** @throws UserError for a name that has other content in two of the workspaces. */
export async function mergeInto(store: Store, parts: readonly string[]): Promise<Merged> {
  const { fresh, same } = await newFiles(store, parts);
  const ledger = joinedLedger(store);
  try {
    const calls = await addNewLines(store, parts, ledger);
    for (const [name, path] of fresh) {
      const bytes = await onDisk(path, "read", () => readFile(path));
      await writeWhole(store.path(name), bytes);
    }
    ledger.keep();
    return { files: fresh.size, same, calls };
  } catch (error) {
    ledger.discard();
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------

/** What stages and people made, a file a turn; what is made from all of them is made anew. */
const FOLDERS = /^(?:prompt|commit|answer(?:_\d+)?|score|review|outcome|report\/tries)\//;

/** score/_duel.json and its kin weigh all turns together: validate writes them again and asks nobody. */
const WEIGHED = /^score\/_/;

async function newFiles(
  store: Store,
  parts: readonly string[],
): Promise<{ readonly fresh: ReadonlyMap<string, string>; readonly same: number }> {
  const known = new Map<string, { readonly hash: string; readonly root: string }>();
  const fresh = new Map<string, string>();
  let same = 0;
  for (const root of [store.root, ...parts]) {
    for (const name of await filesOf(root)) {
      const path = join(root, name);
      const bytes = await onDisk(path, "read", () => readFile(path));
      const hash = createHash("sha256").update(bytes).digest("hex");
      const other = known.get(name);
      if (other === undefined) {
        known.set(name, { hash, root });
        if (root !== store.root) fresh.set(name, path);
        continue;
      }
      if (other.hash === hash) {
        same++;
        continue;
      }
      throw new UserError(
        `merge: ${name} has other content in ${other.root} than in ${root}; nothing was merged`,
        "keep one of the two: which one is meant cannot be known",
      );
    }
  }
  return { fresh, same };
}

async function filesOf(root: string): Promise<string[]> {
  const entries = await onDisk(root, "read", () => foundIn(root));
  return entries
    .filter((name) => FOLDERS.test(name) && !WEIGHED.test(name))
    .filter((name) => !name.endsWith(".tmp") && !/(?:^|\/)\./.test(name))
    .sort();
}

async function foundIn(root: string): Promise<string[]> {
  const names = await readdir(root);
  const tops = names.filter((name) => FOLDERS.test(`${name}/`) || name === "report");
  const all = await Promise.all(
    tops.map(async (top) => {
      try {
        const found = await readdir(join(root, top), { recursive: true, withFileTypes: true });
        return found
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)));
      } catch (error) {
        if (errorCode(error) === "ENOTDIR") return [];
        throw error;
      }
    }),
  );
  return all.flat();
}

type JoinedLedger = {
  add(line: LedgerLine): Promise<void>;
  /** In its place; where nothing was added, it stays as it is. */
  keep(): void;
  discard(): void;
};

/** The ledger and what is added to it, beside its place until all is there: it may be larger than any text. */
function joinedLedger(store: Store): JoinedLedger {
  const path = store.path(LEDGER);
  let lines: WholeLines | null = null;
  const begun = async (): Promise<WholeLines> => {
    makeFolderNow(dirname(path));
    const all = openWholeLines(path);
    lines = all;
    const size = printOf(path)?.size ?? 0;
    if (size === 0) return all;
    for await (const { start, bytes } of readLines(path)) {
      // What was torn off at the end counts for nobody.
      if (start + bytes.length < size) all.line(bytes.toString("utf8"));
    }
    return all;
  };
  return {
    async add(line) {
      (lines ?? (await begun())).line(JSON.stringify(line));
    },
    keep: () => lines?.keep(),
    discard: () => lines?.discard(),
  };
}

/**
 * A call is known by its id and what it was; the same id of another call gets a name of its own.
 * @returns new calls
 */
async function addNewLines(
  store: Store,
  parts: readonly string[],
  ledger: JoinedLedger,
): Promise<number> {
  const known = new Map<string, number>();
  for await (const line of readLedger(store)) known.set(nameOf(line), digestOf(line));
  let calls = 0;
  for (const root of parts) {
    const renamed = new Map<string, string>();
    for await (const line of readLedger(openStore(root))) {
      const digest = digestOf(line);
      const other = known.get(nameOf(line));
      if (other === digest && !renamed.has(line.id)) continue;
      if (other !== undefined && other !== digest && !renamed.has(line.id)) {
        renamed.set(line.id, `${line.id}~${hashOf(line).slice(0, 8)}`);
      }
      const own = { ...line, id: renamed.get(line.id) ?? line.id };
      if (known.has(nameOf(own))) continue;
      known.set(nameOf(own), digestOf(own));
      await ledger.add(own);
      if (line.event === "intent") calls++;
    }
  }
  return calls;
}

const nameOf = ({ id, event }: LedgerLine): string => `${event} ${id}`;

const hashOf = (line: LedgerLine): string =>
  createHash("sha256").update(JSON.stringify(line)).digest("hex");

/** 52 bits: of a million calls each is held as a number. */
const digestOf = (line: LedgerLine): number => Number.parseInt(hashOf(line).slice(0, 13), 16);
