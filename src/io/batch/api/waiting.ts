/** Whether one of a stage's batches is over, for those who wait: asked of the provider, with no lock held. */
import type { Config } from "../../../config.ts";
import type { Stage } from "../../../work.ts";
import type { Store } from "../../store.ts";
import { settingsOf } from "../request.ts";
import { booksOf, type Book } from "./book.ts";
import { dialectOf } from "./dialects.ts";
import { isOk, isRefusal, openHttp } from "./http.ts";
import { readJob } from "./job.ts";

/** True as well when none is out, and when a run has to look for one in the provider's list. */
export async function isAnyOver(config: Config, store: Store, stage: Stage): Promise<boolean> {
  const books = (await booksOf(store, stage)).filter(({ ended }) => !ended);
  if (books.length === 0) return true;
  for (const book of books) if (await isOver(config, book)) return true;
  return false;
}

// ---------------------------------------------------------------------------------------------

async function isOver(config: Config, { provider, batch }: Book): Promise<boolean> {
  if (batch === null) return true;
  const { batches } = dialectOf(provider, settingsOf(config, provider));
  const http = openHttp(config, provider);
  try {
    const answer = await http.get(`${batches}/${encodeURIComponent(batch)}`);
    return isOk(answer) ? readJob(answer.value)?.state !== "out" : isRefusal(answer);
  } finally {
    await http.close();
  }
}
