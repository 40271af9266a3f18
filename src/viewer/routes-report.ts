/** The report of the workspace, in the page's frame. */
import type { Hono } from "hono";
import { BUCKETS } from "../records/exported.ts";
import { reportBody } from "./page-report.ts";
import { parseQuery } from "./query.ts";
import { queryOf, type Site } from "./site.ts";

export function reportRoutes(app: Hono, site: Site): void {
  const { store, links } = site;

  app.get("/report", async (c) => {
    const query = queryOf(c);
    const report = await store.readText("report/report.html");
    if (report === null) {
      const lines = ["Run `npm run stage:report` first."];
      return c.html(site.message(query, "There is no report yet", lines));
    }
    const body = reportBody(report, links);
    if (body === null) {
      const lines = ["report/report.html was not written by `npm run stage:report`; run it anew."];
      return c.html(site.message(query, "The report cannot be shown", lines));
    }
    return c.html(site.page(query, "report", "Report", body));
  });

  // The report of an earlier version names turns by the files they were exported to; here they are duels.
  for (const bucket of BUCKETS)
    app.get(`/${bucket}/:file`, (c) =>
      c.redirect(links.duel(c.req.param("file"), parseQuery(new URLSearchParams())), 302),
    );
}
