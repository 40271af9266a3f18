/** Whether a POST whose answer nobody knows made a batch: by the provider's list of them. */
import { listOf, fieldOf, textIn } from "../../chat/json-fields.ts";
import type { Book } from "./book.ts";
import type { Dialect } from "./dialects.ts";
import { isOk, type Http } from "./http.ts";
import { readJob, type Job } from "./job.ts";

export type Search = {
  readonly http: Http;
  readonly dialect: Dialect;
  readonly book: Book;
  /** Requests in the file. */
  readonly lines: number;
  /** Batches of other files. */
  readonly known: ReadonlySet<string>;
};

/** "unknown": the list was not to be had, or has no end. */
export async function findJob(search: Search): Promise<Job | "absent" | "unknown"> {
  const { http, dialect, book } = search;
  const posted = Date.parse(book.posted_at);
  let last: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await http.get(`${dialect.batches}?${dialect.page(page, last)}`);
    const rows = isOk(answer) ? rowsOf(answer.value) : null;
    if (rows === null) return "unknown";
    const jobs = rows.flatMap((row) => readJob(row) ?? []);
    const found = jobs.find((job) => isIt(search, posted, job));
    if (found !== undefined) return found;
    const oldest = jobs.at(-1);
    const isPast = (oldest?.created_ms ?? posted) < posted - SKEW_MS;
    const isLast = fieldOf(answer.value, "has_more") === false || rows.length < PAGE;
    if (oldest === undefined || isPast || isLast || oldest.id === last) return "absent";
    last = textIn(answer.value, "last_id") ?? oldest.id;
  }
  return "unknown";
}

// ---------------------------------------------------------------------------------------------

const PAGE = 100;
const MOST_PAGES = 50;
/** Between our clock and the provider's. */
const SKEW_MS = 10 * 60_000;

function isIt({ dialect, book, lines, known }: Search, posted: number, job: Job): boolean {
  if (job.mark === book.mark) return true;
  if (book.input !== null && job.inputs.includes(book.input)) return true;
  if (dialect.isMarked || known.has(job.id) || job.total !== lines) return false;
  return job.created_ms !== null && job.created_ms >= posted - SKEW_MS;
}

const rowsOf = (value: unknown): readonly unknown[] | null =>
  listOf(value) ?? listOf(fieldOf(value, "data"));
