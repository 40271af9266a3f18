/** The one way out of a builder: every row, kept or skipped, is masked before a format sees it. */
import { makeMasker } from "../core/exit/masker.ts";
import type { Built } from "../core/dataset/example.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import type { Counter } from "../core/dataset/stats.ts";

/** A builder's stream; one that makes very many rows hands over several at once. */
export type BuiltRows = AsyncIterable<Built | readonly Built[]>;

/**
 * The rows in their order, some at once: a search costs the same for one text and for a hundred.
 * @param counts gets the rows by kind of secret.
 */
export async function* maskedRows(
  rows: BuiltRows,
  { mask, maskEmails }: Pick<DatasetSettings, "mask" | "maskEmails">,
  counts: Counter,
): AsyncGenerator<readonly Built[]> {
  if (!mask) {
    for await (const some of rows) yield listOf(some);
    return;
  }
  const masker = makeMasker({ audit: { mask_emails: maskEmails } });
  let batch: Built[] = [];
  for await (const some of rows) {
    batch.push(...listOf(some));
    if (batch.length < BATCH) continue;
    const due = batch;
    batch = [];
    yield await masker.mask(due);
  }
  yield await masker.mask(batch);
  counts.addAll(masker.counts());
}

// ---------------------------------------------------------------------------------------------

/** Rows searched at once: some 100 kB of text. */
const BATCH = 32;

const listOf = (some: Built | readonly Built[]): readonly Built[] => ("ok" in some ? [some] : some);
