/** What the address says: filters, search, order, page, blind. Parsed leniently, written canonically. */

export const FACETS = [
  "score",
  "bucket",
  "judges",
  "flips",
  "metric",
  "judge",
  "style",
  "repo",
  "turn",
  "ending",
  "length",
  "audit",
  "person",
] as const;
export type Facet = (typeof FACETS)[number];

export const SORTS = ["score", "worst", "split", "flips", "file"] as const;
export type Sort = (typeof SORTS)[number];

export type Query = {
  /** Chosen values by facet; values of one facet are alternatives. */
  readonly facets: Readonly<Record<Facet, readonly string[]>>;
  readonly q: string;
  readonly sort: Sort;
  /** 1-based. */
  readonly page: number;
  readonly blind: boolean;
  /** The turns that were drawn for people, in their order; always blind. */
  readonly queue: boolean;
};

export type DuelView = {
  /** Messages of the history that are shown, counted from the end; Infinity: all. */
  readonly history: number;
  readonly diff: boolean;
  /** The reference and the pull request are shown. */
  readonly hidden: boolean;
  /** The calls of the turn and their requests are shown. */
  readonly calls: boolean;
  /** Long texts are not cut. */
  readonly whole: boolean;
};

export function parseQuery(params: URLSearchParams): Query {
  const queue = params.get("queue") === "1";
  const blind = queue || params.get("blind") === "1";
  const facets = Object.fromEntries(
    FACETS.map((facet) => [facet, [...new Set(params.getAll(facet))].slice(0, 50)]),
  ) as Record<Facet, string[]>;
  const sort = SORTS.find((name) => name === params.get("sort")) ?? (blind ? "file" : "score");
  const page = Number(params.get("page") ?? 1);
  return {
    facets,
    q: (params.get("q") ?? "").slice(0, 500),
    sort,
    page: Number.isInteger(page) && page > 0 ? page : 1,
    blind,
    queue,
  };
}

export function parseView(params: URLSearchParams): DuelView {
  const history = params.get("history");
  const shown = Number(history ?? FIRST_SHOWN);
  return {
    history:
      history === "all" ? Infinity : Number.isInteger(shown) && shown >= 0 ? shown : FIRST_SHOWN,
    diff: params.get("diff") === "1",
    hidden: params.get("hidden") === "1",
    calls: params.get("calls") === "1",
    whole: params.get("whole") === "1",
  };
}

export const UNDONE = ["verdict", "bucket", "note", "changed", "nothing"] as const;
/** What an undo took back, or why it took nothing back. */
export type Undone = (typeof UNDONE)[number];

export function parseUndone(params: URLSearchParams): Undone | null {
  return UNDONE.find((name) => name === params.get("undone")) ?? null;
}

/** "?..." or "" when all is as it is at first. `change` overrides parts. */
export function queryText(
  query: Query,
  change: Partial<Query> = {},
  view: Partial<DuelView> = {},
  undone: Undone | null = null,
): string {
  const { facets, q, sort, page, blind, queue } = { ...query, ...change };
  const params = new URLSearchParams();
  for (const facet of FACETS) for (const value of facets[facet]) params.append(facet, value);
  if (q !== "") params.set("q", q);
  if (sort !== (blind ? "file" : "score")) params.set("sort", sort);
  if (page > 1) params.set("page", String(page));
  if (queue) params.set("queue", "1");
  else if (blind) params.set("blind", "1");
  if (view.history !== undefined && view.history !== FIRST_SHOWN) {
    params.set("history", view.history === Infinity ? "all" : String(view.history));
  }
  if (view.diff === true) params.set("diff", "1");
  if (view.hidden === true) params.set("hidden", "1");
  if (view.calls === true) params.set("calls", "1");
  if (view.whole === true) params.set("whole", "1");
  if (undone !== null) params.set("undone", undone);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** Facets with one value put in or taken out. */
export function toggled(query: Query, facet: Facet, value: string): Query["facets"] {
  const values = query.facets[facet];
  const next = values.includes(value)
    ? values.filter((other) => other !== value)
    : [...values, value];
  return { ...query.facets, [facet]: next };
}

export const FIRST_SHOWN = 2;
