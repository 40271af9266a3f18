/** The list of duels: the run in one strip, filters with counts on one side, a quiet table on the other. */
import { html } from "hono/html";
import { counted } from "../core/report/format.ts";
import type { BucketRules } from "../core/duel/bucket.ts";
import type { People } from "../core/report/people.ts";
import { agreementText } from "../core/report/story-turns.ts";
import type { Entry } from "./entry.ts";
import type { Excerpt } from "./excerpts.ts";
import type { Links } from "./links.ts";
import { activeFilters, facetBlocks, isFiltered, NOTHING, searchForm } from "./page-filters.ts";
import { histogram } from "./page-histogram.ts";
import { rowItem } from "./page-rows.ts";
import { runStrip } from "./page-strip.ts";
import { chip, shown, type Html } from "./page.ts";
import { SORTS, type Query, type Sort } from "./query.ts";
import type { RunFacts } from "./run-facts.ts";
import type { Selection } from "./selection.ts";

const PAGE_SIZE = 50;

export type ListInput = {
  readonly query: Query;
  readonly selection: Selection;
  readonly total: number;
  readonly people: People;
  readonly facts: RunFacts;
  readonly rules: BucketRules;
  readonly excerpts: ReadonlyMap<string, Excerpt>;
  /** Turns that the disk has and the list not yet. */
  readonly unread: number;
  readonly links: Links;
};

export function listBody(input: ListInput): Html {
  const { query, selection, people, facts, rules, links } = input;
  return html`<div id="content" class="list">
    <aside aria-label="Filters">
      ${links.isFixed ? "" : searchForm(query, links)}
      <details class="filters" open>
        <summary>Filters</summary>
        ${query.blind ? "" : histogram(query, selection, { rules, links })}
        ${facetBlocks(query, selection, links)}
      </details>
      ${query.blind ? "" : peopleBlock(people)}
    </aside>
    <section aria-label="Duels">
      ${query.blind ? "" : runStrip(facts, query, { selection, links })} ${headBlock(input)}
      ${rowsBlock(input)}
    </section>
  </div>`;
}

/** Right side of the top bar. */
export function listTools(query: Query, links: Links): Html {
  const other: Query = { ...query, blind: !query.blind, sort: query.blind ? "score" : "file" };
  return html`<a
    class="toggle"
    role="switch"
    aria-checked="${query.blind ? "true" : "false"}"
    href="${links.list(other, { page: 1 })}"
    data-key="b"
    >Blind</a
  >`;
}

/** The page of the list on which a turn stands; `at` counts from 1, 0: on none. */
export function pageOf(at: number): number {
  return Math.max(1, Math.ceil(at / PAGE_SIZE));
}

/** The turns of the page that is asked for, or of the last one. */
export function rowsOf(entries: readonly Entry[], query: Query): readonly Entry[] {
  const page = Math.min(query.page, pageOf(entries.length));
  return entries.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
}

// ---------------------------------------------------------------------------------------------

const SORT_NAMES: Readonly<Record<Sort, string>> = {
  score: "highest",
  worst: "lowest",
  split: "most split",
  flips: "most flips",
  file: "file",
};

function headBlock({ query, selection, total, unread, links }: ListInput): Html {
  const n = selection.entries.length;
  return html`<div class="bar">
      <h1>${n === total ? counted(total, "duel") : `${n} of ${counted(total, "duel")}`}</h1>
      ${query.blind ? chip("blind", "on") : links.isFixed ? "" : sortLinks(query, links)}
      ${isFiltered(query) ? html`<a class="clear" href="${links.list({ ...query, ...NOTHING })}">Clear filters</a>` : ""}
    </div>
    ${unread === 0 ? "" : html`<p class="sub" role="status">${unread} more turns are being read; they appear by themselves.</p>`}
    ${activeFilters(query, links)}`;
}

function rowsBlock({ query, selection: { entries }, excerpts, links }: ListInput): Html {
  const rows = rowsOf(entries, query);
  if (rows.length === 0)
    return html`<p class="empty">
      No duel matches. Take a filter out, or search for something else.
    </p>`;
  const items = rows.map((entry) =>
    rowItem(entry, { query, links, excerpt: excerpts.get(entry.file) }),
  );
  const pages = pageOf(entries.length);
  return html`<ol class="rows">
      ${items}
    </ol>
    ${pages > 1 ? pager(query, pages, links) : ""}`;
}

function sortLinks(query: Query, links: Links): Html {
  return html`<nav class="sorts" aria-label="Order">
    ${SORTS.map(
      (sort) =>
        html`<a
          href="${links.list(query, { sort, page: 1 })}"
          ${sort === query.sort ? html`aria-current="true"` : ""}
          >${SORT_NAMES[sort]}</a
        >`,
    )}
  </nav>`;
}

function pager(query: Query, pages: number, links: Links): Html {
  const page = Math.min(query.page, pages);
  const link = (to: number, text: string): Html =>
    to < 1 || to > pages
      ? html`<span class="off">${text}</span>`
      : html`<a href="${links.list(query, { page: to })}">${text}</a>`;
  return html`<nav class="pager" aria-label="List pages">
    ${link(page - 1, "← Previous")}<span>page ${page} of ${pages}</span>${link(page + 1, "Next →")}
  </nav>`;
}

function peopleBlock(people: People): Html | string {
  if (people.verdicts === 0) return "";
  const best = people.judges.find((judge) => judge.kappa !== null);
  return html`<section class="people">
    <h2>People and panel</h2>
    <p>${agreementText(people.panel)}</p>
    ${best === undefined ? "" : html`<p>Nearest judge: <b>${shown(best.model)}</b>, ${agreementText(best)}</p>`}
  </section>`;
}
