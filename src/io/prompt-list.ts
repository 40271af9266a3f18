/** Which prompt files there are: told without what it takes to read one. */
import { sortedByNumber } from "./by-number.ts";
import type { Store } from "./store.ts";

/** Names of the prompt files, in order. */
export async function listPromptFiles(store: Store): Promise<string[]> {
  return sortedByNumber(
    (await store.list("prompt")).filter(
      (name) => name.startsWith("prompts_") && name.endsWith(".json"),
    ),
  );
}
