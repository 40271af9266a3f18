/**
 * The ballots that a reply states in JSON, each with its place: which of them can be the judge's own
 * verdict, and which are the task's template, a quotation, a draft, or marks of one model.
 */
import { METRICS } from "../../records/score.ts";
import { ballotsOf, isFull, isPlainList, type Ballot } from "./ballots.ts";
import { findJson, type FoundValue, type LooseValue } from "./loose-json.ts";
import { introOf, type Intro } from "./verdict-context.ts";

/** A ballot and where it stands. */
export type Stated = Ballot & { readonly start: number; readonly end: number };

/**
 * Whether an offset lies in a string of a whole verdict: a tag there is talked about. The text is searched
 * when the first tag is met; most have none.
 */
export function insideVerdicts(content: string): (at: number) => boolean {
  let spans: readonly FoundValue[] | null = null;
  return (at) => {
    spans ??= findJson(content, (value) => ballotsOf(value).some(isFull));
    return spans.some(({ start, end }) => at >= start && at < end);
  };
}

/**
 * The ballots of a text in JSON, and the text that they stand in: decoded once where it was encoded
 * twice. null where there are none.
 */
export function stated(
  text: string,
): { readonly text: string; readonly all: readonly Stated[] } | null {
  const all = statedIn(text);
  if (!all.some(isFull)) {
    const decoded = text
      .replace(/\\(["\\/nt])/g, (_all, char: string) => UNESCAPED[char] ?? char)
      .replaceAll("&quot;", '"')
      .replaceAll("&#34;", '"');
    const again = decoded === text ? [] : statedIn(decoded);
    if (again.some(isFull)) return { text: decoded, all: again };
  }
  return all.length > 0 ? { text, all } : null;
}

const UNESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

function statedIn(text: string): readonly Stated[] {
  const ballots = new Map<LooseValue, readonly Ballot[]>();
  const isBallot = (value: LooseValue): boolean => {
    const said = ballotsOf(value);
    if (said.length > 0) ballots.set(value, said);
    return said.length > 0;
  };
  const all = findJson(text, isBallot, true).flatMap(({ value, start, end }) =>
    (ballots.get(value) ?? []).map((one) => ({ ...one, start, end })),
  );
  if (all.length > 0) return all;
  // A bare list counts only when the reply holds nothing else that looks like one: prose cites lists.
  const lists = findJson(text, (value) => value.kind === "list" && isPlainList(value.items));
  const [only] = lists;
  if (lists.length !== 1 || only === undefined) return [];
  const { value, start, end } = only;
  return ballotsOf({ kind: "object", entries: [["scores", value]] }).map((one) => ({
    ...one,
    start,
    end,
  }));
}

/** Ballots that can be the judge's verdict, and what else speaks of metrics. */
export function sorted(
  text: string,
  all: readonly Stated[],
): { readonly full: readonly Stated[]; readonly rest: readonly Stated[] } {
  const own = all.filter((one) => {
    if (one.ofOneModel) return false;
    const intro = introBefore(text, one.start);
    if (intro === "quoted" || intro === "one_model") return false;
    return !(intro === "template" && isAllDraws(one)) && !isTemplate(one);
  });
  const finals = own.filter((one) => /^final\b|\bfinal$/.test(one.under));
  const drafts = new Set(own.filter((one) => DRAFT_KEYS.test(one.under)));
  const full = own.filter((one) => isFull(one) && !(finals.length > 0 && drafts.has(one)));
  return { full, rest: all.filter((one) => !full.includes(one)) };
}

const DRAFT_KEYS = /^(?:draft|initial|preliminary|tentative|first pass|first impression)\b/;

const isAllDraws = ({ entries }: Ballot): boolean => entries.every(({ vote }) => vote === 0);

/** The task's own object said again: no value was filled in. */
export const isTemplate = (one: Ballot): boolean =>
  (isAllDraws(one) && /^\W*(?:one|a|your) (?:short )?(?:sentence|reason)\W*$/i.test(one.reason)) ||
  (one.entries.length > 0 &&
    one.entries.every(({ vote, said }) => vote === null && PLACEHOLDER.test(said)));

const PLACEHOLDER = /[012]\D{1,8}[012]|<[^>]*>|\.\.\.|\u2026|^"?(?:vote|winner|n|x|\?|_+)"?$/i;

/** The text with every found value as blanks, line breaks kept. */
export function blanked(text: string, values: readonly Pick<Stated, "start" | "end">[]): string {
  let blank = "";
  let from = 0;
  for (const { start, end } of values) {
    if (start < from) continue;
    blank += text.slice(from, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    from = end;
  }
  return blank + text.slice(from);
}

/** An object that begins, by the look of it, and is not closed. */
export function opensObject(text: string): boolean {
  const open: number[] = [];
  for (const { index, 0: brace } of text.matchAll(/[{}\uFF5B\uFF5D]/g)) {
    if (brace === "{" || brace === "\uFF5B") open.push(index);
    else open.pop();
  }
  return open.some((at) => OBJECT_BEGINS.test(text.slice(at, at + 60)));
}

const OBJECT_BEGINS = new RegExp(
  `^[{\\uFF5B]\\s*(?:["'\\u201C\\u2018]|(?:${METRICS.join("|")})\\b|$)`,
  "i",
);

/** How many of the metrics a text names with a vote, in any of the accepted shapes, as spans. */
export function verdictSpans(text: string, least: number): FoundValue[] {
  const isVerdict = (value: FoundValue["value"]): boolean =>
    ballotsOf(value).some(
      (one) =>
        new Set(one.entries.flatMap(({ metric, vote }) => (vote === null ? [] : [metric]))).size >=
        least,
    );
  return findJson(text, isVerdict, true);
}

/** How what stands at an offset is introduced. */
export const introBefore = (text: string, at: number): Intro =>
  introOf(text.slice(Math.max(0, at - 400), at));
