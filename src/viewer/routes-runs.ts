/** Several workspaces in one viewer: their list, the comparison of two, and each below its own address. */
import { Hono, type Context } from "hono";
import type { Side } from "../core/report/compare.ts";
import { UserError } from "../errors.ts";
import { answerSchema } from "../records/answer.ts";
import { scoreSchema } from "../records/score.ts";
import type { Catalog } from "./catalog.ts";
import { servedLinks, type Links } from "./links.ts";
import { compareBody, pairBody, type PairedDuel } from "./page-compare.ts";
import { runsBody, type ShownRun } from "./page-runs.ts";
import { framed, messageBody, type Html, type PageKind } from "./page.ts";
import { protect } from "./routes.ts";
import type { RunFacts } from "./run-facts.ts";
import { readSide } from "./side.ts";
import type { ViewerDeps } from "./site.ts";
import type { Workspace } from "./workspaces.ts";

export type ServedRun = Workspace & {
  readonly catalog: Catalog;
  readonly facts: () => Promise<RunFacts>;
  readonly links: Links;
  /** Its own pages. */
  readonly app: Hono;
};

export function makeRunsRoutes(
  runs: readonly ServedRun[],
  guarded: Pick<ViewerDeps, "assets" | "hosts" | "token" | "accessKey">,
): Hono {
  const app = new Hono();
  protect(app, guarded);
  const sideOf = rememberSides();
  const page = (kind: PageKind, title: string, body: Html): Html =>
    framed({
      title,
      kind,
      body,
      token: guarded.token,
      links: servedLinks("", "/"),
      live: null,
      version: 0,
      blind: false,
    });
  const say = (title: string, ...lines: string[]): Html =>
    page("message", title, messageBody(title, lines));

  app.get("/", async (c) => {
    const shown = await Promise.all(runs.map(shownRun));
    return c.html(page("runs", "Runs", runsBody(shown)));
  });

  app.get("/compare", async (c) => {
    const [a, b] = [runOf(c, runs, "a"), runOf(c, runs, "b")];
    if (a === undefined || b === undefined)
      return c.html(say("No such run", "Choose two runs of the list."), 404);
    const [file, other] = [c.req.query("turn"), c.req.query("turn_b") ?? c.req.query("turn")];
    if (file === undefined || other === undefined) {
      const [one, two] = [await sideOf(a), await sideOf(b)];
      return c.html(page("compare", `${a.name} and ${b.name}`, compareBody(one, two)));
    }
    const duels = [await pairedDuel(a, file), await pairedDuel(b, other)] as const;
    if (duels[0] === null || duels[1] === null)
      return c.html(
        say("This turn is not there", "One of the runs has no answer of this name."),
        404,
      );
    return c.html(page("compare", duels[0].answer.instance_id, pairBody(duels[0], duels[1])));
  });

  for (const run of runs) app.mount(run.links.base, run.app.fetch);

  app.onError((error, c) => {
    if (!(error instanceof UserError)) throw error;
    return c.html(say("That did not work", error.message, `How to mend it: ${error.hint}.`), 500);
  });
  app.notFound((c) => c.html(say("Not there", "No page has this address."), 404));
  return app;
}

// ---------------------------------------------------------------------------------------------

const runOf = (c: Context, runs: readonly ServedRun[], side: "a" | "b"): ServedRun | undefined =>
  runs.find(({ name }) => name === c.req.query(side));

async function shownRun({ catalog, facts, links, name, typed }: ServedRun): Promise<ShownRun> {
  await catalog.refresh();
  return {
    facts: await facts(),
    entries: catalog.entries(),
    links,
    folder: typed ?? name,
    trouble: catalog.trouble(),
  };
}

async function pairedDuel(run: ServedRun, file: string): Promise<PairedDuel | null> {
  const { catalog, store, name, links } = run;
  if (!(await catalog.lookAt(file))) await catalog.refresh();
  const entry = catalog.get(file);
  if (entry === undefined) return null;
  const answer = await store.read(entry.path, answerSchema);
  const score = await store.readIfThere(`score/${file}`, scoreSchema);
  return { name, entry, answer, score, links };
}

/** A side is read whole once, and again when its workspace changed. */
function rememberSides(): (run: ServedRun) => Promise<Side> {
  const held = new Map<string, { readonly version: number; readonly side: Promise<Side> }>();
  return async ({ name, catalog, config, store }) => {
    await catalog.refresh();
    const version = catalog.version();
    const known = held.get(name);
    if (known?.version === version) return known.side;
    const side = readSide(name, config, store);
    held.set(name, { version, side });
    side.catch(() => held.delete(name));
    return side;
  };
}
