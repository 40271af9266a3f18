/**
 * Reads a judge's reply. Total over any text and linear in its length: what cannot be read is unread
 * with a reason, never a draw, a win or a loss.
 */
import { METRICS, type Metric, type MetricValues } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import { findJson, type LooseValue } from "./loose-json.ts";

/** 1: MODEL 1 is better, 2: MODEL 2 is better, 0: draw. */
export type Vote = 0 | 1 | 2;
export type Votes = Readonly<Record<Metric, Vote>>;

export const UNREAD_REASONS = [
  /** The reply ended at the token limit: whatever it says is not the end of it. */
  "cut_off",
  "empty",
  /** A thinking trace that never ended. */
  "only_trace",
  "no_verdict",
  "missing_metric",
  "unreadable_metric",
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

export type Verdict =
  | { readonly ok: true; readonly votes: Votes; readonly reason: string }
  | { readonly ok: false; readonly reason: UnreadReason; readonly detail: string };

export type JudgeReply = {
  readonly content: string;
  readonly finish_reason: string | null;
};

/**
 * The votes of a reply: those of the last whole JSON value after the thinking trace that names all
 * five metrics.
 */
export function readVerdict(reply: JudgeReply): Verdict {
  if (reply.finish_reason === "length" || reply.finish_reason === "max_tokens") {
    return unread("cut_off", "the reply ended at the token limit");
  }
  if (reply.content.trim() === "") return unread("empty", "the reply is empty");
  const traceEnd = endOfTrace(reply.content);
  if (traceEnd === null) return unread("only_trace", "the thinking trace never ends");

  // Whole ones are looked for in the rest first; a closing tag may also be quoted inside the verdict
  // itself, hence the second look at the whole text, at values that end after the tag.
  const rest = reply.content.slice(traceEnd);
  const last =
    findJson(rest, isFull).at(-1) ??
    findJson(reply.content, isFull).findLast((found) => found.end > traceEnd) ??
    findJson(rest, isFull, true).at(-1) ??
    findJson(rest, isPart).at(-1) ??
    onlyPlainList(rest);
  if (last === undefined) return unread("no_verdict", "no JSON with the five metrics in the reply");
  return votesOf(last.value);
}

/** How many of the metrics a value names with a vote, in any of the accepted shapes. */
export function namedMetrics(value: LooseValue): number {
  const voted = ballotOf(value).filter((entry) => voteOf(entry.value) !== null);
  return new Set(voted.map((entry) => entry.metric)).size;
}

/** The challenger's view of votes: 1 win, 0.5 draw, 0 loss. */
export function challengerView(votes: Votes, order: Order): MetricValues {
  const seat = order === "challenger_first" ? 1 : 2;
  const view = (vote: Vote): number => (vote === 0 ? 0.5 : vote === seat ? 1 : 0);
  return {
    correctness: view(votes.correctness),
    grounding: view(votes.grounding),
    progress: view(votes.progress),
    protocol: view(votes.protocol),
    efficiency: view(votes.efficiency),
  };
}

// ---------------------------------------------------------------------------------------------

const unread = (reason: UnreadReason, detail: string): Verdict => ({ ok: false, reason, detail });

const CLOSING_TAG = /<\/(?:think|thinking|thought|reasoning)>|\u25C1\/think\u25B7/gi;
const OPENING_TAG = /^\s*(?:<(?:think|thinking|thought|reasoning)>|\u25C1think\u25B7)/i;

/** Where the last closing tag ends; 0 without a trace; null when a trace is open to the end. */
function endOfTrace(content: string): number | null {
  let end = 0;
  for (const tag of content.matchAll(CLOSING_TAG)) end = tag.index + tag[0].length;
  return end === 0 && OPENING_TAG.test(content) ? null : end;
}

type Entry = { readonly metric: Metric; readonly value: LooseValue };

const isPart = (value: LooseValue): boolean => ballotOf(value).length > 0;

function isFull(value: LooseValue): boolean {
  const ballot = ballotOf(value);
  return METRICS.every((metric) => ballot.some((entry) => entry.metric === metric));
}

/** What a value says about metrics, in any of the accepted shapes; [] when it is no verdict. */
function ballotOf(value: LooseValue): readonly Entry[] {
  const own = entriesOf(value);
  if (own.length > 0 || value.kind !== "object") return own;
  // One level of nesting: {"scores": {...}, "reason": "..."}; the fullest one speaks.
  return value.entries
    .map(([, inner]) => (isPlainList(inner) ? plainEntries(inner) : entriesOf(inner)))
    .reduce((best, nested) => (nested.length >= best.length ? nested : best), []);
}

/** Five votes and nothing else: they stand in the order in which the metrics were asked for. */
function isPlainList(value: LooseValue): value is LooseValue & { readonly kind: "list" } {
  return (
    value.kind === "list" &&
    value.items.length === METRICS.length &&
    value.items.every((item) => item.kind !== "object" && voteOf(item) !== null)
  );
}

function plainEntries(list: LooseValue & { readonly kind: "list" }): readonly Entry[] {
  return METRICS.flatMap((metric, index) => {
    const value = list.items[index];
    return value === undefined ? [] : [{ metric, value }];
  });
}

/** A bare list counts only when the reply holds nothing else that looks like one: prose cites lists. */
function onlyPlainList(text: string): { value: LooseValue } | undefined {
  const [only, ...more] = findJson(text, isPlainList);
  return only === undefined || more.length > 0 || !isPlainList(only.value)
    ? undefined
    : { value: { kind: "object", entries: [["scores", only.value]] } };
}

function entriesOf(value: LooseValue): readonly Entry[] {
  if (value.kind === "object") {
    return value.entries.flatMap(([key, inner]) => {
      const metric = metricOf(key);
      return metric === null ? [] : [{ metric, value: inner }];
    });
  }
  return value.kind === "list" ? value.items.flatMap(listEntry) : [];
}

/** One item of the list form: {"metric": "progress", "winner": 1}, {"progress": 1}, ["progress", 1]. */
function listEntry(item: LooseValue): readonly Entry[] {
  if (item.kind === "list") {
    const [name, vote] = item.items;
    const metric = name?.kind === "text" ? metricOf(name.text) : null;
    return metric === null || vote === undefined ? [] : [{ metric, value: vote }];
  }
  if (item.kind !== "object") return [];
  const named = item.entries.find(([key]) => NAME_KEYS.has(key.toLowerCase()))?.[1];
  const metric = named?.kind === "text" ? metricOf(named.text) : null;
  return metric === null ? entriesOf(item) : [{ metric, value: item }];
}

const NAME_KEYS: ReadonlySet<string> = new Set(["metric", "name", "criterion", "dimension"]);
const VOTE_KEYS: ReadonlySet<string> = new Set([
  "winner",
  "vote",
  "verdict",
  "better",
  "value",
  "score",
  "result",
]);

function metricOf(key: string): Metric | null {
  const plain = key.trim().toLowerCase();
  return METRICS.find((metric) => metric === plain) ?? null;
}

function votesOf(value: LooseValue): Verdict {
  const ballot = ballotOf(value);
  const votes: Partial<Record<Metric, Vote>> = {};
  for (const metric of METRICS) {
    const said = ballot.filter((entry) => entry.metric === metric);
    const [first] = said;
    if (first === undefined) return unread("missing_metric", `${metric} is missing`);
    const read = said.map((entry) => voteOf(entry.value));
    const [vote] = read;
    if (vote === null || vote === undefined) {
      return unread("unreadable_metric", `${metric} is ${shown(first.value)}`);
    }
    if (read.some((other) => other !== vote)) {
      return unread("unreadable_metric", `${metric} is given twice, and not the same`);
    }
    votes[metric] = vote;
  }
  const { correctness, grounding, progress, protocol, efficiency } = votes;
  if (
    correctness === undefined ||
    grounding === undefined ||
    progress === undefined ||
    protocol === undefined ||
    efficiency === undefined
  ) {
    return unread("missing_metric", "a metric is missing");
  }
  return {
    ok: true,
    votes: { correctness, grounding, progress, protocol, efficiency },
    reason: reasonOf(value),
  };
}

const MAX_VOTE = 40;

const SAID: Readonly<Record<string, Vote>> = {
  "0": 0,
  draw: 0,
  drawn: 0,
  tie: 0,
  tied: 0,
  equal: 0,
  even: 0,
  both: 0,
  "1": 1,
  model1: 1,
  first: 1,
  "2": 2,
  model2: 2,
  second: 2,
};

/** null: not readable. A number has to be 0, 1 or 2; a text one of the words above, in any case. */
function voteOf(value: LooseValue): Vote | null {
  if (value.kind === "object") {
    const inner = value.entries.filter(([key]) => VOTE_KEYS.has(key.trim().toLowerCase()));
    const [only] = inner;
    return inner.length === 1 && only !== undefined && only[1].kind !== "object"
      ? voteOf(only[1])
      : null;
  }
  if (value.kind === "list") return null;
  const plain = value.text
    .slice(0, MAX_VOTE)
    .toLowerCase()
    .replace(/["'*`]/g, "")
    .trim()
    .replace(/^([012])\.0{1,9}$/, "$1")
    .replace(/\.$/, "")
    .replace(/^(?:model|candidate)[\s_-]{0,3}(?=[12]$)/, "model");
  return Object.hasOwn(SAID, plain) ? (SAID[plain] ?? null) : null;
}

const REASON_KEYS: ReadonlySet<string> = new Set([
  "reason",
  "reasoning",
  "rationale",
  "explanation",
]);

/** The judge's sentence, wherever it stands; "" when there is none. */
function reasonOf(value: LooseValue): string {
  if (value.kind !== "object") return "";
  for (const [key, inner] of value.entries) {
    if (REASON_KEYS.has(key.trim().toLowerCase()) && inner.kind === "text") return inner.text;
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
