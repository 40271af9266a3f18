/**
 * engine/<stage>/batch-<n>.json: how far requests-<n>.jsonl came at its provider. Written before the one
 * POST that costs money and after its answer, so that a kill between the two is seen.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Stage } from "../../../work.ts";
import type { Store } from "../../store.ts";
import { bookPath, folderOf, type RequestMap } from "../maps.ts";

const bookSchema = z.strictObject({
  requests: z.number(),
  provider: z.string(),
  /** Told to the provider with the batch, where it takes such a thing: 40 hex, of this asking alone. */
  mark: z.string(),
  /** Id of the uploaded file; null: the requests are in the body of the POST. */
  input: z.string().nullable(),
  /** ISO 8601: when the POST was about to leave. */
  posted_at: z.string(),
  /** null: nobody knows whether the POST made one. */
  batch: z.string().nullable(),
  /** Nothing is asked of the provider any more: its results are here. */
  ended: z.boolean(),
  /** Found in the list by its time and size alone, at a provider that takes no mark. */
  guessed: z.boolean().optional(),
});
export type Book = Readonly<z.infer<typeof bookSchema>>;

export const readBook = (store: Store, stage: Stage, n: number): Promise<Book | null> =>
  store.readIfThere(bookPath(stage, n), bookSchema);

/** Of all request files of a stage. */
export async function booksOf(store: Store, stage: Stage): Promise<readonly Book[]> {
  const names = await store.list(folderOf(stage));
  const numbers = names.flatMap((name) => /^batch-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
  const books = await Promise.all(numbers.map((n) => readBook(store, stage, n)));
  return books.filter((book) => book !== null);
}

/** Names of the batches that the provider is at work on, or whose results were not looked at yet. */
export async function batchesOut(store: Store, stage: Stage): Promise<readonly string[]> {
  const books = await booksOf(store, stage);
  return books.flatMap(({ ended, batch }) => (ended || batch === null ? [] : [batch]));
}

export const writeBook = (store: Store, stage: Stage, book: Book): Promise<void> =>
  store.write(bookPath(stage, book.requests), book);

/** Every asking has ids of its own, so a file with the same lines has another mark the next time. */
export function markOf({ entries }: RequestMap): string {
  const hash = createHash("sha256");
  for (const { ask, custom_id } of entries) hash.update(`${ask} ${custom_id}\n`);
  return hash.digest("hex").slice(0, 40);
}
