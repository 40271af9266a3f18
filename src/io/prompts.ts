/** Reading the prompt stage's files, one at a time, so that memory does not grow with their number. */
import { stat } from "node:fs/promises";
import { z } from "zod";
import { promptFileSchema, type Prompt } from "../records/prompt.ts";
import type { Expected, StageOptions } from "../work.ts";
import { isWanted, noMatch } from "./answers.ts";
import type { FactKind, Facts } from "./facts/facts.ts";
import { listPromptFiles } from "./prompt-list.ts";
import type { Store } from "./store.ts";

export type PromptEntry = {
  /** Name of the answer file it becomes: <prompt file stem>_<1-based position>.json. */
  readonly name: string;
  readonly prompt: Prompt;
};

/** How many prompts there are; looks at no more than the length of each file's list. */
export async function countPrompts(store: Store): Promise<number> {
  let count = 0;
  for (const file of await listPromptFiles(store)) {
    const prompts = await store.read(`prompt/${file}`, z.array(z.unknown()));
    count += countIn(prompts);
  }
  return count;
}

/** How many of a file's prompts are still there. */
export function countIn(prompts: readonly unknown[]): number {
  return prompts.filter((prompt) => !isForgotten(prompt)).length;
}

const plannedSchema = z.object({
  instance_id: z.string(),
  repo: z.string().exactOptional(),
  run: z.string().exactOptional(),
});
const loosePlanned = plannedSchema.loose();
export type Planned = Readonly<z.infer<typeof plannedSchema>>;

const plannedList = z.array(plannedSchema.nullable());
/** Of each prompt of a file what its turn is of; null: it was forgotten. */
export const PLANNED: FactKind<z.infer<typeof plannedList>> = {
  name: "planned",
  folder: "answer",
  schema: plannedList,
};

/** What the duel will have of prompt/, in order: answer file name -> what its turn is of. */
export async function listPlanned(
  store: Store,
  facts: Facts,
): Promise<ReadonlyMap<string, Planned>> {
  const planned = new Map<string, Planned>();
  for (const file of await listPromptFiles(store)) {
    const list = await plannedIn(file, facts);
    for (const [index, turn] of list.entries()) {
      if (turn !== null) planned.set(nameOf(file, index + 1), turn);
    }
  }
  return planned;
}

const plannedIn = (file: string, facts: Facts): Promise<readonly (Planned | null)[]> =>
  facts.of(PLANNED, `prompt/${file}`, z.array(loosePlanned), (prompts) =>
    prompts.map((prompt) => (isForgotten(prompt) ? null : plannedSchema.parse(prompt))),
  );

/** Turns that need no look at their prompt; a file of which all are such is not opened when it is known. */
export type DoneTurns = {
  readonly facts: Facts;
  isDone(name: string): boolean;
  /** Called in order for the turns of a file that is not opened. */
  take(name: string, turn: Planned): void;
};

export type PromptReader = {
  /**
   * Every prompt in order, cut down by --only and --limit. To be gone through once.
   * @throws UserError where --only matches none of those that are there
   */
  entries(): AsyncGenerator<PromptEntry>;
  /** How many there will be: from the files read so far and the size of the others. */
  expected(): Expected;
};

/** Opens the prompt files; one is in memory at a time. */
export async function openPrompts(
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
  done: DoneTurns | null = null,
): Promise<PromptReader> {
  const files = await Promise.all(
    (await listPromptFiles(store)).map(async (file) => {
      const { size } = await stat(store.path("prompt", file));
      return { file, size };
    }),
  );
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let unread = files.reduce((sum, { size }) => sum + size, 0);
  let read = 0;
  let found = 0;
  let there = 0;
  return {
    async *entries() {
      let left = limit;
      for (const { file, size } of files) {
        const taken =
          limit === Number.POSITIVE_INFINITY ? await takeDone(file, options, done) : null;
        if (taken !== null) {
          unread -= size;
          read += size;
          there += taken.there;
          found += taken.found;
          continue;
        }
        const prompts = await store.read(`prompt/${file}`, promptFileSchema);
        there += prompts.length;
        const wanted = prompts
          .map((prompt, index) => ({ name: nameOf(file, index + 1), prompt }))
          .filter(({ name, prompt }) => !isForgotten(prompt) && isWanted(name, options));
        unread -= size;
        read += size;
        found += wanted.length;
        for (const entry of wanted) {
          if (left-- <= 0) return;
          yield entry;
        }
      }
      if (found === 0 && there > 0 && options.only !== undefined)
        throw noMatch(options, there, "turn");
    },
    expected() {
      const exact = unread === 0 || found >= limit;
      const more = read === 0 ? 0 : (found / read) * unread;
      return { count: Math.min(limit, exact ? found : Math.round(found + more)), exact };
    },
  };
}

/** Every prompt in order, cut down by --only and --limit. */
export async function* readPrompts(
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
): AsyncGenerator<PromptEntry> {
  yield* (await openPrompts(store, options)).entries();
}

/** A prompt by the answer file it becomes; the file that it stands in stays in hand for the next one. */
export function promptFinder(store: Store): (name: string) => Promise<Prompt | null> {
  let inHand: { readonly file: string; readonly prompts: readonly Prompt[] } | null = null;
  return async (name) => {
    const { file, order } = placeOf(name);
    if (inHand?.file !== file) {
      const prompts = await store.readIfThere(`prompt/${file}`, promptFileSchema);
      inHand = { file, prompts: prompts ?? [] };
    }
    return inHand.prompts[order - 1] ?? null;
  };
}

/** The prompt file that a turn stands in. */
export function promptPathOf(name: string): string {
  return `prompt/${placeOf(name).file}`;
}

// ---------------------------------------------------------------------------------------------

/** How many turns of a file were taken without opening it; null: it has to be opened. */
async function takeDone(
  file: string,
  options: Pick<StageOptions, "only">,
  done: DoneTurns | null,
): Promise<{ readonly there: number; readonly found: number } | null> {
  if (done === null || !done.facts.has(PLANNED, `prompt/${file}`)) return null;
  const planned = await plannedIn(file, done.facts);
  const turns = planned.flatMap((turn, index) => {
    const name = nameOf(file, index + 1);
    return turn === null || !isWanted(name, options) ? [] : [{ name, turn }];
  });
  if (!turns.every(({ name }) => done.isDone(name))) return null;
  for (const { name, turn } of turns) done.take(name, turn);
  return { there: planned.length, found: turns.length };
}

const isForgotten = (prompt: unknown): boolean =>
  (Object(prompt) as { forgotten?: unknown }).forgotten === true;

const nameOf = (file: string, order: number): string =>
  `${file.replace(/\.json$/, "")}_${order}.json`;

function placeOf(name: string): { readonly file: string; readonly order: number } {
  const [, stem = "", order = "0"] = /^(.*)_(\d+)\.json$/.exec(name) ?? [];
  return { file: `${stem}.json`, order: Number(order) };
}
