/**
 * The pages of a copy that opens from a disk or from any host: the same that the viewer serves, with links
 * between files, and without what only a server can answer. Pure: entries and records in, text out.
 */
import { html } from "hono/html";
import type { BucketRules } from "../core/duel/bucket.ts";
import type { ClusterBy } from "../core/duel/cluster-by.ts";
import { counted, thousands } from "../core/report/format.ts";
import { peopleOf } from "../core/report/people.ts";
import type { Lineage } from "../records/lineage.ts";
import { BUCKETS } from "../records/exported.ts";
import type { Entry } from "./entry.ts";
import { duelFile, fileLinks, listFile } from "./links.ts";
import { duelBody } from "./page-duel.ts";
import { listBody, pageOf } from "./page-list.ts";
import { reignBody } from "./page-reign.ts";
import { reportBody } from "./page-report.ts";
import { framed, plain, type Html, type PageKind } from "./page.ts";
import { FIRST_SHOWN, parseQuery, type Query } from "./query.ts";
import type { RunFacts } from "./run-facts.ts";
import { select } from "./selection.ts";
import type { SharedTurn } from "./shareable.ts";

export type SharedSite = {
  /** In the order of their files. */
  readonly entries: readonly Entry[];
  readonly facts: RunFacts;
  readonly rules: BucketRules;
  readonly cluster_by: ClusterBy;
  readonly mode: 1 | 2;
  /** null: no checkpoint has challenged the king. */
  readonly lineage?: Lineage | null;
};

export type SharedPage = { readonly path: string; readonly text: string };

/** The list of all turns and one a bucket, highest score first, 50 turns a page. */
export function listPages(site: SharedSite): SharedPage[] {
  const { entries, facts, rules, cluster_by } = site;
  const people = peopleOf(
    entries.map(({ row }) => row),
    cluster_by,
  );
  return [null, ...BUCKETS].flatMap((bucket) => {
    const chosen = queryOf(bucket);
    const selection = select(entries, chosen);
    const pages = pageOf(selection.entries.length);
    return Array.from({ length: pages }, (_, at) => {
      const query = { ...chosen, page: at + 1 };
      const links = fileLinks("");
      const body = listBody({
        query,
        selection,
        total: entries.length,
        people,
        facts,
        rules,
        excerpts: new Map(),
        unread: 0,
        links,
      });
      const text = pageText(site, { up: "", kind: "list", title: "Duels", body });
      return { path: listFile(bucket, query.page), text };
    });
  });
}

/** Files from the highest score down: what next and previous follow. */
export function sharedOrder(site: SharedSite): string[] {
  return select(site.entries, ALL).entries.map(({ file }) => file);
}

/** @param at its place in `order`, from 0 */
export function duelPageOf(
  site: SharedSite,
  { answer, score, review }: SharedTurn,
  {
    entry,
    order,
    at,
  }: { readonly entry: Entry; readonly order: readonly string[]; readonly at: number },
): SharedPage {
  const body = duelBody({
    entry,
    answer,
    score,
    review,
    undone: null,
    pr: null,
    calls: null,
    query: ALL,
    view: { history: FIRST_SHOWN, diff: false, hidden: false, calls: false, whole: false },
    token: "",
    mode: site.mode,
    links: fileLinks("../"),
    swapped: false,
    place: {
      at: at + 1,
      of: order.length,
      previous: order[at - 1] ?? null,
      next: order[at + 1] ?? null,
    },
  });
  const title = plain(answer.instance_id);
  return {
    path: duelFile(entry.file),
    text: pageText(site, { up: "../", kind: "duel", title, body }),
  };
}

/** `report`: report.html as it lies in the workspace; null: there is none that can be shown. */
export function reportPage(site: SharedSite, report: string | null): SharedPage {
  const files = new Set(site.entries.map(({ file }) => file));
  const body =
    (report === null ? null : reportBody(report, fileLinks(""), (file) => files.has(file))) ??
    html`<section class="message"><h1>No report was written yet</h1></section>`;
  return {
    path: "report.html",
    text: pageText(site, { up: "", kind: "report", title: "Report", body }),
  };
}

/** Who reigned; [] where nobody has challenged. */
export function reignPages(site: SharedSite): SharedPage[] {
  const { lineage = null } = site;
  if (lineage === null) return [];
  const body = reignBody(lineage, { root: null, by: "npm" });
  const text = pageText(site, { up: "", kind: "reign", title: "Who reigns", body });
  return [{ path: "reign.html", text }];
}

/** @param sizes characters of every file @param masked secrets by kind */
export function copyNotes(
  sizes: readonly number[],
  masked: Readonly<Record<string, number>>,
): string[] {
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
  const kinds = Object.entries(masked).map(([kind, n]) => `${kind} ${n}`);
  return [
    `${counted(sizes.length, "file")}, ${thousands(kilobytes)} kB`,
    ...(kinds.length === 0 ? [] : [`secrets masked: ${kinds.join(", ")}`]),
  ];
}

// ---------------------------------------------------------------------------------------------

const ALL: Query = parseQuery(new URLSearchParams());

const queryOf = (bucket: string | null): Query =>
  parseQuery(new URLSearchParams(bucket === null ? {} : { bucket }));

type Part = {
  readonly up: "" | "../";
  readonly kind: PageKind;
  readonly title: string;
  readonly body: Html;
};

function pageText(
  { entries, lineage = null }: SharedSite,
  { up, kind, title, body }: Part,
): string {
  const rows = entries.map(({ row }) => row);
  const page = framed({
    title,
    kind,
    body,
    token: "",
    links: fileLinks(up),
    live: {
      running: null,
      turns: rows.length,
      judged: rows.filter((row) => row.state === "scored").length,
      reviewed: rows.filter((row) => row.review !== null && !row.review.outdated).length,
      hasReign: lineage !== null,
    },
    version: 0,
    blind: false,
  });
  if (page instanceof Promise) throw new Error("no part of a page is waited for");
  return squeezed(page);
}

/** Without the templates' indents: inside of tags, and between them but in texts that show theirs. */
function squeezed(page: string): string {
  return `${page
    .replace(/<[a-z][^>]*>/g, (tag) => tag.replace(/\n\s*/g, " "))
    .replace(
      /(<pre\b[^]*?<\/pre>|<div class="text\b[^]*?<\/div>)|\n\s+/g,
      (_, text?: string) => text ?? "\n",
    )}\n`;
}
