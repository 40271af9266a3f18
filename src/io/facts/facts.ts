/**
 * What is known of the files of a workspace, so that they need not all be read again: `answer/.facts.jsonl` and
 * `score/.facts.jsonl`. Of every file its print and the hash of its content, and what was made of it, bound to
 * the hashes it was made from. Only ever a cache: what is missing, torn, of another build or of a file that
 * changed since is made anew, and whoever asks gets the same with it and without.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { z } from "zod";
import { errorCode, errorMessage, UserError } from "../../errors.ts";
import { diskError } from "../disk-faults.ts";
import { readWhole } from "../read-whole.ts";
import { missing, parseFile, type Store } from "../store.ts";
import { buildPrint } from "./build.ts";
import { openBook, type FactBook, type Kept } from "./fact-book.ts";
import { printOf, type Print } from "./prints.ts";
import { TEXTS_FILE } from "./texts.ts";

/** What is made of files; what may quote hidden knowledge is kept in answer/ alone. */
export type FactKind<T> = {
  readonly name: string;
  readonly folder: "answer" | "score";
  readonly schema: z.ZodType<T>;
};

export type Facts = {
  /** A file and its hash; null: it is not there. @throws UserError as `Store.read`. */
  read<T>(path: string, schema: z.ZodType<T>): Promise<{ value: T; hash: string } | null>;
  /** The hash of a file's content (20 hex digits), read again only where it changed; "" when it is not there. */
  hash(path: string): Promise<string>;
  /** What is made of one file, kept under its path. @throws UserError as `Store.read`. */
  of<T, Made>(
    kind: FactKind<Made>,
    path: string,
    schema: z.ZodType<T>,
    make: (value: T) => Made,
  ): Promise<Made>;
  /** True when something was kept under the name, of whatever content. */
  has(kind: FactKind<unknown>, name: string): boolean;
  /** What was kept under just this key; null: nothing, or what other code made. */
  known<T>(kind: FactKind<T>, name: string, key: string): T | null;
  keep<T>(kind: FactKind<T>, name: string, key: string, value: T): void;
  /** Writes down what is new. Gives why it could not; null: it could. */
  save(): Promise<string | null>;
};

const FOLDERS = ["answer", "score"] as const;
const FACTS_FILE = ".facts.jsonl";

/** Where it lies: a cache that may be removed at any time. */
export const FACTS_FILES: readonly string[] = [
  ...FOLDERS.map((folder) => `${folder}/${FACTS_FILE}`),
  TEXTS_FILE,
];

/** "look": of a command that changes nothing, which leaves no index where few files were read and none was. */
export type Manner = "work" | "look";

/**
 * Opens what is known, of these kinds.
 * @param files how the paths begin whose hashes will be asked for, null: none; others need not be looked up, and
 * are read where they are asked for all the same. @default all
 */
export function openFacts(
  store: Store,
  kinds: readonly FactKind<unknown>[],
  files: string | null = "",
  manner: Manner = "work",
): Facts {
  const build = buildPrint();
  const bookOf = (folder: "answer" | "score"): FactBook => {
    const own = kinds.filter((kind) => kind.folder === folder).map(({ name }) => name);
    const shelves = own.map((kind) => ({ kind, prefix: "" }));
    const ofFiles = files === null ? [] : [{ kind: FILE, prefix: files }];
    return openBook(store.path(folder, FACTS_FILE), [...ofFiles, ...shelves]);
  };
  const books = { answer: bookOf("answer"), score: bookOf("score") };

  const keyOf = (key: string): string => `${build} ${key}`;
  let fault: string | null = null;
  const flush = (book: FactBook): void => {
    if (fault !== null) return;
    try {
      book.write();
    } catch (error) {
      fault = errorMessage(error);
    }
  };
  /** Many thousands are not held until the end. */
  const add = (book: FactBook, kind: string, name: string, kept: Kept): void => {
    book.put(kind, name, kept);
    if (book.waiting() >= HELD_LINES) flush(book);
  };

  const listed = new Map<string, ReadonlySet<string>>();
  const isMissing = (path: string): boolean => {
    const at = path.lastIndexOf("/");
    const folder = path.slice(0, at);
    if (!STILL.has(folder)) return false;
    const names = listed.get(folder) ?? new Set(namesIn(store.path(folder)));
    listed.set(folder, names);
    return !names.has(path.slice(at + 1));
  };
  const learn = (path: string, print: Print | null, hash: string): void => {
    if (print === null || !print.isSettled) return;
    add(books[folderOf(path)], FILE, path, { key: print.text, value: hash });
  };
  /** null: it is not known, or changed since. */
  const hashAt = (path: string, print: Print | null): string | null => {
    const known = books[folderOf(path)].get(FILE, path);
    return known?.key === print?.text && typeof known?.value === "string" ? known.value : null;
  };
  const bytesOf = async (path: string): Promise<Buffer | null> => {
    try {
      return await readWhole(store.path(path));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw diskError(store.path(path), "read", error);
    }
  };
  const facts: Facts = {
    async read(path, schema) {
      // Before it is read: of a file that changes meanwhile the next look will know.
      const print = printOf(store.path(path));
      const bytes = await bytesOf(path);
      if (bytes === null) return null;
      const hash = contentHash(bytes);
      const value = parseFile(path, bytes.toString("utf8"), schema);
      if (hashAt(path, print) !== hash) learn(path, print, hash);
      return { value, hash };
    },
    async of(kind, path, schema, make) {
      if (facts.has(kind, path)) {
        const known = facts.known(kind, path, await facts.hash(path));
        if (known !== null) return known;
      }
      const read = await facts.read(path, schema);
      if (read === null) throw missing(path);
      const value = make(read.value);
      facts.keep(kind, path, read.hash, value);
      return value;
    },
    async hash(path) {
      if (isMissing(path)) return "";
      const print = printOf(store.path(path));
      if (print === null) return "";
      const known = hashAt(path, print);
      if (known !== null) return known;
      const bytes = await bytesOf(path);
      if (bytes === null) return "";
      const hash = contentHash(bytes);
      learn(path, print, hash);
      return hash;
    },
    has: (kind, name) => books[kind.folder].has(kind.name, name),
    known(kind, name, key) {
      const kept = books[kind.folder].get(kind.name, name);
      if (kept === null || kept.key !== keyOf(key)) return null;
      const value = kind.schema.safeParse(kept.value);
      return value.success ? value.data : null;
    },
    keep(kind, name, key, value) {
      add(books[kind.folder], kind.name, name, { key: keyOf(key), value });
    },
    async save() {
      for (const book of [books.answer, books.score]) {
        if (manner === "look" && book.waiting() < FEW_LINES && !book.isThere()) continue;
        flush(book);
        if (fault === null && book.isWorn()) await tidied(book);
      }
      return fault === null
        ? null
        : `what is known of the files could not be kept, so the next run reads them all again: ${fault}`;
    },
  };
  return facts;
}

/** The hash of a file with this content. */
export function contentHash(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, HASH_DIGITS);
}

/** One hash over any number of values, each a line of JSON: none of them has to be held. */
export function hashedLines(): { add(value: unknown): void; hash(): string } {
  const hash = createHash("sha256");
  let some = "";
  return {
    add(value) {
      some += `${JSON.stringify(value)}\n`;
      if (some.length < HASHED_CHARS) return;
      hash.update(some);
      some = "";
    },
    hash: () => hash.update(some).digest("hex").slice(0, HASH_DIGITS),
  };
}

/** One hash over how files are, without reading them; null: one changed just now. */
export function printOver(store: Store, paths: readonly string[]): string | null {
  const hash = createHash("sha256");
  const root = store.path();
  let some = "";
  for (const path of paths) {
    const print = printOf(`${root}/${path}`);
    if (print?.isSettled === false) return null;
    some += `${path} ${print?.text ?? ""}\n`;
    if (some.length < HASHED_CHARS) continue;
    hash.update(some);
    some = "";
  }
  hash.update(some);
  return hash.digest("hex").slice(0, HASH_DIGITS);
}

/** One hash over any number of hashes and settings. */
export function keyOver(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_DIGITS);
}

// ---------------------------------------------------------------------------------------------

/** Folders that no reader of facts writes into, and where most names that are looked for are not there. */
const STILL: ReadonlySet<string> = new Set(["commit", "commit/future", "review"]);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw diskError(folder, "read", error);
  }
}

const FILE = "file";
const HASH_DIGITS = 20;

const folderOf = (path: string): "answer" | "score" =>
  path.startsWith("score/") ? "score" : "answer";

/** A file that cannot be tidied is as good as before. */
async function tidied(book: FactBook): Promise<void> {
  await book.tidy().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
  });
}

const HELD_LINES = 5000;
/** Of five hundred to a thousand turns: fewer are read sooner than a person notices. */
const FEW_LINES = 2000;
/** Many small pieces cost more than their bytes. */
const HASHED_CHARS = 1 << 16;
