/**
 * The workspace as the viewer knows it: one row a turn, kept up to date while stages write. Folders
 * are looked at by their modification time (every write of ours is a rename into the folder), so a
 * quiet workspace of 10,000 turns costs next to nothing. A file that cannot be read is an entry too.
 */
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { errorMessage, UserError } from "../errors.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { printOf } from "../io/facts/prints.ts";
import { openTexts, type TextPlace } from "../io/facts/texts.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { Store } from "../io/store.ts";
import type { Entry, EntryRules } from "./entry.ts";
import { partsShared } from "./shared-parts.ts";
import type { Traffic } from "./traffic.ts";
import { entryReader, type EntryReader, type Indexed } from "./kept-entries.ts";

export type Catalog = {
  /** By file name. */
  entries(): readonly Entry[];
  get(file: string): Entry | undefined;
  /** Which turns have all of the words (lower case) in their texts, by file; null: no word, so all. */
  holding(words: readonly string[]): Promise<((file: string) => boolean) | null>;
  /** Goes up whenever something changed. */
  version(): number;
  /** Turns that the disk has and the first look has not read yet. */
  unread(): number;
  /** What is wrong with the workspace as a whole (the same stem in two folders); null: nothing. */
  trouble(): string | null;
  /**
   * Looks at the disk; `thorough` also at files that were edited in place. True when something changed.
   * While the first look reads, those who come after it are not kept waiting: they get what is there.
   */
  refresh(thorough?: boolean): Promise<boolean>;
  /** Where the disk stands; taken before a change of one review. */
  mark(): Promise<Mark>;
  /**
   * Looks at one turn alone, also at one that the first look has not come to; false when its answer is not
   * there. With the mark of before its change, that
   * change does not make the next look go over all the others.
   */
  lookAt(file: string, mark?: Mark): Promise<boolean>;
  /** Lets go of the file of texts; a look that is under way ends where it is. */
  close(): void;
};

/** `folders` null: others were at work, and the next look has to go over everything. */
export type Mark = { readonly folders: Folders | null; readonly looks: number };

/** @param traffic requests that go before reading. @default none */
export function openCatalog(store: Store, rules: EntryRules, traffic?: Traffic): Catalog {
  let isLarge = false;
  const texts = openTexts(store, () => isLarge);
  const held = new Map<string, Held>();
  const shared = partsShared();
  let folders: Folders | null = null;
  /** Looks that were begun, and that are under way: what they read may be older than a change beside them. */
  let looks = 0;
  let looking = 0;
  let version = 0;
  let trouble: string | null = null;
  let sorted: readonly Entry[] = [];
  let running: Promise<boolean> | null = null;
  /** A look that was asked for and has not begun: it serves all who ask meanwhile. */
  let waiting: { thorough: boolean; readonly look: Promise<boolean> } | null = null;
  /** What the first look has found and not read; null: it is over. */
  let ahead: Map<string, AnswerFile> | null = new Map();
  let hasBegun = false;
  let isClosed = false;

  async function look(thorough: boolean): Promise<boolean> {
    const now = stampOfFolders(store);
    if (!thorough && folders !== null && isDeepStrictEqual(now, folders)) return false;
    folders = now;
    const before = trouble;
    const answers = await listAnswers(store).catch((error: unknown) => {
      trouble = errorMessage(error);
      return null;
    });
    if (answers === null) {
      ahead = null;
      return trouble !== before;
    }
    trouble = null;
    isLarge = answers.length >= KEPT_FROM;
    const isFirst = ahead !== null;
    if (isFirst) ahead = new Map(answers.map((answer) => [answer.name, answer]));
    const reader = entryReader(store, texts, { rules, all: isFirst, keep: isLarge });
    const changed = await takeIn(answers, reader, isFirst);
    if (isClosed) return false;
    ahead = null;
    await reader.save();
    if (isFirst && isWorn(texts.bytes(), held)) texts.discard();
    const names = new Set(answers.map(({ name }) => name));
    let gone = 0;
    for (const name of held.keys()) {
      if (names.has(name)) continue;
      held.delete(name);
      gone++;
    }
    if (changed + gone === 0 && before === null) return false;
    publish(answers);
    return true;
  }

  function publish(answers: readonly AnswerFile[]): void {
    sorted = answers.flatMap(({ name }) => held.get(name)?.indexed.entry ?? []);
    version++;
  }

  async function counted(thorough: boolean): Promise<boolean> {
    looks++;
    looking++;
    try {
      return await look(thorough);
    } finally {
      looking--;
    }
  }

  /** Reads what is new or changed; gives how many. */
  async function takeIn(
    answers: readonly AnswerFile[],
    reader: EntryReader,
    isFirst: boolean,
  ): Promise<number> {
    const stampOf = await stamps(store);
    let changed = 0;
    let pause = performance.now();
    await inParallel(answers, AT_ONCE, async (answer) => {
      // What is known already is taken in without waiting for a disk: pages are to be answered meanwhile.
      if (performance.now() - pause > AT_A_TIME_MS) {
        await setImmediate();
        pause = performance.now();
      }
      // A later look is often asked for by a request, which must not wait for itself.
      if (isFirst) await traffic?.quiet();
      if (isClosed) return;
      const stamp = stampOf(answer);
      if (held.get(answer.name)?.stamp.text === stamp.text) return;
      held.set(answer.name, await readAt(answer, stamp, reader));
      changed++;
      // Pages that are open already grow with what is read.
      if (ahead?.delete(answer.name) === true && changed % shownEvery(changed) === 0)
        publish(answers);
    });
    return changed;
  }

  async function readAt(answer: AnswerFile, stamp: Stamp, reader: EntryReader): Promise<Held> {
    const old = held.get(answer.name);
    const isSameAnswer = old?.stamp.answer === stamp.answer && stamp.answer !== MISSING;
    const before = old === undefined ? undefined : { indexed: old.indexed, isSameAnswer };
    const { entry, places } = await reader.read(answer, before);
    return { stamp, indexed: { entry: shared(entry), places } };
  }

  return {
    entries: () => sorted,
    get: (file) => held.get(file)?.indexed.entry,
    async holding(words) {
      if (words.length === 0) return null;
      const found: ((place: TextPlace) => boolean)[] = [];
      for (const word of words) found.push(await texts.holding(word));
      return (file) => {
        const places = held.get(file)?.indexed.places ?? [];
        return found.every((has) => places.some(has));
      };
    },
    version: () => version,
    trouble: () => trouble,
    unread: () => ahead?.size ?? 0,
    refresh(thorough = false) {
      if (hasBegun && ahead !== null) return Promise.resolve(false);
      hasBegun = true;
      if (waiting !== null) {
        waiting.thorough ||= thorough;
        return waiting.look;
      }
      // One look at a time; who asks meanwhile gets a look that began after his change.
      const asked = { thorough, look: (running ?? Promise.resolve(false)).then(() => begin()) };
      const begin = (): Promise<boolean> => {
        waiting = null;
        return counted(asked.thorough);
      };
      waiting = asked;
      running = asked.look.catch(() => false);
      return asked.look;
    },
    async mark() {
      const isQuiet = looking === 0;
      const now = stampOfFolders(store);
      return { folders: isQuiet && isDeepStrictEqual(now, folders) ? now : null, looks };
    },
    async lookAt(file, mark) {
      const known = held.get(file);
      const path = known?.indexed.entry.path ?? ahead?.get(file)?.path;
      if (path === undefined) return false;
      const answer = { name: file, path };
      const stamp = stampFrom(store, answer);
      if (stamp.answer === MISSING) return false;
      if (known?.stamp.text !== stamp.text) {
        const reader = entryReader(store, texts, { rules, all: false, keep: isLarge });
        const read = await readAt(answer, stamp, reader);
        await reader.save();
        held.set(file, read);
        sorted = sorted.map((other) => (other.file === file ? read.indexed.entry : other));
        version++;
      }
      if (mark === undefined || mark.folders === null) return true;
      const now = stampOfFolders(store);
      const { answer: answers, score } = mark.folders;
      const isOurs = now.answer === answers && now.score === score;
      if (isOurs && looking === 0 && looks === mark.looks) folders = now;
      return true;
    },
    close() {
      isClosed = true;
      texts.close(ahead === null);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** When each folder last changed. */
type Folders = Readonly<Record<"root" | "answer" | "score" | "review", string>>;

/** How its files are. */
type Stamp = { readonly text: string; readonly answer: string };

type Held = { readonly stamp: Stamp; readonly indexed: Indexed };

const AT_ONCE = 32;
/** Fewer turns are read faster than a person waits, and leave nothing beside the answers. */
const KEPT_FROM = 1000;
/** So long at most is a page kept waiting by turns that are taken in. */
const AT_A_TIME_MS = 15;
const MISSING = "-";

/** More than half of much is of texts that nobody has any longer: the next viewer begins the file anew. */
function isWorn(bytes: number, held: ReadonlyMap<string, Held>): boolean {
  if (bytes < WORN_BYTES) return false;
  let used = 0;
  for (const { indexed } of held.values()) for (const place of indexed.places) used += place.bytes;
  return used * 2 < bytes;
}

const WORN_BYTES = 16 << 20;

/** Turns read between two lists that a first look gives: fewer while there are few, since each costs as much as all. */
const shownEvery = (read: number): number => (read < 500 ? 100 : read < 5000 ? 500 : 5000);

function stampOfFolders(store: Store): Folders {
  const at = (folder: string): string => stampAt(store.path(folder));
  return { root: at(""), answer: at("answer"), score: at("score"), review: at("review") };
}

/** Files that are not there are told by the lists of their folders: most turns have no review. */
async function stamps(store: Store): Promise<(answer: AnswerFile) => Stamp> {
  const listed = async (folder: string): Promise<ReadonlySet<string>> =>
    new Set(await store.list(folder).catch(unlistable));
  const there = { score: await listed("score"), review: await listed("review") };
  return (answer) => stampFrom(store, answer, there);
}

function stampFrom(
  store: Store,
  { name, path }: AnswerFile,
  there?: Readonly<Record<"score" | "review", ReadonlySet<string>>>,
): Stamp {
  const at = (folder: "score" | "review"): string =>
    there?.[folder].has(name) === false ? MISSING : stampAt(store.path(folder, name));
  const answer = stampAt(store.path(path));
  return { answer: flat(answer), text: flat(`${answer} ${at("score")} ${at("review")}`) };
}

/** What is put together is held as a tree of its parts, three times as large, until somebody looks into it. */
const flat = (text: string): string => Buffer.from(text, "latin1").toString("latin1");

/** "-" for a file that is not there, or that cannot be looked at: reading it says why. */
function stampAt(path: string): string {
  try {
    return printOf(path)?.text ?? MISSING;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return MISSING;
  }
}

/** A folder that cannot be listed: its files cannot be read either, and each says so. */
function unlistable(error: unknown): string[] {
  if (!(error instanceof UserError)) throw error;
  return [];
}
