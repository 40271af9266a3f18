/**
 * Reads a judge's reply. Total over any text and linear in its length: what cannot be read with
 * certainty is unread with a reason, never a draw, a win or a loss. Read `readVerdict` first; the
 * shapes of JSON are in ballots.ts, those of plain text in line-votes.ts, the words of a vote in
 * vote-words.ts, and what the words around a verdict do to it in verdict-context.ts.
 */
import { METRICS, type Metric, type MetricValues } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import { endingOf, endingWords, type EndingKind } from "../ending/ending.ts";
import { cutTraces, opensTrace } from "../ending/traces.ts";
import { isFull, type Ballot, type Entry } from "./ballots.ts";
import { closingsOf, isAgainst } from "./closing.ts";
import { lineVotes, type LineEntry } from "./line-votes.ts";
import {
  blanked,
  insideVerdicts,
  introBefore,
  isTemplate,
  opensObject,
  sorted,
  stated,
  type Stated,
} from "./stated.ts";
import { isRefusal, isRevoked, isTakenBack } from "./verdict-context.ts";
import type { Vote } from "./vote-words.ts";

export type Votes = Readonly<Record<Metric, Vote>>;

export const UNREAD_REASONS = [
  /** The reply ended at the token limit: whatever it says is not the end of it. */
  "cut_off",
  /** It broke off at a fault of the provider, or ended with a word that nobody knows. */
  "not_ended",
  /** The provider withheld it. */
  "withheld",
  "empty",
  /** A thinking trace that never ended. */
  "only_trace",
  "no_verdict",
  "missing_metric",
  "unreadable_metric",
  /** Two whole verdicts that differ, and none is plainly taken back. */
  "two_verdicts",
  /** An object begins behind the verdict and never closes. */
  "half_object",
  /** The reply takes its verdict back and gives no other one. */
  "taken_back",
  /** Marks for each model instead of a comparison. */
  "per_model",
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

export type Verdict =
  | { readonly ok: true; readonly votes: Votes; readonly reason: string }
  | { readonly ok: false; readonly reason: UnreadReason; readonly detail: string };

export type JudgeReply = {
  readonly content: string;
  readonly finish_reason: string | null;
};

/** The votes of a reply that ended well: those of the one verdict behind its thinking trace. */
export function readVerdict(reply: JudgeReply): Verdict {
  const ending = endingOf(reply.finish_reason, reply.content);
  if (ending.kind !== "ended") {
    return unread(NOT_ENDED[ending.kind], `the reply ${endingWords(ending)}`);
  }
  if (reply.content.trim() === "") return unread("empty", "the reply is empty");
  const isQuoted = insideVerdicts(reply.content);
  const { text, open } = cutTraces(reply.content, isQuoted);
  if (open || opensTrace(text, insideVerdicts(text))) {
    return unread("only_trace", "the thinking trace never ends");
  }
  const found = stated(text);
  return found === null ? fromLines(text) : judged(found.text, found.all);
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

const NOT_ENDED: Readonly<Record<Exclude<EndingKind, "ended">, UnreadReason>> = {
  cut: "cut_off",
  refused: "withheld",
  fault: "not_ended",
  unknown: "not_ended",
};

/** The verdict of a reply that holds JSON about metrics. */
function judged(text: string, all: readonly Stated[]): Verdict {
  const { full, rest } = sorted(text, all);
  const [first] = full;
  if (first === undefined) return fromParts(text, rest);
  const last = full.at(-1) ?? first;
  const verdict = votesOf(last);
  const isSettled = full
    .slice(0, -1)
    .filter((one) => !isSame(votesOf(one), verdict))
    .every((one) => one.end <= last.start && isTakenBackBefore(text, one, last));
  if (!isSettled) {
    return unread("two_verdicts", "it holds two verdicts that differ, and takes neither back");
  }
  return verdict.ok ? unlessUndone(text, last, { verdict, all, rest }) : verdict;
}

function isTakenBackBefore(text: string, one: Stated, last: Stated): boolean {
  return isRevoked(
    text.slice(Math.max(0, one.start - 400), one.start),
    text.slice(one.end, last.start),
  );
}

type Settled = {
  readonly verdict: Verdict & { readonly ok: true };
  readonly all: readonly Stated[];
  readonly rest: readonly Stated[];
};

/** The verdict, unless something behind or beside it says otherwise. */
function unlessUndone(text: string, last: Stated, { verdict, all, rest }: Settled): Verdict {
  const after = text.slice(last.end);
  if (opensObject(after)) {
    return unread("half_object", "an object begins behind the verdict and never closes");
  }
  if (isTakenBack(after))
    return unread("taken_back", "the verdict is taken back and no other given");
  const { votes } = verdict;
  const given = METRICS.map((metric) => votes[metric]).filter((vote) => vote !== 0);
  if (isDisowned(text, last, { verdict, all, rest })) {
    return unread("two_verdicts", "its closing words call the other candidate the better one");
  }
  if (given.length === 0) {
    const around = `${text.slice(0, last.start)}\n${after}\n${verdict.reason}`;
    if (isRefusal(around)) return unread("no_verdict", "the judge says that it cannot judge");
  }
  const later = rest.filter((one) => one.start >= last.end && !one.ofOneModel);
  const lines = lineVotes(blanked(text, all));
  const isQuoted = (one: Stated): boolean => introBefore(text, one.start) === "quoted";
  const differs = ({ metric, vote }: Entry): boolean => vote !== null && vote !== votes[metric];
  const whole = wholeLines(lines.entries);
  if (
    later.some(
      (one) => (isFull(one) || !isQuoted(one)) && !isTemplate(one) && one.entries.some(differs),
    ) ||
    lines.entries.some((entry) => entry.at >= last.end && differs(entry)) ||
    (whole !== null &&
      !isSame(whole, verdict) &&
      !lines.perModel &&
      !isRevoked("", text.slice(0, last.start)))
  ) {
    return unread("two_verdicts", "it holds two verdicts that differ, and takes neither back");
  }
  return verdict;
}

/**
 * Whether the words behind the verdict, its own reason, a key beside the votes, or the last such words
 * before it name another winner.
 */
function isDisowned(text: string, last: Stated, { verdict, all }: Settled): boolean {
  const votes = METRICS.map((metric) => verdict.votes[metric]);
  const around = blanked(text, all);
  const before = closingsOf(around.slice(Math.max(0, last.start - AROUND), last.start)).at(-1);
  const keys = [...text.slice(last.start, last.end).matchAll(OVERALL_KEY)];
  const key = keys.length === 1 ? keys[0]?.[1] : undefined;
  return [
    ...(before === undefined ? [] : [before]),
    ...closingsOf(around.slice(last.end)),
    ...closingsOf(verdict.reason),
    ...(key === undefined ? [] : closingsOf(`overall winner: ${key}`)),
  ].some((closing) => isAgainst(closing, votes));
}

/** Characters before a verdict that are searched for a winner. */
const AROUND = 40_000;

/** Given once it speaks for all metrics; given several times it is each metric's own. */
const OVERALL_KEY =
  /["'](?:overall|final|total)?[ _-]?(?:overall|winner|better|preferred|verdict|preference|choice)(?:[ _-](?:winner|model|response|candidate|vote|verdict))?["']\s*:\s*["']?([^"',{}[\]\n]{1,40})/gi;

/** Objects with some of the metrics each: together a verdict when every metric is named once. */
function fromParts(text: string, rest: readonly Stated[]): Verdict {
  if (rest.some((one) => one.ofOneModel || introBefore(text, one.start) === "one_model")) {
    return unread("per_model", "it gives marks to each model instead of comparing them");
  }
  const own = rest.filter((one) => !isFull(one) && introBefore(text, one.start) === "plain");
  const first = own[0];
  const last = own.at(-1);
  if (first === undefined || last === undefined) return fromLines(blanked(text, rest));
  const lines = lineVotes(blanked(text, rest));
  const entries = [...own.flatMap((one) => one.entries), ...lines.entries];
  const verdict = votesOf({
    ...last,
    entries,
    reason: own.find((one) => one.reason !== "")?.reason ?? "",
  });
  if (!verdict.ok) return verdict;
  return unlessUndone(text, { ...last, start: first.start }, { verdict, all: rest, rest: [] });
}

/** The verdict of a reply without JSON. */
function fromLines(text: string): Verdict {
  if (opensObject(text)) return unread("half_object", "an object begins and never closes");
  const { entries, perModel } = lineVotes(text);
  if (perModel)
    return unread("per_model", "it gives marks to each model instead of comparing them");
  if (entries.length === 0) {
    return unread("no_verdict", "no verdict on the five metrics in the reply");
  }
  const first = entries[0];
  const intro = introBefore(text, first?.at ?? 0);
  const isEcho =
    entries.every(({ vote }) => vote === 0) &&
    (intro === "template" || isTemplate({ ...NO_BALLOT, entries, reason: reasonLine(text) }));
  if (intro === "quoted" || isEcho) {
    return unread("no_verdict", "it quotes votes and gives none of its own");
  }
  const read = entries.filter(({ vote, metric }) => vote !== null || !hasVote(entries, metric));
  const verdict = votesOf({ entries: read, reason: reasonLine(text) });
  const last = entries.at(-1);
  if (!verdict.ok || last === undefined) return verdict;
  const after = text.slice(last.at);
  const votes = METRICS.map((metric) => verdict.votes[metric]);
  const before = closingsOf(text.slice(Math.max(0, (first?.at ?? 0) - AROUND), first?.at)).at(-1);
  const closings = before === undefined ? closingsOf(after) : [before, ...closingsOf(after)];
  if (closings.some((closing) => isAgainst(closing, votes))) {
    return unread("two_verdicts", "its closing words call the other candidate the better one");
  }
  return isTakenBack(after.slice(Math.max(0, after.indexOf("\n"))))
    ? unread("taken_back", "the verdict is taken back and no other given")
    : verdict;
}

const NO_BALLOT: Ballot = { entries: [], reason: "", under: "", ofOneModel: false };

const hasVote = (entries: readonly LineEntry[], metric: Metric): boolean =>
  entries.some((entry) => entry.metric === metric && entry.vote !== null);

/** Votes of plain lines where they are whole and at one with themselves; null otherwise. */
function wholeLines(entries: readonly LineEntry[]): Verdict | null {
  const verdict = votesOf({ entries: entries.filter(({ vote }) => vote !== null), reason: "" });
  return verdict.ok ? verdict : null;
}

const REASON_LINE =
  /^[\s>*\-_`]*(?:reason|reasoning|rationale|explanation)[\s*_`]*[:=][\s*_`]*(.+)$/im;
const reasonLine = (text: string): string => REASON_LINE.exec(text)?.[1]?.trim() ?? "";

const isSame = (one: Verdict, other: Verdict): boolean =>
  one.ok && other.ok && METRICS.every((metric) => one.votes[metric] === other.votes[metric]);

function votesOf({ entries, reason }: Pick<Ballot, "entries" | "reason">): Verdict {
  const votes: Partial<Record<Metric, Vote>> = {};
  for (const metric of METRICS) {
    const said = entries.filter((entry) => entry.metric === metric);
    const [first] = said;
    if (first === undefined) return unread("missing_metric", `${metric} is missing`);
    if (first.vote === null) return unread("unreadable_metric", `${metric} is ${first.said}`);
    if (said.some((other) => other.vote !== first.vote)) {
      return unread("unreadable_metric", `${metric} is given twice, and not the same`);
    }
    votes[metric] = first.vote;
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
  return { ok: true, votes: { correctness, grounding, progress, protocol, efficiency }, reason };
}
