/** What narrows the list: search, filters in words with counts, and those that are on as one line. */
import { html } from "hono/html";
import type { Links } from "./links.ts";
import { shown, type Html } from "./page.ts";
import { FACETS, toggled, type Facet, type Query } from "./query.ts";
import { BLIND_FACETS, type Selection } from "./selection.ts";

/** No filter, no search. */
export const NOTHING: Partial<Query> = {
  facets: Object.fromEntries(FACETS.map((facet) => [facet, []])) as unknown as Query["facets"],
  q: "",
  page: 1,
};

export function isFiltered(query: Query): boolean {
  return query.q !== "" || FACETS.some((facet) => query.facets[facet].length > 0);
}

export function searchForm(query: Query, links: Links): Html {
  const hidden = [
    ...FACETS.flatMap((facet) => query.facets[facet].map((value) => [facet, value] as const)),
    ...(query.blind ? [["blind", "1"] as const] : [["sort", query.sort] as const]),
  ];
  return html`<form class="search" role="search" action="${links.base}/" method="get">
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

/** Every filter but the score's, which is the histogram. */
export function facetBlocks(query: Query, selection: Selection, links: Links): readonly Html[] {
  const facets = links.isFixed
    ? (["bucket"] as const)
    : query.blind
      ? BLIND_FACETS
      : FACETS.filter((facet) => facet !== "score");
  return facets.map((facet) => facetBlock(facet, query, { selection, links }));
}

/** What is on, each a link that takes it out. */
export function activeFilters(query: Query, links: Links): Html | string {
  const facets = query.blind ? BLIND_FACETS : FACETS;
  const chosen = facets.flatMap((facet) =>
    query.facets[facet].map((value) => {
      const href = links.list(query, { facets: toggled(query, facet, value), page: 1 });
      return html`<a href="${href}" title="take this filter out"
        >${shown(inWords(facet, value))}</a
      >`;
    }),
  );
  const search =
    query.q === ""
      ? []
      : [
          html`<a href="${links.list(query, { q: "", page: 1 })}" title="take the search out"
            >“${shown(query.q)}”</a
          >`,
        ];
  const all = [...chosen, ...search];
  return all.length === 0
    ? ""
    : html`<p class="active" aria-label="Filters that are on">${all}</p>`;
}

// ---------------------------------------------------------------------------------------------

const FACET_NAMES: Readonly<Record<Facet, string>> = {
  score: "Score",
  bucket: "Bucket",
  judges: "Judges",
  flips: "Flips",
  metric: "Metric",
  judge: "Judge",
  style: "Action style",
  repo: "Repository",
  turn: "Turn of the run",
  ending: "How the run ended",
  length: "Length of the answers",
  audit: "Audit",
  person: "A person says",
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

/** Values that say nothing without the name of their filter. */
const NAMED: Readonly<Partial<Record<Facet, string>>> = {
  score: "score",
  turn: "turn",
  audit: "audit:",
  person: "person:",
};

function inWords(facet: Facet, value: string): string {
  const word = WORDS[facet]?.[value] ?? value;
  const name = NAMED[facet];
  return name === undefined ? word : `${name} ${word}`;
}

/** Values shown of a facet; the chosen ones always are. */
const MOST_VALUES = 10;

function facetBlock(
  facet: Facet,
  query: Query,
  { selection, links }: { readonly selection: Selection; readonly links: Links },
): Html {
  const counts = selection.counts[facet];
  const chosen = query.facets[facet];
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const values = [
    ...sorted.filter(([value], index) => index < MOST_VALUES || chosen.includes(value)),
    ...chosen.filter((value) => !counts.has(value)).map((value) => [value, 0] as const),
  ];
  if (values.length === 0) return html``;
  return html`<section class="facet">
    <h2>${FACET_NAMES[facet]}</h2>
    <ul>
      ${values.map(([value, count]) => {
        const isOn = chosen.includes(value);
        const href = links.list(query, { facets: toggled(query, facet, value), page: 1 });
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
