/**
 * What the viewer answers to every address of one workspace. The world (catalog, store, reviews, clock of
 * changes) comes in; nothing here listens or touches a disk by itself. A file is found by its name in the
 * catalog, so no path of a request ever reaches the file system.
 */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { UserError } from "../errors.ts";
import { packedOnce } from "./assets.ts";
import { guard, MAX_BODY_BYTES } from "./guard.ts";
import { newsStreams } from "./news-streams.ts";
import { liveNews } from "./page.ts";
import { duelRoutes } from "./routes-duel.ts";
import { listRoutes } from "./routes-list.ts";
import { reignRoutes } from "./routes-reign.ts";
import { reportRoutes } from "./routes-report.ts";
import { reviewRoutes } from "./routes-review.ts";
import { queryOf, siteOf, type ViewerDeps } from "./site.ts";

export function makeRoutes(deps: ViewerDeps): Hono {
  const site = siteOf(deps);
  const app = new Hono();
  protect(app, deps);
  const news = newsStreams();
  listRoutes(app, site);
  duelRoutes(app, site);
  reviewRoutes(app, site);
  reportRoutes(app, site);
  reignRoutes(app, site);
  app.get("/events", (c) =>
    news.open(c, deps.subscribe, () =>
      JSON.stringify({ version: deps.catalog.version(), ...liveNews(site.live()) }),
    ),
  );
  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    const lines = [error.message, `How to mend it: ${error.hint}.`];
    return c.html(site.message(queryOf(c), "That did not work", lines), 500);
  });
  app.notFound((c) => site.gone(c));
  return app;
}

/** Guard, limit of bodies and the assets: the same whether one workspace is shown or several. */
export function protect(
  app: Hono,
  deps: Pick<ViewerDeps, "assets" | "hosts" | "token" | "accessKey">,
): void {
  app.use(guard(deps));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => c.text(`a request may hold ${MAX_BODY_BYTES} bytes at most`, 413),
    }),
  );
  app.get("/assets/:name", (c: Context) => {
    const asset = deps.assets.get(c.req.param("name") ?? "");
    if (asset === undefined) return c.text("not found", 404);
    const headers = {
      "content-type": asset.type,
      "cache-control": "no-cache",
      vary: "Accept-Encoding",
    };
    if (!takesGzip(c.req.header("accept-encoding") ?? "")) return c.body(asset.body, 200, headers);
    return c.body(packedOnce(asset), 200, { ...headers, "content-encoding": "gzip" });
  });
}

// ---------------------------------------------------------------------------------------------

/** A coding of weight 0 is refused; "*" stands for those that are not named (RFC 9110, 12.5.3). */
function takesGzip(header: string): boolean {
  const codings = header
    .toLowerCase()
    .split(",")
    .map((one) => /^\s*([^\s;]+)\s*(?:;\s*q\s*=\s*([\d.]+))?\s*$/.exec(one));
  const own =
    codings.find((one) => one?.[1] === "gzip" || one?.[1] === "x-gzip") ??
    codings.find((one) => one?.[1] === "*");
  return own !== undefined && own !== null && Number(own[2] ?? 1) > 0;
}
