/** Reading the prompt stage's files, one at a time, so that memory does not grow with their number. */
import { stat } from "node:fs/promises";
import { z } from "zod";
import { promptFileSchema, type Prompt } from "../records/prompt.ts";
import type { Expected, StageOptions } from "../work.ts";
import { byNumber, isWanted, noMatch } from "./answers.ts";
import type { Store } from "./store.ts";

export type PromptEntry = {
  /** Name of the answer file it becomes: <prompt file stem>_<1-based position>.json. */
  readonly name: string;
  readonly prompt: Prompt;
};

/** Names of the prompt files, in order. */
export async function listPromptFiles(store: Store): Promise<string[]> {
  return (await store.list("prompt"))
    .filter((name) => name.startsWith("prompts_") && name.endsWith(".json"))
    .sort(byNumber);
}

/** How many prompts there are; looks at no more than the length of each file's list. */
export async function countPrompts(store: Store): Promise<number> {
  let count = 0;
  for (const file of await listPromptFiles(store)) {
    const prompts = await store.read(`prompt/${file}`, z.array(z.unknown()));
    count += prompts.filter((prompt) => !isForgotten(prompt)).length;
  }
  return count;
}

const plannedSchema = z.looseObject({
  instance_id: z.string(),
  repo: z.string().optional(),
  run: z.string().optional(),
});
export type Planned = {
  readonly instance_id: string;
  readonly repo?: string;
  readonly run?: string;
};

/** What the duel will have of prompt/: answer file name -> what its turn is of. */
export async function listPlanned(store: Store): Promise<ReadonlyMap<string, Planned>> {
  const planned = new Map<string, Planned>();
  for (const file of await listPromptFiles(store)) {
    const prompts = await store.read(`prompt/${file}`, z.array(plannedSchema));
    for (const [index, prompt] of prompts.entries()) {
      const { instance_id, repo, run } = prompt;
      if (isForgotten(prompt)) continue;
      planned.set(nameOf(file, index + 1), {
        instance_id,
        ...(repo === undefined ? {} : { repo }),
        ...(run === undefined ? {} : { run }),
      });
    }
  }
  return planned;
}

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

// ---------------------------------------------------------------------------------------------

const isForgotten = (prompt: unknown): boolean =>
  (Object(prompt) as { forgotten?: unknown }).forgotten === true;

const nameOf = (file: string, order: number): string =>
  `${file.replace(/\.json$/, "")}_${order}.json`;
