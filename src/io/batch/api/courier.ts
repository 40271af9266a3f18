/**
 * Takes request files to a provider's batch API and brings the results. Costs money in one place: the POST
 * that makes a batch, which is sent once for a file. What became of it is asked of the provider's list, never
 * found out by another POST; only a file that is in no list some time after is taken back and asked anew.
 */
import { rename, rm } from "node:fs/promises";
import type { Config } from "../../../config.ts";
import type { Stage, ToMend } from "../../../work.ts";
import { onDisk } from "../../disk-faults.ts";
import type { Store } from "../../store.ts";
import type { Carrier, Whereabouts } from "../carrier.ts";
import { bookPath, folderOf, requestsPath, type RequestMap } from "../maps.ts";
import { settingsOf } from "../request.ts";
import { booksOf, markOf, readBook, writeBook, type Book } from "./book.ts";
import { writeBody } from "./body.ts";
import { dialectOf, type Dialect } from "./dialects.ts";
import { isOk, isRefusal, openHttp, type Answer, type Http } from "./http.ts";
import { readJob, type Job } from "./job.ts";
import { findJob } from "./list.ts";
import { asLines } from "./output.ts";

export type CourierOptions = {
  readonly store: Store;
  readonly config: Config;
  readonly stage: Stage;
  readonly now: () => Date;
};

export function batchCourier(options: CourierOptions): Carrier {
  const { store, config, stage, now } = options;
  const open = new Map<string, Http>();
  const httpOf = (provider: string): Http => {
    const known = open.get(provider) ?? openHttp(config, provider);
    open.set(provider, known);
    return known;
  };
  const atOf = (n: number, map: RequestMap): At => ({
    ...options,
    n,
    map,
    http: httpOf(map.head.provider),
    dialect: dialectOf(map.head.provider, settingsOf(config, map.head.provider)),
  });
  return {
    engine: "batch",
    limits: (provider) => dialectOf(provider, settingsOf(config, provider)),
    async bring(n, map) {
      const book = await readBook(store, stage, n);
      if (book === null) return NEVER_LEFT;
      if (book.ended) return { state: "ended", notes: [] };
      const at = atOf(n, map);
      const found = book.batch === null ? await look(at, book) : book;
      if (found === "unknown") return unclear(at, now());
      if (found !== "absent") return follow(at, found);
      const since = now().getTime() - Date.parse(book.posted_at);
      const rest = config.engine.settle_s * 1000 - since;
      if (rest > 0) return unclear(at, new Date(now().getTime() + rest));
      return { ...NEVER_LEFT, notes: [`${requestsPath(stage, n)}: no batch was made of it`] };
    },
    send: (n, map) => post(atOf(n, map)),
    async close() {
      for (const http of open.values()) await http.close();
    },
  };
}

// ---------------------------------------------------------------------------------------------

type At = CourierOptions & {
  readonly n: number;
  readonly map: RequestMap;
  readonly http: Http;
  readonly dialect: Dialect;
};

const NEVER_LEFT: Whereabouts = { state: "never_left", notes: [], to_mend: [] };

const DAY_MS = 24 * 3600 * 1000;

/** Uploads, notes that a POST is about to leave, posts. */
async function post(at: At): Promise<Whereabouts> {
  const { store, stage, n, map, http, dialect } = at;
  const path = store.path(requestsPath(stage, n));
  let input: string | null = null;
  if (dialect.upload !== null) {
    const sent = await http.upload(dialect.upload.path, dialect.upload.fields, path);
    const id = readJob(sent.value)?.id;
    if (!isOk(sent) || id === undefined) return notSent(at, "took no file", sent);
    input = id;
  }
  const mark = markOf(map);
  const book: Book = {
    requests: n,
    provider: map.head.provider,
    mark,
    input,
    posted_at: at.now().toISOString(),
    batch: null,
    ended: false,
  };
  const { model, url } = map.head;
  const fields = dialect.fields({
    input: input ?? "",
    endpoint: url ?? "/v1/chat/completions",
    model,
    mark,
  });
  const body = dialect.body === undefined ? null : await writeBody(path, fields, dialect.body);
  await writeBook(store, stage, book);
  const answer =
    body === null
      ? await http.post(dialect.batches, fields)
      : await http.postFile(dialect.batches, body);
  if (body !== null) await onDisk(body, "remove", () => rm(body, { force: true }));
  const job = isOk(answer) ? readJob(answer.value) : null;
  if (job !== null) {
    await writeBook(store, stage, { ...book, batch: job.id });
    return standing(at, book, job);
  }
  if (isRefusal(answer)) {
    // Nothing was made: the next run finds a file without a note, and takes it back.
    await store.remove(bookPath(stage, n));
    return notSent(at, "made no batch", answer);
  }
  const found = await look(at, book);
  if (typeof found !== "string") return follow(at, found);
  return unclear(at, new Date(at.now().getTime() + at.config.engine.settle_s * 1000), answer.words);
}

/** The batch that an earlier POST made, by the provider's list. */
async function look(
  { store, stage, http, dialect, map }: At,
  book: Book,
): Promise<Book | "absent" | "unknown"> {
  const books = await booksOf(store, stage);
  const known = new Set(books.flatMap(({ batch }) => batch ?? []));
  const found = await findJob({ http, dialect, book, lines: map.entries.length, known });
  if (typeof found === "string") return found;
  const adopted: Book = {
    ...book,
    batch: found.id,
    ...(dialect.isMarked ? {} : { guessed: true }),
  };
  await writeBook(store, stage, adopted);
  return adopted;
}

async function follow(at: At, book: Book): Promise<Whereabouts> {
  const { http, dialect, n, stage } = at;
  const id = book.batch ?? "";
  const answer = await http.get(`${dialect.batches}/${encodeURIComponent(id)}`);
  const job = isOk(answer) ? readJob(answer.value) : null;
  if (job === null) return notReached(at, id, answer);
  if (job.mark !== null && job.mark !== book.mark) return another(at, id);
  if (job.state === "refused") {
    const why = job.words === "" ? "without a word" : job.words;
    const message = `${book.provider} refused the batch ${id} of ${requestsPath(stage, n)}: ${why}`;
    const hint =
      "mend it in chain.toml or at the provider, and run it again: the lines are asked anew";
    return { state: "never_left", notes: [], to_mend: [{ message, hint }] };
  }
  return job.state === "out" ? standing(at, book, job) : bring(at, book, job);
}

/** All outputs first, then all into their places: a line that is still to come would be asked again. */
async function bring(at: At, book: Book, job: Job): Promise<Whereabouts> {
  const { store, stage, n, http, dialect } = at;
  const outputs = dialect.upload === null ? ["results"] : job.outputs;
  const notes: string[] = [];
  const there: { temp: string; path: string }[] = [];
  for (const [place, output] of outputs.entries()) {
    const path = store.path(folderOf(stage), `results-${n}${place === 0 ? "" : "-errors"}.jsonl`);
    const temp = `${path}.${process.pid}.0.tmp`;
    const answer = await http.download(dialect.content(job.id, output), temp);
    if (isOk(answer)) {
      await asLines(temp);
      there.push({ temp, path });
    } else if (answer.status === 404 || answer.status === 410) {
      notes.push(
        `${book.provider} has the results of ${job.id} no more (${answer.words}): its calls are booked as unknown, and asked again`,
      );
    } else {
      for (const one of [temp, ...there.map((part) => part.temp)])
        await onDisk(one, "remove", () => rm(one, { force: true }));
      return notReached(at, job.id, answer);
    }
  }
  for (const { temp, path } of there) await onDisk(path, "write", () => rename(temp, path));
  await writeBook(store, stage, { ...book, batch: job.id, ended: true });
  const lost = job.status.toLowerCase();
  if (lost !== "completed" && lost !== "success" && lost !== "ended")
    notes.push(
      `${job.id} of ${requestsPath(stage, n)} is ${job.status}: what it lacks is asked again`,
    );
  return { state: "ended", notes };
}

function standing({ now }: Pick<At, "now">, book: Book, job: Job): Whereabouts {
  const counted = job.total > 0 ? `, ${job.done} of ${job.total} done` : "";
  const until =
    job.until ??
    new Date(Math.max(Date.parse(book.posted_at), now().getTime() - DAY_MS) + DAY_MS).toISOString();
  const words = `the batch ${job.id} at ${book.provider} (${job.status}${counted})`;
  return { state: "out", words, until, to_mend: [] };
}

function unclear({ map, config }: At, when: Date, why = ""): Whereabouts {
  const { provider } = map.head;
  const said = why === "" ? "" : ` (${why})`;
  const words = `${provider}, which did not say whether it made a batch${said}: its list is looked at again after ${config.engine.settle_s} s, and nothing is posted before`;
  return { state: "out", words, until: when.toISOString(), to_mend: [] };
}

/** Nothing is known to be wrong with the batch: looked at again in the next run. */
function notReached({ map, stage, n }: At, id: string, answer: Answer): Whereabouts {
  const { provider } = map.head;
  const words = `the batch ${id} at ${provider}, which said: ${answer.words || "nothing that can be read"}`;
  const hint = `mend the key or the address of [provider.${provider}]; where the batch is gone for good, delete ${requestsPath(stage, n)}: its calls are booked as unknown, and asked anew`;
  const to_mend: ToMend[] = isRefusal(answer)
    ? [{ message: `${requestsPath(stage, n)}: ${words}`, hint }]
    : [];
  return { state: "out", words, until: null, to_mend };
}

function another({ stage, n }: At, id: string): Whereabouts {
  const message = `${bookPath(stage, n)} names ${id}, which was made of other requests (another workspace's?)`;
  const hint = `delete ${bookPath(stage, n)}: ${requestsPath(stage, n)} is asked anew then`;
  return {
    state: "out",
    words: `${id}, which is not its own`,
    until: null,
    to_mend: [{ message, hint }],
  };
}

function notSent({ map, stage, n }: At, what: string, answer: Answer): Whereabouts {
  const { provider } = map.head;
  const message = `${requestsPath(stage, n)}: ${provider} ${what}: ${answer.words || "no id in its answer"}`;
  const hint = `mend [provider.${provider}] (or its \`batch_api\`) in chain.toml, and run it again: nothing was sent and nothing is owed`;
  const isOurs = isRefusal(answer) || isOk(answer);
  return {
    state: "never_left",
    notes: isOurs ? [] : [message],
    to_mend: isOurs ? [{ message, hint }] : [],
  };
}
