/** Reading the prompt stage's files, one at a time, so that memory does not grow with their number. */
import { z } from "zod";
import { promptFileSchema, type Prompt } from "../records.ts";
import type { StageOptions } from "../work.ts";
import { byNumber, isWanted } from "./answers.ts";
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

/** How many prompts readPrompts would give; looks at no more than the length of each file's list. */
export async function countPrompts(
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
): Promise<number> {
  let count = 0;
  for (const file of await listPromptFiles(store)) {
    const { length } = await store.read(`prompt/${file}`, z.array(z.unknown()));
    for (let order = 1; order <= length; order++) {
      if (isWanted(nameOf(file, order), options)) count++;
    }
  }
  return Math.min(count, options.limit ?? count);
}

/** Every prompt in order, cut down by --only and --limit. */
export async function* readPrompts(
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
): AsyncGenerator<PromptEntry> {
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for (const file of await listPromptFiles(store)) {
    const prompts = await store.read(`prompt/${file}`, promptFileSchema);
    for (const [index, prompt] of prompts.entries()) {
      const name = nameOf(file, index + 1);
      if (!isWanted(name, options)) continue;
      if (left-- <= 0) return;
      yield { name, prompt };
    }
  }
}

// ---------------------------------------------------------------------------------------------

const nameOf = (file: string, order: number): string =>
  `${file.replace(/\.json$/, "")}_${order}.json`;
