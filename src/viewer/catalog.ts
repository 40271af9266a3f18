/**
 * The workspace as the viewer knows it: one row a turn, kept up to date while stages write. Folders
 * are looked at by their modification time (every write of ours is a rename into the folder), so a
 * quiet workspace of 10,000 turns costs next to nothing. A file that cannot be read is an entry too.
 */
import { stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { errorMessage } from "../errors.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { Store } from "../io/store.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import { entryOf, listedAnswer, type Entry, type EntryRules } from "./entry.ts";

export type Catalog = {
  /** By file name. */
  entries(): readonly Entry[];
  get(file: string): Entry | undefined;
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
};

/** `folders` null: others were at work, and the next look has to go over everything. */
export type Mark = { readonly folders: Folders | null; readonly looks: number };

export function openCatalog(store: Store, rules: EntryRules): Catalog {
  const held = new Map<string, Held>();
  let folders: Folders | null = null;
  /** Looks that were begun, and that are under way: what they read may be older than a change beside them. */
  let looks = 0;
  let looking = 0;
  let version = 0;
  let trouble: string | null = null;
  let sorted: readonly Entry[] = [];
  let running: Promise<boolean> | null = null;
  /** What the first look has found and not read; null: it is over. */
  let ahead: Map<string, AnswerFile> | null = new Map();
  let hasBegun = false;

  async function look(thorough: boolean): Promise<boolean> {
    const now = await stampOfFolders(store);
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
    if (ahead !== null) ahead = new Map(answers.map((answer) => [answer.name, answer]));
    const changed = await takeIn(answers);
    ahead = null;
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
    sorted = answers.flatMap(({ name }) => held.get(name)?.entry ?? []);
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
  async function takeIn(answers: readonly AnswerFile[]): Promise<number> {
    let changed = 0;
    await inParallel(answers, AT_ONCE, async (answer) => {
      const stamp = await stampOf(store, answer);
      if (held.get(answer.name)?.stamp === stamp) return;
      held.set(answer.name, { stamp, entry: await readEntry(store, answer, rules) });
      changed++;
      // Pages that are open already grow with what is read.
      if (ahead?.delete(answer.name) === true && changed % SHOWN_EVERY === 0) publish(answers);
    });
    return changed;
  }

  return {
    entries: () => sorted,
    get: (file) => held.get(file)?.entry,
    version: () => version,
    trouble: () => trouble,
    unread: () => ahead?.size ?? 0,
    refresh(thorough = false) {
      if (hasBegun && ahead !== null) return Promise.resolve(false);
      hasBegun = true;
      // One look at a time; who asks meanwhile gets a look that began after his change.
      const next = (running ?? Promise.resolve(false)).then(() => counted(thorough));
      running = next.catch(() => false);
      return next;
    },
    async mark() {
      const isQuiet = looking === 0;
      const now = await stampOfFolders(store);
      return { folders: isQuiet && isDeepStrictEqual(now, folders) ? now : null, looks };
    },
    async lookAt(file, mark) {
      const known = held.get(file);
      const path = known?.entry.path ?? ahead?.get(file)?.path;
      if (path === undefined) return false;
      const answer = { name: file, path };
      const stamp = await stampOf(store, answer);
      if (stamp.startsWith("-")) return false;
      if (known?.stamp !== stamp) {
        const entry = await readEntry(store, answer, rules);
        held.set(file, { stamp, entry });
        sorted = sorted.map((other) => (other.file === file ? entry : other));
        version++;
      }
      if (mark === undefined || mark.folders === null) return true;
      const now = await stampOfFolders(store);
      const { answer: answers, score } = mark.folders;
      const isOurs = now.answer === answers && now.score === score;
      if (isOurs && looking === 0 && looks === mark.looks) folders = now;
      return true;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** When each folder last changed. */
type Folders = Readonly<Record<"root" | "answer" | "score" | "review", string>>;

type Held = { readonly stamp: string; readonly entry: Entry };

const AT_ONCE = 32;
/** Turns read between two lists that a first look gives. */
const SHOWN_EVERY = 500;

async function readEntry(
  store: Store,
  { name, path }: AnswerFile,
  rules: EntryRules,
): Promise<Entry> {
  const broken: string[] = [];
  const tryRead = async <T>(file: string, schema: z.ZodType<T>): Promise<T | null> => {
    try {
      return await store.readIfThere(file, schema);
    } catch (error) {
      broken.push(errorMessage(error));
      return null;
    }
  };
  const answer = await tryRead(path, listedAnswer);
  const score = await tryRead(`score/${name}`, scoreSchema);
  const review = await tryRead(`review/${name}`, reviewSchema);
  return entryOf({ file: name, path, answer, score, review, broken }, rules);
}

async function stampOfFolders(store: Store): Promise<Folders> {
  const at = (folder: string): Promise<string> => mtime(store.path(folder));
  const [root, answer, score, review] = await Promise.all([
    at(""),
    at("answer"),
    at("score"),
    at("review"),
  ]);
  return { root, answer, score, review };
}

async function stampOf(store: Store, { name, path }: AnswerFile): Promise<string> {
  const files = [path, `score/${name}`, `review/${name}`];
  return (await Promise.all(files.map((file) => mtime(store.path(file))))).join(" ");
}

/** "-" for a file that is not there. */
async function mtime(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`,
    () => "-",
  );
}
