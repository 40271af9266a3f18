/** What every answer of the viewer is made with: the workspace, its pages' frame, and the lists that were opened. */
import { setTimeout } from "node:timers/promises";
import type { Context } from "hono";
import { html } from "hono/html";
import type { BucketRules } from "../core/duel/bucket.ts";
import type { ClusterBy } from "../core/duel/cluster-by.ts";
import type { ExitSettings } from "../core/exit/masker.ts";
import { asTyped, type Typing } from "../core/text/typed-command.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import type { Store } from "../io/store.ts";
import type { Assets } from "./assets.ts";
import type { Catalog } from "./catalog.ts";
import type { Entry } from "./entry.ts";
import type { Guard } from "./guard.ts";
import type { Links } from "./links.ts";
import { madeOnce } from "./made-once.ts";
import { framed, messageBody, type Html, type Live, type PageKind } from "./page.ts";
import { parseQuery, type Query } from "./query.ts";
import { queueOrder, type QueueOrder } from "./queue-order.ts";
import { rememberSelection } from "./remembered-selection.ts";
import type { Reviews } from "./reviews.ts";
import type { RunFacts } from "./run-facts.ts";
import type { Selection } from "./selection.ts";

export type ViewerDeps = Guard & {
  readonly catalog: Catalog;
  readonly store: Store;
  readonly reviews: Reviews;
  readonly mode: 1 | 2;
  readonly cluster_by: ClusterBy;
  /** What is masked in files that are taken away. */
  readonly audit: ExitSettings["audit"];
  readonly rules: BucketRules;
  readonly facts: () => Promise<RunFacts>;
  readonly links: Links;
  /** How the person would type a command in this workspace. */
  readonly typing: Typing;
  readonly assets: Assets;
  /** Whether reign/lineage.json is there. @default never */
  readonly hasReign?: () => boolean;
  /** Stage that holds the workspace's lock; null: none. */
  readonly running: () => string | null;
  /** Calls back after every change of the workspace; gives the function that ends it. */
  readonly subscribe: (changed: () => void) => () => void;
};

export type Site = ViewerDeps & {
  readonly order: QueueOrder;
  readonly selected: (query: Query) => Promise<Selection>;
  /** Looks at the disk, and waits no longer for it than a person does: the page hears of what comes later. */
  seen(): Promise<void>;
  page(query: Query, kind: PageKind, title: string, body: Html, tools?: Html): Html;
  /** A page that says one thing; commands in its lines are written as they are typed here. */
  message(query: Query, title: string, lines: readonly (string | Html)[]): Html;
  /** The turn as it is on the disk now; only one that is not known makes all be looked at. */
  entryOf(file: string): Promise<Entry | undefined>;
  live(): Live;
  gone(c: Context): Response | Promise<Response>;
  /** Seats of a turn in blind mode: even over turns, the same for as long as this viewer runs. */
  isSwapped(file: string): boolean;
};

export function siteOf(deps: ViewerDeps): Site {
  const { catalog, links, token } = deps;
  const counts = madeOnce(countsOf);
  const live = (): Live => ({
    running: deps.running(),
    ...counts(catalog.entries()),
    hasReign: deps.hasReign?.() ?? false,
  });
  const page: Site["page"] = (query, kind, title, body, tools) =>
    framed({
      title,
      token,
      kind,
      links,
      live: live(),
      version: catalog.version(),
      blind: query.blind,
      body,
      ...(tools === undefined ? {} : { tools }),
    });
  const message: Site["message"] = (query, title, lines) => {
    const typed = lines.map((line) =>
      typeof line === "string" ? asTyped(line, deps.typing) : line,
    );
    return page(query, "message", title, messageBody(title, typed));
  };
  return {
    ...deps,
    order: queueOrder((file) => catalog.get(file) !== undefined),
    selected: rememberSelection(catalog),
    page,
    message,
    live,
    async seen() {
      await Promise.race([catalog.refresh(), setTimeout(LOOK_MS, null, { ref: false })]);
    },
    async entryOf(file) {
      if (!(await catalog.lookAt(file))) await catalog.refresh();
      return catalog.get(file);
    },
    gone: (c) =>
      c.html(
        message(queryOf(c), "This turn is not there", [
          "Its answer file does not exist, or was removed while the page was open.",
          html`<a href="${links.list(queryOf(c))}">Back to the list</a> (<kbd>Esc</kbd>)`,
        ]),
        404,
      ),
    isSwapped: (file) => Number.parseInt(sha256Hex(`${token}/${file}`).slice(0, 2), 16) % 2 === 1,
  };
}

function countsOf(entries: readonly Entry[]): Pick<Live, "turns" | "judged" | "reviewed"> {
  const rows = entries.map((entry) => entry.row);
  return {
    turns: rows.length,
    judged: rows.filter((row) => row.state === "scored").length,
    reviewed: rows.filter((row) => row.review !== null && !row.review.outdated).length,
  };
}

/** A look at 10,000 turns takes some 100 ms while a stage writes, a quiet one none. */
const LOOK_MS = 200;

export const queryOf = (c: Context): Query => parseQuery(new URL(c.req.url).searchParams);
