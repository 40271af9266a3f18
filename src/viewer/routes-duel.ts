/** The page of a duel, and the duel as a file to pass on. */
import type { Context, Hono } from "hono";
import { UserError } from "../errors.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { answerSchema } from "../records/answer.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import { readCalls } from "./calls.ts";
import { duelDownload } from "./download.ts";
import type { Entry } from "./entry.ts";
import { duelBody, duelTools } from "./page-duel.ts";
import { plain } from "./page.ts";
import { parseUndone, parseView, type Query } from "./query.ts";
import { readQueue } from "./queue-turns.ts";
import { readable } from "./readable.ts";
import { queryOf, type Site } from "./site.ts";

export function duelRoutes(app: Hono, site: Site): void {
  app.get("/duel/:file", async (c) => {
    const entry = await site.entryOf(c.req.param("file"));
    if (entry === undefined) return site.gone(c);
    const query = queryOf(c);
    try {
      return await duelPage(c, site, entry, query);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!(await site.store.has(entry.path))) return site.gone(c);
      const lines = [error.message, `How to mend it: ${error.hint}.`];
      return c.html(site.message(query, "This file cannot be read", lines));
    }
  });

  app.get("/duel/:file/json", async (c) => {
    const entry = await site.entryOf(c.req.param("file"));
    if (entry === undefined) return site.gone(c);
    c.header("content-disposition", "attachment");
    return c.json(await duelDownload(site, site.store, entry));
  });
}

// ---------------------------------------------------------------------------------------------

async function duelPage(c: Context, site: Site, entry: Entry, query: Query): Promise<Response> {
  const { store, catalog, order, selected, token, mode, links } = site;
  const { file, path } = entry;
  const params = new URL(c.req.url).searchParams;
  const view = parseView(params);
  const answer = await store.read(path, answerSchema);
  const drawn = query.queue ? await readQueue(store, catalog) : null;
  const now = async (): Promise<readonly string[]> =>
    drawn?.files ?? (await selected(query)).entries.map((other) => other.file);
  const input = {
    entry,
    answer,
    score: await readable(store.readIfThere(`score/${file}`, scoreSchema)),
    review: await readable(store.readIfThere(`review/${file}`, reviewSchema)),
    pr: view.hidden
      ? await readable(readHiddenOf(store, { name: file, instance_id: answer.instance_id }, "auto"))
      : null,
    calls: view.calls ? await readCalls(store, file) : null,
    query,
    view,
    token,
    mode,
    links,
    swapped: site.isSwapped(file),
    undone: parseUndone(params),
    place: await order.around(query, file, now),
  };
  const title = plain(answer.instance_id);
  return c.html(site.page(query, "duel", title, duelBody(input), duelTools(input)));
}
