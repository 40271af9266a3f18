/**
 * What a JSON value says about the metrics, in any of the shapes that judges write: one key a metric,
 * lists, nesting, an object a metric, JSON inside a string, points per model, metrics per winner.
 */
import { METRICS, type Metric } from "../../records/score.ts";
import { findJson, type LooseValue } from "./loose-json.ts";
import { plainWords, seatOfText, voteOfText, type Vote } from "./vote-words.ts";

/** One metric of a ballot; `vote` null: named, but not readable as a vote. */
export type Entry = { readonly metric: Metric; readonly vote: Vote | null; readonly said: string };

export type Ballot = {
  readonly entries: readonly Entry[];
  /** The judge's sentence, wherever it stands; "" when there is none. */
  readonly reason: string;
  /** The key it stands under, in plain words; "" at the top. */
  readonly under: string;
  /** It speaks of one model alone: marks, never votes. */
  readonly ofOneModel: boolean;
};

/** Every ballot in a value; more than one where it holds several whole ones. [] when it is none. */
export function ballotsOf(value: LooseValue): readonly Ballot[] {
  return search(value, "", 0).map((ballot) =>
    ballot.reason === "" ? { ...ballot, reason: reasonOf(value) } : ballot,
  );
}

/** Whether all five metrics are named, readable or not. */
export const isFull = ({ entries }: Pick<Ballot, "entries">): boolean =>
  METRICS.every((metric) => entries.some((entry) => entry.metric === metric));

/** The metric that a key names: "Correctness", "1. correctness", "**progress**", "protocol_winner". */
export function metricOf(key: string): Metric | null {
  const asAsked = METRICS.find((metric) => metric === key);
  if (asAsked !== undefined) return asAsked;
  const plain = plainWords(key)
    .replace(/^(?:\(?\d{1,2}[.):]? ?|[-#+>] ?)+/, "")
    .replace(/ ?\([^)]{0,80}\)$/, "")
    .replace(/^(?:better|winner|vote|verdict|best)(?: (?:for|in|on|at|of))? /, "")
    .replace(
      / (?:winner|vote|verdict|choice|preference|preferred|better|result|decision|metric)$/,
      "",
    );
  return METRICS.find((metric) => metric === plain) ?? null;
}

/** Points of both models compared: more is better. null where they may as well be ranks. */
export function comparePoints(pairs: readonly (readonly [number, number])[]): (Vote | null)[] {
  const mayBeRanks = pairs.every((pair) => pair.every((points) => points === 1 || points === 2));
  return pairs.map(([a, b]) => (mayBeRanks ? null : a === b ? 0 : a > b ? 1 : 2));
}

/** "8", "8/10", "8 points" -> 8; null for anything else, other scales included. */
export function pointsOf(text: string): number | null {
  const found = /^(\d{1,3}(?:\.\d{1,3})?)(?: ?\/ ?10| ?(?:points?|pts))?$/.exec(plainWords(text));
  return found === null ? null : Number(found[1]);
}

// ---------------------------------------------------------------------------------------------

const MAX_NESTING = 5;

type Entries = readonly (readonly [string, LooseValue])[];

function search(value: LooseValue, under: string, depth: number): readonly Ballot[] {
  if (depth > MAX_NESTING) return [];
  if (value.kind === "text") return inText(value.text, under, depth);
  if (value.kind === "list") return inList(value.items, under, depth);
  if (value.kind !== "object") return [];
  const { entries } = value;
  const item = itemEntry(value);
  if (item.length > 0) return [ballot(item, under)];
  const perModel = pointsBallot(entries) ?? winnersBallot(entries);
  if (perModel !== null) return [ballot(perModel, under)];
  const own = entries.flatMap(([key, inner]) => {
    const metric = metricOf(key);
    return metric === null ? [] : [entryOf(metric, inner)];
  });
  const mine = { ...ballot(own, under), ofOneModel: namesOneModel(entries) };
  if (isFull(mine)) return [mine];
  if (modelsOf(entries).length > 0) return nestedOf(entries, depth).map(asOneModel);
  const nested = nestedOf(entries, depth);
  if (nested.some(isFull)) return nested.filter(isFull);
  return own.length > 0 ? [mine] : nested;
}

const ballot = (entries: readonly Entry[], under: string): Ballot => ({
  entries,
  under,
  reason: "",
  ofOneModel: false,
});

const asOneModel = (one: Ballot): Ballot => ({ ...one, ofOneModel: true });

const nestedOf = (entries: Entries, depth: number): readonly Ballot[] =>
  entries.flatMap(([key, inner]) => search(inner, plainWords(key), depth + 1));

/** JSON inside a string: arguments of a call, a reply that was encoded twice. */
function inText(text: string, under: string, depth: number): readonly Ballot[] {
  if (!/^\s*[{[]/.test(text)) return [];
  return findJson(text, (value) => search(value, under, depth + 1).length > 0).flatMap(
    ({ value }) => search(value, under, depth + 1),
  );
}

function inList(items: readonly LooseValue[], under: string, depth: number): readonly Ballot[] {
  if (under !== "" && isPlainList(items)) {
    const entries = METRICS.flatMap((metric, index) => {
      const item = items[index];
      return item === undefined ? [] : [entryOf(metric, item)];
    });
    return [ballot(entries, under)];
  }
  const listed = items.flatMap(itemEntry);
  if (listed.length > 0) return [ballot(listed, under)];
  const inner = items.flatMap((item) => search(item, under, depth + 1));
  const parts = inner.filter((one) => !isFull(one) && !one.ofOneModel);
  return inner.some(isFull) || parts.length < inner.length
    ? inner
    : parts.length === 0
      ? []
      : [
          ballot(
            parts.flatMap((one) => one.entries),
            under,
          ),
        ];
}

/** Five votes and nothing else: they stand in the order in which the metrics were asked for. */
export function isPlainList(items: readonly LooseValue[]): boolean {
  return (
    items.length === METRICS.length &&
    items.every((item) => item.kind !== "object" && voteOf(item) !== null)
  );
}

/** One item of the list form: {"metric": "progress", "winner": 1}, ["progress", 1]. */
function itemEntry(item: LooseValue): readonly Entry[] {
  if (item.kind === "list") {
    const [name, vote] = item.items;
    const metric = name?.kind === "text" ? metricOf(name.text) : null;
    return metric === null || vote === undefined ? [] : [entryOf(metric, vote)];
  }
  if (item.kind !== "object") return [];
  const named = item.entries.find(([key]) => NAME_KEYS.has(plainWords(key)))?.[1];
  const metric = named === undefined || !("text" in named) ? null : metricOf(named.text);
  return metric === null ? [] : [entryOf(metric, item)];
}

const NAME_KEYS: ReadonlySet<string> = new Set(
  "metric name criterion criteria dimension aspect category metric name".split(" "),
);
/** Keys of a vote inside an object a metric; those of the first set speak before those of the second. */
const VOTE_KEYS: ReadonlySet<string> = new Set([
  ..."winner vote verdict better choice preference preferred decision pick judgment judgement".split(
    " ",
  ),
  "better model",
  "preferred model",
  "winning model",
  "selected",
  "favors",
  "favours",
]);
const WEAK_KEYS: ReadonlySet<string> = new Set(
  "value score rating result label answer mark model".split(" "),
);

function entryOf(metric: Metric, value: LooseValue): Entry {
  return { metric, vote: voteOf(value), said: shown(value) };
}

/** null: not readable. A number has to be 0, 1 or 2. */
function voteOf(value: LooseValue): Vote | null {
  if (value.kind === "object") return voteOfObject(value.entries);
  if (value.kind === "list") {
    // [vote, why]: exactly one of the items is a vote, and it is no pair of points.
    const votes = value.items.map((item) =>
      item.kind === "text" || item.kind === "word" ? voteOf(item) : null,
    );
    const numbers = votes.filter((_vote, index) => value.items[index]?.kind === "word");
    if (numbers.length > 1 || value.items.length > 3) return null;
    const read = numbers.length === 1 ? numbers : votes.filter((vote) => vote !== null);
    return read.length === 1 ? (read[0] ?? null) : null;
  }
  // A bare None or null is no draw: the judge gave no vote.
  if (value.kind === "word" && /^(?:none|null)$/i.test(value.text)) return null;
  return voteOfText(value.text);
}

function voteOfObject(entries: Entries): Vote | null {
  for (const keys of [VOTE_KEYS, WEAK_KEYS]) {
    const inner = entries.filter(([key]) => keys.has(plainWords(key)));
    if (inner.length === 0) continue;
    const votes = inner.map(([, value]) => (value.kind === "object" ? null : voteOf(value)));
    const [first = null] = votes;
    return votes.every((vote) => vote === first) ? first : null;
  }
  const [pair] = seatPoints(entries) ?? [];
  return pair === undefined ? null : (comparePoints([pair])[0] ?? null);
}

/** [points of MODEL 1, points of MODEL 2] of an object with a number for each. */
function seatPoints(entries: Entries): readonly [readonly [number, number]] | null {
  const of = (seat: 1 | 2): number | null => {
    const said = entries.filter(([key]) => seatOfKey(key) === seat);
    const [only] = said;
    return said.length === 1 && only !== undefined && "text" in only[1]
      ? pointsOf(only[1].text)
      : null;
  };
  // Where a draw has a share of its own, the two seats alone do not say who leads.
  if (entries.some(([key]) => seatOfKey(key) === null && voteOfText(key) === 0)) return null;
  const [one, two] = [of(1), of(2)];
  return one === null || two === null ? null : [[one, two]];
}

/** A key that stands for one of the two candidates: "MODEL 1", "model_2_score", "1", "B". */
function seatOfKey(key: string): 1 | 2 | null {
  return seatOfText(plainWords(key).replace(/ (?:score|scores|points|marks|rating|total)$/, ""));
}

const modelsOf = (entries: Entries): Entries =>
  entries.filter(([key, value]) => value.kind === "object" && seatOfKey(key) !== null);

/** {"MODEL 1": {metric: points}, "MODEL 2": {metric: points}}: compared when both are whole. */
function pointsBallot(entries: Entries): readonly Entry[] | null {
  const models = modelsOf(entries);
  if (models.length !== 2 || metricKeys(entries) > 0) return null;
  const points = METRICS.map((metric) =>
    ([1, 2] as const).map((seat) => {
      const of = models.filter(([key]) => seatOfKey(key) === seat).map(([, value]) => value);
      const inner = of[0]?.kind === "object" ? of[0].entries : [];
      const said = inner.filter(([key]) => metricOf(key) === metric);
      const value = said[0]?.[1];
      return said.length === 1 && value !== undefined && "text" in value
        ? pointsOf(value.text)
        : null;
    }),
  );
  const pairs = points.flatMap(([one, two]) =>
    one == null || two == null ? [] : [[one, two] as const],
  );
  if (pairs.length < METRICS.length) return null;
  const votes = comparePoints(pairs);
  return METRICS.map((metric, index) => ({
    metric,
    vote: votes[index] ?? null,
    said: (pairs[index] ?? []).join(" against "),
  }));
}

/** {"MODEL 1": ["correctness"], "MODEL 2": ["grounding", ...], "draw": [...]}, every metric once. */
function winnersBallot(entries: Entries): readonly Entry[] | null {
  const won = entries.flatMap(([key, value]): Entry[] => {
    const vote = value.kind === "list" ? voteOfText(key) : null;
    if (vote === null || value.kind !== "list") return [];
    return value.items.flatMap((item) => {
      const metric = item.kind === "text" || item.kind === "word" ? metricOf(item.text) : null;
      return metric === null ? [] : [{ metric, vote, said: key }];
    });
  });
  return won.length === METRICS.length && isFull({ entries: won }) ? won : null;
}

const metricKeys = (entries: Entries): number =>
  entries.filter(([key]) => metricOf(key) !== null).length;

/** {"model": 1, "correctness": 8, ...}: marks of one model. */
function namesOneModel(entries: Entries): boolean {
  return entries.some(
    ([key, value]) =>
      /^(?:model|candidate|response|id|name|for|of)$/.test(plainWords(key)) &&
      "text" in value &&
      seatOfText(value.text) !== null,
  );
}

const REASON_KEYS: ReadonlySet<string> = new Set(
  "reason reasoning rationale explanation justification why comment".split(" "),
);

function reasonOf(value: LooseValue): string {
  if (value.kind !== "object") return "";
  for (const [key, inner] of value.entries) {
    if (REASON_KEYS.has(plainWords(key)) && inner.kind === "text") return inner.text;
  }
  for (const [, inner] of value.entries) {
    const nested = reasonOf(inner);
    if (nested !== "") return nested;
  }
  return "";
}

function shown(value: LooseValue): string {
  if (value.kind === "text") return JSON.stringify(value.text.slice(0, 60));
  return value.kind === "word" ? value.text : `a ${value.kind}`;
}
