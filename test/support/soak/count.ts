/** What is counted after kills: files that are torn or left behind, calls in the ledger, answers in files. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ledgerLineSchema, type LedgerLine } from "../../../src/records/ledger.ts";

export type Files = ReadonlyMap<string, Buffer>;

/** Every file below a folder; by its path there. */
export function filesOf(root: string): Files {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A process that still runs takes its temp files away between two looks.
    if (existsSync(path)) found.set(relative(root, path), readFileSync(path));
  }
  return found;
}

/** Only ever appended to: a kill may tear their last line, and the next run mends it. */
const APPENDED =
  /^(?:report\/ledger|answer\/\.replies|(?:answer|score)\/\.facts|\.cache\/rows\/.+)\.jsonl$/;
/** A temp file, or one in a builder's temp folder. */
const isTemp = (name: string): boolean => /\.tmp(?:\/|$)|\.part$/.test(name);
/**
 * Not the same in two runs: what others wrote who run request files, times and ids in the ledger, how a Hub was
 * read that failed now and then; how many calls a round towards a target took; what is kept of a Hub, which goes after a month; and the cache of file facts.
 */
const isFree = (name: string): boolean =>
  /^(?:engine|\.cache)\/|^report\/(?:ledger\.jsonl|(?:source|target)\.json)$|^(?:answer|score)\/\.facts\.jsonl$/.test(
    name,
  );

/** Names of files that are there and not whole. */
export function tornFiles(files: Files): string[] {
  return [...files].flatMap(([name, bytes]) => {
    if (isTemp(name) || APPENDED.test(name)) return [];
    const text = bytes.toString("utf8");
    if (name.endsWith(".json")) return isJson(text) ? [] : [name];
    if (name.endsWith(".jsonl")) {
      const lines = text.split("\n");
      return lines.pop() === "" && lines.every(isJson) ? [] : [name];
    }
    return name.endsWith(".parquet") && !text.endsWith("PAR1") ? [name] : [];
  });
}

/** Names that runs which nobody disturbed do not leave. @param clean null: temp files and locks alone */
export function leftBehind(files: Files, clean: Clean | null): string[] {
  return [...files.keys()].filter(
    (name) =>
      isTemp(name) ||
      name === ".lock" ||
      (clean !== null && !isFree(name) && !clean.names.has(name)),
  );
}

/** What two runs that nobody disturbed wrote alike. */
export type Clean = {
  readonly names: ReadonlySet<string>;
  /** By name: of files with the same bytes in both. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Steps on the disk of one such run. */
  readonly steps: number;
};

export function cleanOf(first: Files, second: Files, steps: number): Clean {
  const hashes = [...first].flatMap(([name, bytes]) => {
    const other = isFree(name) ? undefined : second.get(name);
    return other !== undefined && hashOf(other) === hashOf(bytes)
      ? [[name, hashOf(bytes)] as const]
      : [];
  });
  return { names: new Set([...first.keys(), ...second.keys()]), hashes: new Map(hashes), steps };
}

/** Names of files that are missing, or that have other bytes than in clean runs. */
export const differing = (files: Files, clean: Clean | null): string[] =>
  [...(clean?.hashes ?? [])].flatMap(([name, hash]) => {
    const bytes = files.get(name);
    return bytes !== undefined && hashOf(bytes) === hash ? [] : [name];
  });

export const hashOf = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** Numbers of the answers that stand in files: "n17n". */
export function filedMarks(files: Files): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [name, bytes] of files) {
    if (!/^(?:answer|score)\/[^.]/.test(name)) continue;
    for (const [mark] of bytes.toString("utf8").matchAll(/\bn\d+(?:x\d+)?n\b/g)) found.add(mark);
  }
  return found;
}

export type Booked = {
  readonly intents: number;
  /** Calls whose outcome nobody saw: those in flight at a kill. */
  readonly open: number;
  readonly ok: number;
  /** Outcomes of request lines that never left. */
  readonly notSent: number;
  /** Tokens that count against a budget. */
  readonly tokens: number;
};

/** Whole lines alone: the last may be torn. */
export function readBooked(root: string): Booked {
  const path = join(root, "report/ledger.jsonl");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = text
    .split("\n")
    .slice(0, -1)
    .map((line): LedgerLine => ledgerLineSchema.parse(JSON.parse(line)));
  const intents = lines.filter(({ event }) => event === "intent");
  const outcomes = lines.filter(({ event }) => event === "outcome");
  const ended = new Set(outcomes.map(({ id }) => id));
  const count = (is: string): number => outcomes.filter(({ outcome }) => outcome === is).length;
  const waiting = intents.filter(({ id }) => !ended.has(id));
  const sum = (of: readonly LedgerLine[]): number =>
    of.reduce((tokens, line) => tokens + line.tokens_in + line.tokens_out, 0);
  return {
    intents: intents.length,
    open: waiting.length + count("unknown"),
    ok: count("ok"),
    notSent: count("not_sent"),
    tokens: sum(outcomes) + sum(waiting),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
