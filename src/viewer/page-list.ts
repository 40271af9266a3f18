/** The list of duels: filters with counts on one side, a quiet table on the other. */
import { html } from "hono/html";
import { counted, points } from "../core/report/format.ts";
import type { People } from "../core/report/people.ts";
import { agreementText } from "../core/report/story-turns.ts";
import type { Entry } from "./catalog.ts";
import { chip, plain, shown, type Html } from "./page.ts";
import { FACETS, queryText, SORTS, toggled, type Facet, type Query, type Sort } from "./query.ts";
import { BLIND_FACETS, type Selection } from "./selection.ts";

export const PAGE_SIZE = 50;

export type ListInput = {
  readonly query: Query;
  readonly selection: Selection;
  readonly total: number;
  readonly people: People;
};

export function listBody({ query, selection, total, people }: ListInput): Html {
  const { entries } = selection;
  const pages = Math.max(1, Math.ceil(entries.length / PAGE_SIZE));
  const page = Math.min(query.page, pages);
  const rows = entries.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return html`<div id="content" class="list">
    <aside aria-label="Filters">
      ${searchForm(query)}
      <details class="filters" open>
        <summary>Filters</summary>
        ${(query.blind ? BLIND_FACETS : FACETS).map((facet) => facetBlock(facet, query, selection))}
      </details>
      ${query.blind ? "" : peopleBlock(people)}
    </aside>
    <section aria-label="Duels">
      <div class="bar">
        <h1>
          ${entries.length === total ? `${total} duels` : `${entries.length} of ${total} duels`}
        </h1>
        ${query.blind ? chip("blind", "on") : sortLinks(query)}
        ${isFiltered(query) ? html`<a class="clear" href="/${queryText({ ...query, ...NOTHING })}">Clear filters</a>` : ""}
      </div>
      ${
        rows.length === 0
          ? html`<p class="empty">
              No duel matches. Take a filter out, or search for something else.
            </p>`
          : html`<ol class="rows">
              ${rows.map((entry) => rowItem(entry, query))}
            </ol>`
      }
      ${pages > 1 ? pager(query, page, pages) : ""}
    </section>
  </div>`;
}

/** The address of a duel in a list. */
export function duelLink(file: string, query: Query): string {
  return `/duel/${encodeURIComponent(file)}${queryText(query, { page: 1 })}`;
}

/** In blind mode a turn gives nothing away until a person has judged it. */
export function isRevealed({ row }: Entry, query: Pick<Query, "blind">): boolean {
  return (
    !query.blind || (row.review !== null && !row.review.outdated && row.review.verdict !== null)
  );
}

// ---------------------------------------------------------------------------------------------

const NOTHING = {
  facets: {
    bucket: [],
    judges: [],
    flips: [],
    style: [],
    repo: [],
    turn: [],
    ending: [],
    length: [],
    audit: [],
    person: [],
  },
  q: "",
  page: 1,
};

const FACET_NAMES: Readonly<Record<Facet, string>> = {
  bucket: "Bucket",
  judges: "Judges",
  flips: "Flips",
  style: "Action style",
  repo: "Repository",
  turn: "Turn of the run",
  ending: "How the run ended",
  length: "Length of the answers",
  audit: "Audit",
  person: "A person says",
};

const SORT_NAMES: Readonly<Record<Sort, string>> = {
  score: "highest",
  worst: "lowest",
  split: "most split",
  flips: "most flips",
  file: "file",
};

/** Values whose word in the address says too little. */
const WORDS: Readonly<Partial<Record<Facet, Readonly<Record<string, string>>>>> = {
  judges: {
    opposite: "judges disagree",
    "far apart": "judges far apart",
    close: "judges close",
    "fewer than two": "fewer than two judges",
  },
  ending: {
    succeeded: "run succeeded",
    failed: "run failed",
    unknown: "run unknown",
    "not recorded": "run not recorded",
  },
  flips: { none: "no flips", some: "some flips", many: "many flips" },
};

/** Values shown of a facet; the chosen ones always are. */
const MOST_VALUES = 10;

function isFiltered(query: Query): boolean {
  return query.q !== "" || FACETS.some((facet) => query.facets[facet].length > 0);
}

function searchForm(query: Query): Html {
  const hidden = [
    ...FACETS.flatMap((facet) => query.facets[facet].map((value) => [facet, value] as const)),
    ...(query.blind ? [["blind", "1"] as const] : [["sort", query.sort] as const]),
  ];
  return html`<form class="search" role="search" action="/" method="get">
    <label class="sr" for="q">Search in the text of all duels</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${query.q}"
      placeholder="Search in text"
      autocomplete="off"
    />
    ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
  </form>`;
}

function facetBlock(facet: Facet, query: Query, { counts }: Selection): Html {
  const chosen = query.facets[facet];
  const sorted = [...counts[facet]].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const values = [
    ...sorted.filter(([value], index) => index < MOST_VALUES || chosen.includes(value)),
    ...chosen.filter((value) => !counts[facet].has(value)).map((value) => [value, 0] as const),
  ];
  if (values.length === 0) return html``;
  return html`<section class="facet">
    <h2>${FACET_NAMES[facet]}</h2>
    <ul>
      ${values.map(([value, count]) => {
        const isOn = chosen.includes(value);
        const href = `/${queryText(query, { facets: toggled(query, facet, value), page: 1 })}`;
        return html`<li>
          <a
            href="${href}"
            data-facet="${facet}"
            ${isOn ? html`aria-current="true" class="on"` : ""}
            ><span class="value">${shown(WORDS[facet]?.[value] ?? value)}</span
            ><span class="count">${count}</span></a
          >
        </li>`;
      })}
    </ul>
    ${sorted.length > MOST_VALUES ? html`<p class="more">${sorted.length - MOST_VALUES} more: use the search</p>` : ""}
  </section>`;
}

function sortLinks(query: Query): Html {
  return html`<nav class="sorts" aria-label="Order">
    ${SORTS.map(
      (sort) =>
        html`<a
          href="/${queryText(query, { sort, page: 1 })}"
          ${sort === query.sort ? html`aria-current="true"` : ""}
          >${SORT_NAMES[sort]}</a
        >`,
    )}
  </nav>`;
}

function rowItem(entry: Entry, query: Query): Html {
  const { row, file, broken } = entry;
  const open = isRevealed(entry, query);
  return html`<li class="row" data-file="${plain(file)}">
    <span class="score"
      >${open && broken.length === 0 ? scoreCell(entry) : html`<span class="none">·</span>`}</span
    >
    <a class="name" href="${duelLink(file, query)}"
      ><span class="id">${shown(row.instance_id === "" ? file : row.instance_id)}</span>
      <span class="sub"
        >${shown(row.repo)}${row.turn === null ? "" : ` · turn ${row.turn}`} ·
        ${shown(file.replace(/\.json$/, ""))}</span
      ></a
    >
    ${open && entry.commands.some((command) => command !== "") ? html`<span class="commands sub">${entry.commands.map((command, at) => html`<span>${at === 0 ? "opponent" : "challenger"}: ${shown(command)}</span>`)}</span>` : ""}
    <span class="tags">
      ${broken.length > 0 ? html`<span class="chip bad" title="${plain(broken.join("\n"))}">broken file</span>` : ""}
      ${open && row.style !== "" ? chip(row.style, "style") : ""}
      ${open && row.bucket !== null ? chip(row.bucket, row.bucket) : ""}
      ${open && row.bucket === null && broken.length === 0 ? chip(STATES[row.state], "quiet") : ""}
      ${open && row.disqualified !== null ? chip(`lost: ${row.disqualified}`, "bad") : ""}
      ${open && row.audit === "suspect" ? chip("suspect", "warn") : ""}
      ${open && row.flips > 0 ? html`<span class="chip quiet" title="metric votes that changed with the order">${counted(row.flips, "flip")}</span>` : ""}
      ${personChip(row)}
    </span>
  </li>`;
}

const STATES = {
  scored: "no bucket",
  pending: "pending",
  unparsed: "not parsed",
  unscored: "not judged",
} as const;

function scoreCell({ row }: Entry): Html {
  if (row.score === null) return html`<span class="none">–</span>`;
  const dots = row.judges.map((judge) => Math.round(judge.score * 0.64 * 10) / 10);
  return html`<b>${points(Math.round(row.score * 10) / 10)}</b
    ><svg class="strip" viewBox="-2 0 68 12" width="68" height="12" aria-hidden="true">
      <line class="rail" x1="0" y1="6" x2="64" y2="6" />
      <line class="mid" x1="32" y1="2" x2="32" y2="10" />
      ${dots.map((x) => html`<circle cx="${x}" cy="6" r="2.5" />`)}
    </svg>`;
}

function personChip({ review }: Entry["row"]): Html | string {
  if (review === null) return "";
  if (review.outdated) return chip("review outdated", "quiet");
  const words = [
    ...(review.verdict === null ? [] : [PERSON[review.verdict]]),
    ...(review.bucket === null ? [] : [review.bucket]),
    ...(review.note === "" ? [] : ["note"]),
  ];
  return words.length === 0 ? "" : chip(`person: ${words.join(", ")}`, "person");
}

const PERSON = { 0: "draw", 1: "king", 2: "challenger" } as const;

function pager(query: Query, page: number, pages: number): Html {
  const link = (to: number, text: string): Html =>
    to < 1 || to > pages
      ? html`<span class="off">${text}</span>`
      : html`<a href="/${queryText(query, { page: to })}">${text}</a>`;
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
