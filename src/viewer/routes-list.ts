/** The list of duels and the queue of blind reviews. */
import type { Hono } from "hono";
import { peopleOf } from "../core/report/people.ts";
import type { Store } from "../io/store.ts";
import type { Entry } from "./entry.ts";
import { excerptsOf } from "./excerpts.ts";
import { madeOnce } from "./made-once.ts";
import { listBody, listTools, rowsOf } from "./page-list.ts";
import { queueBody } from "./page-queue.ts";
import { QUEUE_QUERY, readQueue } from "./queue-turns.ts";
import type { Selection } from "./selection.ts";
import { queryOf, type Site } from "./site.ts";

export function listRoutes(app: Hono, site: Site): void {
  const { catalog, store, cluster_by, links, order, selected } = site;
  const filesOf = madeOnce(({ entries }: Selection) => entries.map(({ file }) => file));
  const peopleIn = madeOnce((entries: readonly Entry[]) =>
    peopleOf(
      entries.map(({ row }) => row),
      cluster_by,
    ),
  );

  app.get("/", async (c) => {
    await site.seen();
    const query = queryOf(c);
    const trouble = catalog.trouble();
    if (trouble !== null)
      return c.html(site.message(query, "The workspace cannot be read", [trouble]));
    const entries = catalog.entries();
    if (entries.length === 0 && catalog.unread() === 0)
      return c.html(site.message(query, "No duels yet", await emptyLines(store)));
    const selection = await selected(query);
    const isRenewed = c.req.header(RENEWED) !== undefined;
    if (!isRenewed) order.opened(query, filesOf(selection));
    const body = listBody({
      query,
      selection,
      total: entries.length,
      people: peopleIn(entries),
      facts: await site.facts(),
      rules: site.rules,
      excerpts: await excerptsOf(store, rowsOf(selection.entries, query), query.q),
      unread: catalog.unread(),
      links,
    });
    return c.html(site.page(query, "list", "Duels", body, listTools(query, links)));
  });

  app.get("/queue", async (c) => {
    await site.seen();
    const turns = await readQueue(store, catalog);
    if (turns !== null) order.opened(QUEUE_QUERY, turns.files);
    const body = queueBody(turns, {
      entries: catalog.entries(),
      clusterBy: cluster_by,
      links,
      typing: site.typing,
    });
    return c.html(site.page(QUEUE_QUERY, "queue", "Queue", body));
  });
}

// ---------------------------------------------------------------------------------------------

/** A list that renews itself says so: nobody opened it. */
const RENEWED = "x-renewed";

async function emptyLines(store: Store): Promise<string[]> {
  const prompts = await store.list("prompt");
  const hasPrompts = prompts.some((name) => name.endsWith(".json"));
  return [
    hasPrompts
      ? "The turns are drawn. Next: `npm run stage:king`, then `npm run stage:challenger` and `npm run stage:validate`."
      : "This workspace is empty. First: `npm run stage:prompt` draws turns, then `npm run stage:king` answers them. `npm run stages` does all five in order.",
    "This page shows new duels as they come; leave it open.",
  ];
}
