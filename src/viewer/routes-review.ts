/** What people say: a verdict, a bucket or a note is saved, and the last change of a tab undone. */
import type { Context, Hono } from "hono";
import { mayChange, originFault, type Guard } from "./guard.ts";
import { parseQuery, parseView, type DuelView, type Query } from "./query.ts";
import { changeOf } from "./reviews.ts";
import type { Site } from "./site.ts";

export function reviewRoutes(app: Hono, site: Site): void {
  const { catalog, reviews, links } = site;

  app.post("/review/:file", async (c) => {
    const fields = await changeAsked(c, site);
    if (typeof fields === "string") return c.text(fields, 403);
    const entry = await site.entryOf(c.req.param("file"));
    const { query, view } = backOf(fields);
    if (entry === undefined) return site.gone(c);
    const verdict = changeOf(fields, query.blind && site.isSwapped(entry.file));
    if (verdict === null) return c.text("no such verdict, bucket or note", 400);
    const mark = await catalog.mark();
    await reviews.save({ name: entry.file, path: entry.path }, verdict, tabOf(fields));
    await catalog.lookAt(entry.file, mark);
    return c.redirect(links.duel(entry.file, query, view), 303);
  });

  app.post("/undo", async (c) => {
    const fields = await changeAsked(c, site);
    if (typeof fields === "string") return c.text(fields, 403);
    const { query, view } = backOf(fields);
    const mark = await catalog.mark();
    const step = await reviews.undo(tabOf(fields));
    if (step !== null) await catalog.lookAt(step.name, mark);
    const file = step?.name ?? fields.get("file");
    if (file === undefined) {
      const lines = ["No change of this viewer is left to be undone."];
      return c.html(site.message(query, "Nothing to undo", lines));
    }
    return c.redirect(links.duel(file, query, view, step?.undone ?? "nothing"), 303);
  });
}

// ---------------------------------------------------------------------------------------------

/** Which tab asks; its script says so, pages without script share one. */
const tabOf = (fields: ReadonlyMap<string, string>): string =>
  (fields.get("tab") ?? "").slice(0, 64);

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
function backOf(fields: ReadonlyMap<string, string>): { query: Query; view: DuelView } {
  const params = new URLSearchParams(fields.get("back") ?? "");
  return { query: parseQuery(params), view: parseView(params) };
}
