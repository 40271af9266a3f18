/** Who reigned, of reign/lineage.json. */
import type { Hono } from "hono";
import { LINEAGE, lineageSchema } from "../records/lineage.ts";
import { reignBody } from "./page-reign.ts";
import { queryOf, type Site } from "./site.ts";

export function reignRoutes(app: Hono, site: Site): void {
  app.get("/reign", async (c) => {
    const lineage = await site.store.readIfThere(LINEAGE, lineageSchema);
    return c.html(site.page(queryOf(c), "reign", "Who reigns", reignBody(lineage, site.typing)));
  });
}
