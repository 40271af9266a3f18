/**
 * Votes that stand in plain text instead of JSON: lines and bullets ("**Correctness:** 1"), sections
 * with a winner under a heading, XML tags, lists of metrics a winner. Tables are in table-votes.ts.
 * A sentence about a metric is no vote: only what stands behind a separator is.
 */
import { METRICS, type Metric } from "../../records/score.ts";
import { metricOf, type Entry } from "./ballots.ts";
import { tableVotes } from "./table-votes.ts";
import { plainWords, seatOfText, voteOfText } from "./vote-words.ts";

/** `at`: offset into the text that was searched. */
export type LineEntry = Entry & { readonly at: number };

export type LineVotes = {
  readonly entries: readonly LineEntry[];
  /** Marks stand under a heading for each model: nothing here can be read as a vote. */
  readonly perModel: boolean;
};

/** Every metric that a text names with something behind it, in the order of the text. Linear. */
export function lineVotes(text: string): LineVotes {
  const lines = linesOf(text);
  const tables = tableVotes(lines);
  const plain = lines.filter((line) => !tables.lines.has(line.at));
  const entries = [
    ...tables.entries,
    ...plain.flatMap(votesOfLine),
    ...sectionVotes(plain),
    ...tagVotes(text),
    ...winnerLists(plain),
  ].sort((a, b) => a.at - b.at);
  return { entries, perModel: tables.perModel || isPerModel(text, plain) };
}

export type Line = { readonly text: string; readonly at: number };

// ---------------------------------------------------------------------------------------------

const MAX_LINE = 2000;

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at <= text.length;) {
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    const line = text.slice(at, Math.min(end, at + MAX_LINE)).normalize("NFKC");
    if (line.trim() !== "") lines.push({ text: line, at });
    at = end + 1;
  }
  return lines;
}

const METRIC = METRICS.join("|");
/** Bullets, numbers, quotes and markup before a metric. */
const BEFORE =
  "[\\s>#*+\\-\\u2022\\u00B7\\u2013\\u2014\\u25AA\\u25CF\\u25E6\\u2023\\u27A4\\uFE0F\\u20E3\\d.()\\[\\]\"'`_{]*";
const AFTER = "[\\s*_`\"'\\])]*";
const NOTE = "(?:\\([^)\\n]{0,80}\\))?";
const SEPARATOR = "(?::|=>|={1,2}|->|\\u2192|\\u21D2|\\u2014|\\u2013|-|goes to|winner|favou?rs)";

/** Where several votes share a line, the next begins: "correctness=1, grounding=2". */
const NEXT = new RegExp(
  `(?:[,;|/({\\[\\u00B7\\u2022.]|\\s)\\s*(?:and\\s+)?(?=["'\\x60*_(]{0,4}(?:${METRIC})["'\\x60*_)]{0,4}\\s*(?:[:=]|->|\\u2192))`,
  "gi",
);
const VOTE_LINE = new RegExp(
  `^${BEFORE}((?:(?:winner|better|vote|verdict)(?: (?:for|in|on|at))? )?(?:${METRIC})(?: (?:winner|vote|verdict|choice|preference))?)${AFTER}${NOTE}${AFTER}${SEPARATOR}(?![=>])\\s*(.+)$`,
  "i",
);
/** "correctness 1", "correctness,1" and nothing else on the line. */
const BARE_LINE = new RegExp(`^${BEFORE}(${METRIC})${AFTER}[\\s,]\\s*([^\\s,].{0,60})$`, "i");

function votesOfLine(line: Line): LineEntry[] {
  if (!NAMES_METRIC.test(line.text)) return [];
  return segmentsOf(line).flatMap(({ text, at }) => {
    const found = VOTE_LINE.exec(text);
    const metric = found === null ? null : metricOf(found[1] ?? "");
    const said = found?.[2] ?? "";
    if (metric !== null) return [{ metric, said, at, vote: voteOfText(unclosed(said)) }];
    const bare = BARE_LINE.exec(text);
    const vote = bare === null ? null : shortVote(bare[2] ?? "");
    const named = bare === null ? null : metricOf(bare[1] ?? "");
    return named === null || vote === null
      ? []
      : [{ metric: named, vote, said: bare?.[2] ?? "", at }];
  });
}

const NAMES_METRIC = new RegExp(METRIC, "i");

function segmentsOf(line: Line): Line[] {
  const cuts = [...line.text.matchAll(NEXT)].map(({ index, 0: { length } }) => index + length);
  const starts = [0, ...cuts];
  return starts.map((start, index) => ({
    text: line.text.slice(start, starts[index + 1] ?? line.text.length).replace(/[\s,;|]+$/, ""),
    at: line.at + start,
  }));
}

/** A closing bracket, quote or comma that belongs to what stands around the vote. */
const unclosed = (said: string): string =>
  said.includes("(") ? said : said.replace(/(?:[\s,;)}\]]|\/>)+$/, "");

/** A vote of a few words: what stands alone on a line or in a cell. */
const shortVote = (text: string): Entry["vote"] => (text.length > 60 ? null : voteOfText(text));

const HEADING = new RegExp(`^${BEFORE}(${METRIC})${AFTER}${NOTE}[\\s*_\`:]*$`, "i");
const WINNER_LINE =
  /^[\s>*\-+_`"']*(?:winner|vote|verdict|better|choice|preference|preferred|decision|result)[\s*_`"']*(?::|=|->|\u2192|-|\u2013|\u2014|\bis\b)\s*(.+)$/i;

/** A heading that names a metric, and under it one winner, or nothing but a vote. */
function sectionVotes(lines: readonly Line[]): LineEntry[] {
  const heads = lines.flatMap((line, index) => {
    const metric = metricOf(HEADING.exec(line.text)?.[1] ?? "");
    return metric === null ? [] : [{ metric, index, at: line.at }];
  });
  return heads.flatMap(({ metric, index, at }, place) => {
    const body = lines.slice(index + 1, heads[place + 1]?.index ?? lines.length);
    const winners = body.flatMap((line) => WINNER_LINE.exec(line.text)?.[1] ?? []);
    const [only] = winners;
    if (winners.length === 1 && only !== undefined) {
      return [{ metric, vote: voteOfText(only), said: only, at }];
    }
    const first = body[0]?.text ?? "";
    const vote = winners.length === 0 && body.length > 0 ? shortVote(first) : null;
    return vote === null ? [] : [{ metric, vote, said: first, at }];
  });
}

const TAG = new RegExp(`<(${METRIC})\\b([^>]{0,120}?)(?:/>|>([^]{0,600}?)</\\1>)`, "gi");
const NAMED_TAG = new RegExp(
  `<(metric|criterion|item|dimension|score|vote)\\b([^>]{0,120}?\\bname ?= ?["'](${METRIC})["'][^>]{0,120}?)(?:/>|>([^]{0,600}?)</\\1>)`,
  "gi",
);
const INNER_VOTE =
  /<(winner|vote|verdict|better|choice|preference|value|score|rating)>([^<]{1,60})<\/\1>/gi;
const ATTRIBUTE =
  /\b(?:winner|vote|verdict|better|choice|value|score|rating) ?= ?["']([^"']{1,40})["']/i;

function tagVotes(text: string): LineEntry[] {
  if (!text.includes("<")) return [];
  const tag = (name: string, attributes: string, body: string, at: number): LineEntry[] => {
    const metric = metricOf(name);
    if (metric === null) return [];
    const inner = [...body.matchAll(INNER_VOTE)].map((found) => found[2] ?? "");
    const said = inner.length > 0 ? inner : [ATTRIBUTE.exec(attributes)?.[1] ?? withoutTags(body)];
    return said.map((one) => ({ metric, vote: voteOfText(one), said: one, at }));
  };
  return [
    ...[...text.matchAll(TAG)].flatMap(({ index, 1: name, 2: attributes, 3: body }) =>
      tag(name ?? "", attributes ?? "", body ?? "", index),
    ),
    ...[...text.matchAll(NAMED_TAG)].flatMap(({ index, 2: attributes, 3: name, 4: body }) =>
      tag(name ?? "", attributes ?? "", body ?? "", index),
    ),
  ];
}

const withoutTags = (text: string): string => text.replace(/<[^>]{0,80}>/g, " ").trim();

const LIST_LINE = /^[\s>#*+\-\u2022_`]*([^:=]{1,40}?)[\s*_`]*[:=][\s*_`]*(.+)$/;

/** "MODEL 1: correctness, protocol", "Draw: progress": only when every metric stands once. */
function winnerLists(lines: readonly Line[]): LineEntry[] {
  const found = lines.flatMap((line): LineEntry[] => {
    const [, head = "", list = ""] = LIST_LINE.exec(line.text) ?? [];
    const named = list.split(/,|;|&|\band\b/i).map((part) => metricOf(part.trim()));
    const metrics = named.filter((metric): metric is Metric => metric !== null);
    if (metrics.length === 0 || metrics.length < named.length) return [];
    const vote = voteOfText(head.replace(/ (?:on|in|for|at)$/i, ""));
    return vote === null
      ? []
      : metrics.map((metric) => ({ metric, vote, said: head, at: line.at }));
  });
  return found.length === METRICS.length &&
    new Set(found.map((one) => one.metric)).size === found.length
    ? found
    : [];
}

/** Metrics that stand under a line or in a tag for one of the models: its marks, not votes. */
function isPerModel(text: string, lines: readonly Line[]): boolean {
  if (MODEL_TAG.test(text)) return true;
  let seat: 1 | 2 | null = null;
  const marked = new Set<1 | 2>();
  for (const line of lines) {
    const heading = headingSeat(line.text);
    if (heading !== null) seat = heading;
    else if (VERDICT_HEADING.test(line.text)) seat = null;
    else if (seat !== null && votesOfLine(line).length > 0) marked.add(seat);
  }
  return marked.size > 0;
}

const MODEL_TAG = new RegExp(
  `<(model|candidate|response)[ _-]?[12]\\b[^>]{0,40}>(?:(?!</\\1)[^]){0,800}<(?:${METRIC})\\b`,
  "i",
);
const VERDICT_HEADING =
  /^[\s>#*_]*(?:(?:final|overall|my|the|in) )*(?:verdict|comparison|winners?|conclusion|decision|result|votes?|summary)\b/i;

function headingSeat(line: string): 1 | 2 | null {
  const words = plainWords(line.replace(/^[\s#>*+-]+/, ""));
  return /[a-z]/.test(words)
    ? seatOfText(words.replace(/ (?:scores?|points|marks|ratings?)$/, ""))
    : null;
}
