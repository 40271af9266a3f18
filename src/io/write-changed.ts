/** Writing derived files: one that already says the same is left alone, so that a re-run changes nothing. */
import type { Store } from "./store.ts";

export async function writeChanged(store: Store, path: string, text: string): Promise<void> {
  if ((await store.readText(path)) !== text) await store.writeText(path, text);
}
