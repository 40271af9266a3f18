/**
 * What each way of reading a Hub split would cost, from the facts in its footers, and which one to take.
 * Bytes decide: they are what a laptop's line bears least of; requests break ties.
 */
import { UserError } from "../../errors.ts";
import type { Spread } from "./order.ts";

export type Way = "viewer" | "pages" | "groups";

export type GroupFacts = {
  readonly rows: number;
  readonly chunks: readonly {
    /** Top-level column. */
    readonly column: string;
    /** As stored, compressed. */
    readonly bytes: number;
    /** Data pages; null: there is no page index. */
    readonly pages: number | null;
    /** Read with the first page that needs it; `rows` have such pages. null: none. */
    readonly dictionary: { readonly bytes: number; readonly rows: number } | null;
  }[];
};

export type SplitFacts = {
  /** By file. */
  readonly files: readonly (readonly GroupFacts[])[];
  /** Columns that will be read. */
  readonly columns: readonly string[];
  /** Bytes a row by the viewer, or why it cannot be used. */
  readonly viewer: { readonly rowBytes: number } | { readonly why: string };
};

export type Reading = {
  /** Rows that will be read. */
  readonly draws: number;
  readonly spread: Spread;
  readonly windowRows: number;
  readonly groupDraws: number;
};

export type WayCost = {
  readonly way: Way;
  /** null: the way can be taken. */
  readonly why: string | null;
  readonly bytes: number;
  readonly requests: number;
};

/** Messages drawn for a turn that is kept (spread "turns"): every second one is the agent's, and some are out of reach. */
const MESSAGES_A_TURN = 3;
/** Chunks up to this size are read whole. */
const SMALL_BYTES = 1 << 17;
const PIECE_BYTES = 1 << 22;
/** Dictionaries up to this size in all are fetched once; of more, those that were given up are fetched anew. */
const KEPT_DICTIONARY_BYTES = 1 << 26;

/** The three ways in the order viewer, pages, groups. Estimates: expected values of the draw. */
export function wayCosts(facts: SplitFacts, reading: Reading): WayCost[] {
  return [viewerCost(facts, reading), pagesCost(facts, reading), groupsCost(facts, reading)];
}

/**
 * The cheapest way that can be taken, or the one asked for.
 * @throws UserError when that one cannot be taken, or would read more than `maxBytes`.
 */
export function chooseWay(
  costs: readonly WayCost[],
  asked: Way | "auto",
  maxBytes: number,
  dataset: string,
): WayCost {
  const open = costs.filter((cost) => cost.why === null);
  const cheapest = open.toSorted((a, b) => a.bytes - b.bytes || a.requests - b.requests)[0];
  const chosen = asked === "auto" ? cheapest : costs.find((cost) => cost.way === asked);
  if (chosen === undefined || chosen.why !== null) {
    const whys = costs
      .filter((cost) => cost.why !== null)
      .map((cost) => `${cost.way}: ${cost.why}`);
    throw new UserError(
      `${dataset} cannot be read by ${asked === "auto" ? "any way" : asked}: ${whys.join("; ")}`,
      'set [source].read = "auto", or download files of the data set and name their paths',
    );
  }
  if (chosen.bytes > maxBytes) {
    throw new UserError(
      `${dataset}: the draw would read ${megabytes(chosen.bytes)} (${costs.map(costWords).join("; ")})`,
      'set [source].spread = "groups" (many turns from few row groups), lower count, or raise max_read_mb',
    );
  }
  return chosen;
}

/** "pages 627 MB in 2070 requests", or why not. */
export function costWords(cost: WayCost): string {
  return cost.why === null
    ? `${cost.way} ${megabytes(cost.bytes)} in ${Math.ceil(cost.requests)} requests`
    : `${cost.way} not possible: ${cost.why}`;
}

/** A way's cost as report/source.json keeps it. */
export function costRecord(cost: WayCost): {
  way: Way;
  bytes?: number;
  requests?: number;
  why?: string;
} {
  const { way, why, bytes, requests } = cost;
  return why === null
    ? { way, bytes: Math.round(bytes), requests: Math.ceil(requests) }
    : { way, why };
}

/** The line that is printed before anything large is read. */
export function planLine(dataset: string, chosen: WayCost, costs: readonly WayCost[]): string {
  const others = costs.filter((cost) => cost !== chosen).map(costWords);
  return `${dataset}: reading by ${costWords(chosen)} (others: ${others.join("; ")})`;
}

/** @throws UserError when files that have to be fetched whole are larger than `maxBytes`. */
export function checkWhole(dataset: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new UserError(
    `${dataset} has no Parquet files and would be fetched whole: ${megabytes(bytes)}`,
    "name some of its files (owner/name@revision/path/*.jsonl), or raise max_read_mb",
  );
}

// ---------------------------------------------------------------------------------------------

function viewerCost(facts: SplitFacts, reading: Reading): WayCost {
  if ("why" in facts.viewer) return { way: "viewer", why: facts.viewer.why, bytes: 0, requests: 0 };
  const perRequest = reading.spread === "windows" ? Math.min(100, reading.windowRows) : 1;
  const roles = rolesCost(facts, reading);
  return {
    way: "viewer",
    why: null,
    bytes: reading.draws * facts.viewer.rowBytes + roles.bytes,
    requests: reading.draws / perRequest + roles.requests,
  };
}

function pagesCost(facts: SplitFacts, reading: Reading): WayCost {
  const groups = facts.files.flat();
  const chunks = groups.map((group) =>
    group.chunks.filter((chunk) => facts.columns.includes(chunk.column)),
  );
  if (chunks.flat().some((chunk) => chunk.bytes > SMALL_BYTES && chunk.pages === null))
    return { way: "pages", why: "the files have no page index", bytes: 0, requests: 0 };
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  let { bytes, requests } = dictionariesCost(facts, reading);
  for (const [n, group] of groups.entries()) {
    const own = chunks[n] ?? [];
    const small = own.filter((chunk) => chunk.bytes <= SMALL_BYTES);
    const large = own.filter((chunk) => chunk.bytes > SMALL_BYTES);
    const share = rows === 0 ? 0 : group.rows / rows;
    const hit = 1 - (1 - share) ** looksOf(reading);
    bytes += hit * sum(small.map((chunk) => chunk.bytes));
    requests += hit * Math.min(2, small.length);
    for (const chunk of large) {
      const page = (chunk.bytes - (chunk.dictionary?.bytes ?? 0)) / Math.max(1, chunk.pages ?? 1);
      const pageRows = group.rows / Math.max(1, chunk.pages ?? 1);
      // A run of rows touches the pages it lies in, on average one boundary more than its length.
      const pagesOfRun = 1 + (runRows(reading) - 1) / Math.max(1, pageRows);
      bytes += share * runsOf(reading) * page * pagesOfRun;
      requests += share * runsOf(reading);
    }
  }
  return { way: "pages", why: null, bytes, requests };
}

/** Dictionaries of large chunks: with the first of a chunk's pages that needs it, while it is kept. */
function dictionariesCost(
  { files, columns }: SplitFacts,
  reading: Reading,
): { bytes: number; requests: number } {
  const groups = files.flat();
  const rows = sum(groups.map((group) => group.rows));
  const runs = runsOf(reading);
  const first = { bytes: 0, requests: 0 };
  const all = { bytes: 0, requests: 0 };
  for (const { chunks } of groups) {
    for (const { column, bytes, dictionary } of chunks) {
      if (dictionary === null || bytes <= SMALL_BYTES || !columns.includes(column)) continue;
      const share = Math.min(1, (dictionary.rows + runRows(reading) - 1) / rows);
      const hit = 1 - (1 - share) ** runs;
      first.bytes += hit * dictionary.bytes;
      first.requests += hit;
      all.bytes += share * runs * dictionary.bytes;
      all.requests += share * runs;
    }
  }
  const givenUp = Math.max(0, 1 - KEPT_DICTIONARY_BYTES / Math.max(1, first.bytes));
  return {
    bytes: first.bytes + givenUp * (all.bytes - first.bytes),
    requests: first.requests + givenUp * (all.requests - first.requests),
  };
}

function groupsCost(facts: SplitFacts, reading: Reading): WayCost {
  const groups = facts.files.flat();
  const rows = groups.reduce((total, group) => total + group.rows, 0);
  const drawn =
    reading.spread === "groups"
      ? Math.min(groups.length, reading.draws / reading.groupDraws)
      : groups.reduce((total, group) => total + 1 - (1 - group.rows / rows) ** runsOf(reading), 0);
  const each = groups.map((group) =>
    sum(group.chunks.filter((one) => facts.columns.includes(one.column)).map((one) => one.bytes)),
  );
  const bytes = groups.length === 0 ? 0 : (sum(each) / groups.length) * Math.ceil(drawn);
  const roles = rolesCost(facts, reading);
  return {
    way: "groups",
    why: null,
    bytes: bytes + roles.bytes,
    requests: bytes / PIECE_BYTES + Math.ceil(drawn) + roles.requests,
  };
}

/** What telling turns from other messages costs where the small columns are not read anyway. */
function rolesCost(facts: SplitFacts, reading: Reading): { bytes: number; requests: number } {
  if (!isBySpeaker(reading)) return { bytes: 0, requests: 0 };
  const groups = facts.files.flat();
  const rows = sum(groups.map((group) => group.rows));
  let bytes = 0;
  let requests = 0;
  for (const group of groups) {
    const hit = 1 - (1 - group.rows / rows) ** looksOf(reading);
    const small = group.chunks.filter(
      (one) => facts.columns.includes(one.column) && one.bytes <= SMALL_BYTES,
    );
    bytes += hit * Math.max(0, ...small.map((one) => one.bytes));
    requests += hit;
  }
  return { bytes, requests };
}

/** Whether the small columns are asked who speaks. */
function isBySpeaker({ spread }: Reading): boolean {
  return spread === "turns" || spread === "every-turn";
}

/** Places that are looked up in the small columns. */
function looksOf(reading: Reading): number {
  return reading.spread === "turns" ? reading.draws * MESSAGES_A_TURN : runsOf(reading);
}

/** Runs of neighbouring rows that are read together. */
function runsOf(reading: Reading): number {
  return reading.draws / runRows(reading);
}

function runRows(reading: Reading): number {
  return reading.spread === "windows" ? reading.windowRows : 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
