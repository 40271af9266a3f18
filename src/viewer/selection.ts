/** Which turns a query shows, in which order, and the counts in every filter. Pure. */
import { SPLIT_POINTS } from "../core/report/story-table.ts";
import { sideOf } from "../core/report/people.ts";
import type { TurnRow } from "../core/report/turn-row.ts";
import { METRICS } from "../records/score.ts";
import type { Entry } from "./entry.ts";
import { FACETS, type Facet, type Query, type Sort } from "./query.ts";

export type Selection = {
  readonly entries: readonly Entry[];
  /** Facet -> value -> turns that would be shown if this value alone were chosen in its facet. */
  readonly counts: Readonly<Record<Facet, ReadonlyMap<string, number>>>;
};

/**
 * One pass over all turns: a turn counts in a facet when every other facet and the search let it
 * through. Facets that would give away the panel's opinion are left alone in blind mode. `holding`: which turns
 * have the words of the search; null: there is none.
 */
export function select(
  entries: readonly Entry[],
  query: Query,
  holding: ((file: string) => boolean) | null = null,
): Selection {
  const facets = query.blind ? BLIND_FACETS : FACETS;
  const counts = emptyCounts();
  const shown: Entry[] = [];
  for (const entry of entries) {
    if (holding?.(entry.file) === false) continue;
    let failed: Facet | null = null;
    let failures = 0;
    for (const facet of facets) {
      const wanted = query.facets[facet];
      if (wanted.length === 0 || valuesOf(entry, facet).some((value) => wanted.includes(value)))
        continue;
      failed = facet;
      if (++failures > 1) break;
    }
    if (failures > 1) continue;
    if (failed === null) shown.push(entry);
    for (const facet of failed === null ? facets : [failed]) {
      for (const value of valuesOf(entry, facet))
        counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1);
    }
  }
  return { entries: inOrder(shown, query.sort), counts };
}

/** Scores in steps of five points; the last step has its end in it. */
export const SCORE_BINS: readonly { readonly from: number; readonly name: string }[] = Array.from(
  { length: 20 },
  (_, at) => ({ from: at * 5, name: `${at * 5} to ${at * 5 + 5}` }),
);

/** What can be filtered by without giving away who is who and what the judges said. */
export const BLIND_FACETS: readonly Facet[] = ["repo", "person"];

/** A turn's values in a facet; every turn has at least one. */
export function valuesOf({ row, broken, lengths }: Entry, facet: Facet): readonly string[] {
  switch (facet) {
    case "score":
      return [row.score === null ? "none" : scoreValue(row.score)];
    case "metric":
      return metricValues(row);
    case "judge":
      return judgeValues(row);
    case "bucket":
      return [broken.length > 0 ? "broken file" : (row.bucket ?? STATE_NAMES[row.state])];
    case "judges":
      return [judgesValue(row)];
    case "flips":
      return [
        row.swaps === 0
          ? "not measured"
          : row.flips === 0
            ? "none"
            : row.flips < MANY_FLIPS
              ? "some"
              : "many",
      ];
    case "style":
      return [row.style === "" ? "unknown" : row.style];
    case "repo":
      return [row.repo === "" ? "unknown" : row.repo];
    case "turn":
      return [turnValue(row.turn)];
    case "ending":
      return [row.run_label === undefined ? "not recorded" : ENDINGS[row.run_label]];
    case "length":
      return [lengthValue(lengths)];
    case "audit":
      return row.audit === null ? ["none"] : [row.audit, ...row.kinds];
    case "person":
      return personValues(row);
  }
}

// ---------------------------------------------------------------------------------------------

/** Votes that changed with the order, of 15 for three judges. */
const MANY_FLIPS = 4;

const STATE_NAMES: Readonly<Record<TurnRow["state"], string>> = {
  scored: "none",
  pending: "pending",
  unparsed: "not parsed",
  unscored: "not judged",
};

const ENDINGS = { SUCCESS: "succeeded", FAILURE: "failed", UNKNOWN: "unknown" } as const;

const scoreValue = (score: number): string =>
  SCORE_BINS.findLast(({ from }) => score >= from)?.name ?? "none";

/** Metrics that the challenger won or lost; a draw is neither. */
function metricValues({ metrics }: TurnRow): string[] {
  if (metrics === null) return [NO_VOTE];
  const values = METRICS.filter((metric) => metrics[metric] !== 50).map(
    (metric) => `${metric} ${metrics[metric] > 50 ? "won" : "lost"}`,
  );
  return values.length === 0 ? ["all drawn"] : values;
}

function judgeValues({ judges }: TurnRow): string[] {
  if (judges.length === 0) return [NO_VOTE];
  return judges.map(({ model, score }) => `${model}: ${sideOf(score)}`);
}

const NO_VOTE = "none";

function judgesValue(row: TurnRow): string {
  if (row.spread === null) return "fewer than two";
  const sides = new Set(row.judges.map((judge) => sideOf(judge.score)));
  if (sides.has("king") && sides.has("challenger")) return "opposite";
  return row.spread >= SPLIT_POINTS ? "far apart" : "close";
}

function turnValue(turn: number | null): string {
  if (turn === null) return "unknown";
  return TURN_RANGES.find(([first]) => turn >= first)?.[1] ?? "unknown";
}

/** First turn of a range and its words, last range first; turns count from 0. */
const TURN_RANGES: readonly (readonly [number, string])[] = [
  [20, "20 and later"],
  [10, "10 to 19"],
  [5, "5 to 9"],
  [1, "1 to 4"],
  [0, "0"],
];

function lengthValue([opponent, challenger]: Entry["lengths"]): string {
  if (opponent === 0 || challenger === 0) return "an answer is missing";
  if (challenger > LONGER * opponent) return "challenger longer";
  return opponent > LONGER * challenger ? "challenger shorter" : "about equal";
}

const LONGER = 1.25;

function personValues({ review, score, bucket, by }: TurnRow): string[] {
  if (review === null) return ["none"];
  if (review.outdated) return ["outdated"];
  const values: string[] = [];
  if (review.verdict !== null) {
    const person = PERSON_NAMES[review.verdict];
    values.push(person);
    if (score !== null)
      values.push(sideOf(score) === person ? "as the panel" : "against the panel");
  }
  if (review.bucket !== null && by === "person") values.push(`put in ${bucket ?? ""}`);
  if (review.note !== "") values.push("with a note");
  return values.length === 0 ? ["none"] : values;
}

const PERSON_NAMES = { 0: "draw", 1: "king", 2: "challenger" } as const;

function emptyCounts(): Record<Facet, Map<string, number>> {
  return Object.fromEntries(FACETS.map((facet) => [facet, new Map()])) as Record<
    Facet,
    Map<string, number>
  >;
}

function inOrder(entries: readonly Entry[], sort: Sort): readonly Entry[] {
  if (sort === "file") return entries;
  const value = SORT_VALUES[sort];
  // Entries come by name, and the sort is stable.
  return [...entries].sort((a, b) => value(b.row) - value(a.row));
}

const SORT_VALUES: Readonly<Record<Exclude<Sort, "file">, (row: TurnRow) => number>> = {
  score: (row) => row.score ?? -1,
  worst: (row) => (row.score === null ? -1000 : -row.score),
  split: (row) => row.spread ?? -1,
  flips: (row) => (row.swaps === 0 ? -1 : row.flips),
};
