/**
 * The workspace as the viewer knows it: one row a turn, kept up to date while stages write. Folders
 * are looked at by their modification time (every write of ours is a rename into the folder), so a
 * quiet workspace of 10,000 turns costs next to nothing. A file that cannot be read is an entry too.
 */
import { stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { BucketRules } from "../core/duel/bucket.ts";
import { turnRow, type TurnRow } from "../core/report/turn-row.ts";
import { fencesOf } from "../core/turn/fences.ts";
import { errorMessage } from "../errors.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { Store } from "../io/store.ts";
import { auditSchema } from "../records/answer.ts";
import { runLabelField } from "../records/prompt.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";

export type Entry = {
  readonly file: string;
  /** Relative to the workspace: "answer/a.json". */
  readonly path: string;
  readonly row: TurnRow;
  /** Of the pair that the panel judged; null: not judged. */
  readonly pairHash: string | null;
  /** Characters of the king's (mode 1: the reference's) and the challenger's answer. */
  readonly lengths: readonly [number, number];
  /** The first line of the command of either. */
  readonly commands: readonly [string, string];
  /** Lower case: what the search looks through. */
  readonly text: string;
  /** Why the files cannot be read, one sentence each; empty when they can. */
  readonly broken: readonly string[];
};

export type Catalog = {
  /** By file name. */
  entries(): readonly Entry[];
  get(file: string): Entry | undefined;
  /** Goes up whenever something changed. */
  version(): number;
  /** What is wrong with the workspace as a whole (the same stem in two folders); null: nothing. */
  trouble(): string | null;
  /** Looks at the disk; `thorough` also at files that were edited in place. True when something changed. */
  refresh(thorough?: boolean): Promise<boolean>;
  /** Where the disk stands; taken before a change of one review. */
  mark(): Promise<Mark>;
  /**
   * Looks at one turn alone; false when its answer is not there. With the mark of before its change, that
   * change does not make the next look go over all the others.
   */
  lookAt(file: string, mark?: Mark): Promise<boolean>;
};

/** `folders` null: others were at work, and the next look has to go over everything. */
export type Mark = { readonly folders: Folders | null; readonly looks: number };

export type CatalogRules = { readonly bucket: BucketRules; readonly mode: 1 | 2 };

export function openCatalog(store: Store, rules: CatalogRules): Catalog {
  const held = new Map<string, Held>();
  let folders: Folders | null = null;
  /** Looks that were begun, and that are under way: what they read may be older than a change beside them. */
  let looks = 0;
  let looking = 0;
  let version = 0;
  let trouble: string | null = null;
  let sorted: readonly Entry[] = [];
  let running: Promise<boolean> | null = null;

  async function look(thorough: boolean): Promise<boolean> {
    const now = await stampOfFolders(store);
    if (!thorough && folders !== null && isDeepStrictEqual(now, folders)) return false;
    folders = now;
    const before = trouble;
    const answers = await listAnswers(store).catch((error: unknown) => {
      trouble = errorMessage(error);
      return null;
    });
    if (answers === null) return trouble !== before;
    trouble = null;
    const changed = await takeIn(answers);
    const names = new Set(answers.map(({ name }) => name));
    let gone = 0;
    for (const name of held.keys()) {
      if (names.has(name)) continue;
      held.delete(name);
      gone++;
    }
    if (changed + gone === 0 && before === null) return false;
    sorted = answers.flatMap(({ name }) => held.get(name)?.entry ?? []);
    version++;
    return true;
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
    });
    return changed;
  }

  return {
    entries: () => sorted,
    get: (file) => held.get(file)?.entry,
    version: () => version,
    trouble: () => trouble,
    refresh(thorough = false) {
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
      if (known === undefined) return false;
      const answer = { name: file, path: known.entry.path };
      const stamp = await stampOf(store, answer);
      if (stamp.startsWith("-")) return false;
      if (known.stamp !== stamp) {
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

/** Just what the list needs: the history is not checked here, it is when the turn is opened. */
const listedAnswer = z.looseObject({
  instance_id: z.string(),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  repo: z.string().optional(),
  turn: z.int().optional(),
  ...runLabelField,
  audit: auditSchema.optional(),
});

async function readEntry(
  store: Store,
  { name, path }: AnswerFile,
  rules: CatalogRules,
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
  const answer = (await tryRead(path, listedAnswer)) ?? EMPTY;
  const score = await tryRead(`score/${name}`, scoreSchema);
  const review = await tryRead(`review/${name}`, reviewSchema);
  const row = turnRow({ file: name, answer, score, review }, rules.bucket, rules.mode);
  const reasons = score?.judges.map((judge) => judge.reason) ?? [];
  const texts = [name, row.instance_id, row.repo, answer.king, answer.challenger, answer.assistant];
  const text = [...texts, ...reasons, review?.note ?? ""].join("\n").toLowerCase();
  const opponent = rules.mode === 1 ? answer.assistant : answer.king;
  return {
    file: name,
    path,
    row,
    pairHash: score?.pair_hash ?? null,
    lengths: [opponent.length, answer.challenger.length],
    commands: [commandOf(opponent), commandOf(answer.challenger)],
    text,
    broken,
  };
}

function commandOf(text: string): string {
  return (fencesOf(text)[0]?.body.trim().split("\n", 1)[0] ?? "").slice(0, 160);
}

const EMPTY = { instance_id: "", king: "", challenger: "", assistant: "" };

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
