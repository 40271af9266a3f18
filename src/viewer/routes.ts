/**
 * What the viewer answers to every address. The world (catalog, store, reviews, clock of changes) comes
 * in; nothing here listens or touches a disk by itself. A file is found by its name in the catalog, so
 * no path of a request ever reaches the file system.
 */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { PAGE_POLICY } from "../core/report/html.ts";
import type { ClusterBy } from "../core/duel/cluster-by.ts";
import { peopleOf } from "../core/report/people.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import { UserError } from "../errors.ts";
import { readHiddenOf } from "../io/hidden.ts";
import type { Store } from "../io/store.ts";
import { BUCKETS } from "../records/exported.ts";
import { answerSchema } from "../records/answer.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import type { Catalog, Entry } from "./catalog.ts";
import { guard, MAX_BODY_BYTES, mayChange, originFault, type Guard } from "./guard.ts";
import { newsStreams } from "./news-streams.ts";
import { duelDownload } from "./download.ts";
import { duelBody, duelTools } from "./page-duel.ts";
import { listBody } from "./page-list.ts";
import { queueBody } from "./page-queue.ts";
import { framed, liveNews, messageBody, plain, type Frame, type Html, type Live } from "./page.ts";
import {
  parseQuery,
  parseUndone,
  parseView,
  queryText,
  type DuelView,
  type Query,
} from "./query.ts";
import { queueOrder } from "./queue-order.ts";
import { QUEUE_QUERY, readQueue } from "./queue-turns.ts";
import { rememberSelection } from "./remembered-selection.ts";
import { changeOf, type Reviews } from "./reviews.ts";

export type ViewerDeps = Guard & {
  readonly catalog: Catalog;
  readonly store: Store;
  readonly reviews: Reviews;
  readonly mode: 1 | 2;
  readonly cluster_by: ClusterBy;
  /** Name -> content type and bytes. */
  readonly assets: ReadonlyMap<string, { readonly type: string; readonly body: string }>;
  /** Stage that holds the workspace's lock; null: none. */
  readonly running: () => string | null;
  /** Calls back after every change of the workspace; gives the function that ends it. */
  readonly subscribe: (changed: () => void) => () => void;
};

export function makeRoutes(deps: ViewerDeps): Hono {
  const { catalog, store, reviews, mode, cluster_by, token } = deps;
  const app = new Hono();
  const selected = rememberSelection(catalog);
  const order = queueOrder((file) => catalog.get(file) !== undefined);
  const filesOf = (query: Query): string[] => selected(query).entries.map(({ file }) => file);
  app.use(guard(deps));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => c.text(`a request may hold ${MAX_BODY_BYTES} bytes at most`, 413),
    }),
  );
  const news = newsStreams();

  app.get("/assets/:name", (c) => {
    const asset = deps.assets.get(c.req.param("name"));
    if (asset === undefined) return c.text("not found", 404);
    return c.body(asset.body, 200, { "content-type": asset.type, "cache-control": "no-cache" });
  });

  app.get("/", async (c) => {
    await catalog.refresh();
    const query = queryOf(c);
    const trouble = catalog.trouble();
    if (trouble !== null)
      return c.html(
        page(query, "message", "Trouble", messageBody("The workspace cannot be read", [trouble])),
      );
    if (catalog.entries().length === 0)
      return c.html(page(query, "list", "No duels", await emptyBody(store)));
    const selection = selected(query);
    if (c.req.header(RENEWED) === undefined) order.opened(query, filesOf(query));
    const people = peopleOf(
      catalog.entries().map((entry) => entry.row),
      cluster_by,
    );
    const body = listBody({ query, selection, total: catalog.entries().length, people });
    return c.html(page(query, "list", "Duels", body));
  });

  app.get("/duel/:file", async (c) => {
    const query = queryOf(c);
    const entry = await entryOf(c.req.param("file"));
    if (entry === undefined) return gone(c, query);
    try {
      return await duelPage(c, entry, query);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!(await store.has(entry.path))) return gone(c, query);
      const body = messageBody("This file cannot be read", [
        error.message,
        `How to mend it: ${error.hint}.`,
      ]);
      return c.html(page(query, "message", entry.file, body));
    }
  });

  app.get("/duel/:file/json", async (c) => {
    const query = queryOf(c);
    const entry = await entryOf(c.req.param("file"));
    if (entry === undefined) return gone(c, query);
    c.header("content-disposition", "attachment");
    return c.json(await duelDownload(store, entry));
  });

  app.post("/review/:file", async (c) => {
    const fields = await changeAsked(c, deps);
    if (typeof fields === "string") return c.text(fields, 403);
    const entry = await entryOf(c.req.param("file"));
    const { query, suffix } = backOf(fields);
    if (entry === undefined) return gone(c, query);
    const verdict = changeOf(fields, query.blind && isSwapped(entry.file));
    if (verdict === null) return c.text("no such verdict, bucket or note", 400);
    const mark = await catalog.mark();
    await reviews.save({ name: entry.file, path: entry.path }, verdict, tabOf(fields));
    await catalog.lookAt(entry.file, mark);
    return c.redirect(`/duel/${encodeURIComponent(entry.file)}${suffix}`, 303);
  });

  app.post("/undo", async (c) => {
    const fields = await changeAsked(c, deps);
    if (typeof fields === "string") return c.text(fields, 403);
    const { query, view } = backOf(fields);
    const mark = await catalog.mark();
    const step = await reviews.undo(tabOf(fields));
    if (step !== null) await catalog.lookAt(step.name, mark);
    const file = step?.name ?? fields.get("file");
    if (file === undefined)
      return c.html(
        page(
          query,
          "message",
          "Nothing to undo",
          messageBody("Nothing to undo", ["No change of this viewer is left to be undone."]),
        ),
      );
    const undone = step?.undone ?? "nothing";
    return c.redirect(
      `/duel/${encodeURIComponent(file)}${queryText(query, {}, view, undone)}`,
      303,
    );
  });

  app.get("/queue", async (c) => {
    await catalog.refresh();
    const turns = await readQueue(store, catalog);
    if (turns !== null) order.opened(QUEUE_QUERY, turns.files);
    const body = queueBody(turns, catalog.entries(), cluster_by);
    return c.html(page(QUEUE_QUERY, "queue", "Queue", body));
  });

  app.get("/report", async (c) => {
    const report = await store.readText("report/report.html");
    if (report === null) {
      return c.html(
        page(
          queryOf(c),
          "message",
          "No report",
          messageBody("There is no report yet", ["Run npm run stage:report in this workspace."]),
        ),
      );
    }
    c.header("content-security-policy", `${PAGE_POLICY}; frame-ancestors 'none'`);
    return c.html(report.replace("<main>", REPORT_HEAD));
  });

  // The report names turns by the files they were exported to; here they are duels.
  for (const bucket of BUCKETS)
    app.get(`/${bucket}/:file`, (c) =>
      c.redirect(`/duel/${encodeURIComponent(c.req.param("file"))}`, 302),
    );

  app.get("/events", (c) =>
    news.open(c, deps.subscribe, () =>
      JSON.stringify({ version: catalog.version(), ...liveNews(live()) }),
    ),
  );

  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    const body = messageBody("That did not work", [
      error.message,
      `How to mend it: ${error.hint}.`,
    ]);
    return c.html(page(queryOf(c), "message", "That did not work", body), 500);
  });

  app.notFound((c) => gone(c, queryOf(c)));
  return app;

  async function duelPage(c: Context, entry: Entry, query: Query): Promise<Response> {
    const { file, path } = entry;
    const view = parseView(new URL(c.req.url).searchParams);
    const answer = await store.read(path, answerSchema);
    const drawn = query.queue ? await readQueue(store, catalog) : null;
    const body = duelBody({
      entry,
      answer,
      score: await readable(store.readIfThere(`score/${file}`, scoreSchema)),
      review: await readable(store.readIfThere(`review/${file}`, reviewSchema)),
      pr: view.hidden
        ? await readable(
            readHiddenOf(store, { name: file, instance_id: answer.instance_id }, "auto"),
          )
        : null,
      query,
      view,
      token,
      mode,
      swapped: isSwapped(file),
      undone: parseUndone(new URL(c.req.url).searchParams),
      place: order.around(query, file, () => drawn?.files ?? filesOf(query)),
    });
    return c.html(
      page(query, "duel", plain(answer.instance_id), body, duelTools({ entry, query, view })),
    );
  }

  function page(query: Query, kind: string, title: string, body: Html, tools?: Html): Html {
    const frame: Frame = {
      title,
      token,
      kind,
      live: live(),
      version: catalog.version(),
      blind: query.blind,
      body,
    };
    return framed(tools === undefined ? frame : { ...frame, tools });
  }

  /** The turn as it is on the disk now; only one that is not known makes all be looked at. */
  async function entryOf(file: string): Promise<Entry | undefined> {
    if (!(await catalog.lookAt(file))) await catalog.refresh();
    return catalog.get(file);
  }

  function live(): Live {
    const rows = catalog.entries().map((entry) => entry.row);
    return {
      running: deps.running(),
      turns: rows.length,
      judged: rows.filter((row) => row.state === "scored").length,
      reviewed: rows.filter((row) => row.review !== null && !row.review.outdated).length,
    };
  }

  function gone(c: Context, query: Query): Response | Promise<Response> {
    const body = messageBody("This turn is not there", [
      "Its answer file does not exist, or was removed while the page was open. Go back to the list with Esc.",
    ]);
    return c.html(page(query, "message", "Not there", body), 404);
  }

  /** Seats of a turn in blind mode: even over turns, the same for as long as this viewer runs. */
  function isSwapped(file: string): boolean {
    return Number.parseInt(sha256Hex(`${token}/${file}`).slice(0, 2), 16) % 2 === 1;
  }
}

// ---------------------------------------------------------------------------------------------

const REPORT_HEAD = '<main><p><a href="/">Duels</a> · <a href="/queue">Queue</a></p>';

/** A list that renews itself says so: nobody opened it. */
const RENEWED = "x-renewed";

/** Which tab asks; its script says so, pages without script share one. */
const tabOf = (fields: ReadonlyMap<string, string>): string =>
  (fields.get("tab") ?? "").slice(0, 64);

const queryOf = (c: Context): Query => parseQuery(new URL(c.req.url).searchParams);

/** A broken score or review is named by the catalog; the page goes on without it. */
async function readable<T>(reading: Promise<T | null>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/**
 * The fields of a form, or why it is refused: the origin first, then the token of the address, both before
 * a byte of the body is read. A form of an older page has its token in the body.
 */
async function changeAsked(
  c: Context,
  guarded: Guard,
): Promise<ReadonlyMap<string, string> | string> {
  const origin = c.req.header("origin");
  const inAddress = c.req.query("token");
  const early =
    inAddress === undefined ? originFault(guarded, origin) : mayChange(guarded, origin, inAddress);
  if (early !== null) return early;
  const fields = await fieldsOf(c);
  return mayChange(guarded, origin, inAddress ?? fields.get("token")) ?? fields;
}

async function fieldsOf(c: Context): Promise<ReadonlyMap<string, string>> {
  const body = await c.req.parseBody();
  return new Map(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

/** Where a form wants to return to, read as a query and written anew: no address of anybody else's. */
function backOf(fields: ReadonlyMap<string, string>): {
  query: Query;
  view: DuelView;
  suffix: string;
} {
  const params = new URLSearchParams(fields.get("back") ?? "");
  const query = parseQuery(params);
  const view = parseView(params);
  return { query, view, suffix: queryText(query, {}, view) };
}

async function emptyBody(store: Store): Promise<Html> {
  const prompts = await store.list("prompt");
  const hasPrompts = prompts.some((name) => name.endsWith(".json"));
  return messageBody("No duels yet", [
    hasPrompts
      ? "The turns are drawn. Next: npm run stage:king, then npm run stage:challenger and npm run stage:validate."
      : "This workspace is empty. First: npm run stage:prompt draws turns, then npm run stage:king answers them. npm run stages does all five in order.",
    "This page shows new duels as they come; leave it open.",
  ]);
}
