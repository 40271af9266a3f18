/**
 * Repair logs as training examples: which attempts are kept, what the model is asked, and which pairs
 * the attempts of one issue make. A failed patch is never an answer to learn.
 */
import { cutLines } from "./cut.ts";
import type { Example, Metadata, Skip } from "./example.ts";
import { categoryOf, firstFailure } from "./failure.ts";
import type { Format } from "./format-names.ts";
import { takes } from "./formats.ts";
import { checkPatch } from "./patch.ts";
import type { Grouping } from "./settings.ts";

export const REPAIR_REASONS = [
  "unknown_category",
  "empty_patch",
  "invalid_patch_format",
  "patch_too_long",
  "problem_too_short",
] as const;
export type RepairReason = (typeof REPAIR_REASONS)[number];

/** One line of a log, as it was written. */
export type Attempt = {
  readonly instance_id: string;
  /** "" when the log does not say and the id does not tell. */
  readonly repo: string;
  /** null: by its place in the log. */
  readonly attempt: number | null;
  readonly resolved: boolean;
  readonly failure_category: string | null;
  readonly patch: string;
  readonly problem_statement: string;
  readonly localised_files: readonly string[];
  readonly test_stdout: string;
};

export type RepairLimits = {
  /** Characters, inclusive. */
  readonly maxPatchChars: number;
  readonly minProblemWords: number;
};

/** A kept attempt, cut down to what pairs need of it. */
export type KeptAttempt = {
  readonly instance_id: string;
  readonly repo: string;
  readonly attempt: number | null;
  readonly resolved: boolean;
  /** null when resolved. */
  readonly category: string | null;
  readonly issue: string;
  readonly files: readonly string[];
  readonly patch: string;
  /** The first failure, "" when there is none; null: not looked for yet in `log`. */
  readonly error: string | null;
  readonly log: string;
};

/** Without the log: what pairs need of it is looked up. */
export function cutDown(attempt: KeptAttempt): KeptAttempt {
  return { ...attempt, error: errorOf(attempt), log: "" };
}

export type Judged =
  | { readonly ok: true; readonly kept: KeptAttempt }
  | { readonly ok: false; readonly skip: Skip & { readonly reason: RepairReason } };

/** Keeps or skips an attempt; the reasons are tried in the order of REPAIR_REASONS. */
export function judgeAttempt(attempt: Attempt, limits: RepairLimits): Judged {
  const category = attempt.resolved ? null : knownCategory(attempt);
  const reason = reasonOf(attempt, category, limits);
  if (reason !== null) {
    return {
      ok: false,
      skip: {
        instance_id: attempt.instance_id,
        reason,
        source_fields: {
          has_failure_category: attempt.failure_category !== null,
          has_patch: attempt.patch !== "",
          has_problem_statement: attempt.problem_statement !== "",
          has_localised_files: attempt.localised_files.length > 0,
          has_test_stdout: attempt.test_stdout !== "",
        },
        length: attempt.patch.length,
      },
    };
  }
  return {
    ok: true,
    kept: {
      instance_id: attempt.instance_id,
      repo: attempt.repo,
      attempt: attempt.attempt,
      resolved: attempt.resolved,
      category,
      issue: cutLines(attempt.problem_statement.trim(), ISSUE_CHARS),
      files: attempt.localised_files.slice(0, MAX_FILES + 1),
      patch: attempt.patch,
      error: attempt.resolved ? "" : null,
      log: attempt.resolved ? "" : attempt.test_stdout,
    },
  };
}

export type PairKind = "positive" | "reflection" | "negative" | "preference";

/** Which kinds of pairs have a place in the formats: what has none is not built. */
export function wantedPairs(formats: readonly Format[]): (kind: PairKind) => boolean {
  const has = (kind: Example["kind"]): boolean => formats.some((format) => takes(format, kind));
  const wanted = {
    positive: has("sft"),
    reflection: has("sft"),
    negative: has("negative"),
    preference: has("preference"),
  };
  return (kind) => wanted[kind];
}

/**
 * The examples of one issue's attempts, in the order of the log. positive: each resolving patch;
 * reflection: each failed attempt with the first patch that resolved the issue later; negative and
 * preference: each failed patch, labelled as such.
 * @param wants which kinds of pairs have a place in the formats asked for.
 */
export function pairsOf(
  attempts: readonly KeptAttempt[],
  groupBy: Grouping,
  wants: (kind: PairKind) => boolean,
): { readonly pair: PairKind; readonly example: Example }[] {
  // Attempts without a number stand where the log has them; the sort is stable.
  const ordered = attempts
    .map((attempt, at) => ({ attempt, order: attempt.attempt ?? at + 1 }))
    .sort((a, b) => a.order - b.order)
    .map(({ attempt }) => attempt);
  const resolved = ordered.filter((attempt) => attempt.resolved);
  const later = nextResolved(ordered);
  const pairs: { pair: PairKind; example: Example }[] = [];
  if (wants("positive")) {
    for (const good of resolved) {
      const example = {
        ...baseOf(groupBy, good, "positive", null),
        kind: "sft" as const,
        answer: good.patch,
      };
      pairs.push({ pair: "positive", example });
    }
  }
  for (const [at, bad] of ordered.entries()) {
    if (bad.resolved) continue;
    const good = later[at];
    if (wants("reflection") && good !== undefined) {
      const example = {
        ...baseOf(groupBy, good, "reflection", bad),
        kind: "sft" as const,
        answer: good.patch,
      };
      pairs.push({ pair: "reflection", example });
    }
    if (wants("negative")) {
      const example = {
        ...baseOf(groupBy, bad, "negative", null),
        kind: "negative" as const,
        answer: bad.patch,
      };
      pairs.push({ pair: "negative", example });
    }
    const [best] = resolved;
    if (wants("preference") && best !== undefined && best.patch !== bad.patch) {
      const example = {
        ...baseOf(groupBy, bad, "preference", null),
        kind: "preference" as const,
        chosen: best.patch,
        rejected: bad.patch,
      };
      pairs.push({ pair: "preference", example });
    }
  }
  return pairs;
}

// ---------------------------------------------------------------------------------------------

const ISSUE_CHARS = 1000;
const ERROR_CHARS = 500;
const PATCH_CHARS = 800;
const MAX_FILES = 8;

const SYSTEM =
  "You repair bugs in software repositories. Answer with a patch in unified diff format and nothing else.";

const errorOf = (attempt: KeptAttempt): string =>
  attempt.error ?? firstFailure(attempt.log, ERROR_CHARS)?.context ?? "";

/** A category somebody gave, or the one that the log tells; null: unknown. */
function knownCategory(attempt: Attempt): string | null {
  const given = attempt.failure_category?.trim() ?? "";
  return given === "" || UNKNOWN.test(given) ? categoryOf(attempt.test_stdout) : given;
}

const UNKNOWN = /^(?:unknown|none|null|n\/a|nan|-)$/i;

function reasonOf(
  attempt: Attempt,
  category: string | null,
  limits: RepairLimits,
): RepairReason | null {
  if (!attempt.resolved && category === null) return "unknown_category";
  if (attempt.patch.trim() === "") return "empty_patch";
  if (!checkPatch(attempt.patch).ok) return "invalid_patch_format";
  if (attempt.patch.length > limits.maxPatchChars) return "patch_too_long";
  if (!hasWords(attempt.problem_statement, limits.minProblemWords)) return "problem_too_short";
  return null;
}

/** True when the text has at least `count` words; looks no further than it has to. */
function hasWords(text: string, count: number): boolean {
  let words = 0;
  let wasSpace = true;
  for (let i = 0; i < text.length && words < count; i++) {
    const isSpace = text.charCodeAt(i) <= 32 || text.charCodeAt(i) === 0xa0;
    if (wasSpace && !isSpace) words++;
    wasSpace = isSpace;
  }
  return words >= count;
}

/** For each attempt the first one behind it that resolved the issue. */
function nextResolved(ordered: readonly KeptAttempt[]): readonly (KeptAttempt | undefined)[] {
  const found: (KeptAttempt | undefined)[] = [];
  let next: KeptAttempt | undefined;
  for (let at = ordered.length - 1; at >= 0; at--) {
    found[at] = next;
    if (ordered[at]?.resolved === true) next = ordered[at];
  }
  return found;
}

function baseOf(
  groupBy: Grouping,
  attempt: KeptAttempt,
  pair: PairKind,
  before: KeptAttempt | null,
): Pick<Example, "prompt" | "group" | "metadata"> {
  return {
    prompt: promptOf(attempt, before),
    group: groupBy === "instance" ? attempt.instance_id : attempt.repo || attempt.instance_id,
    metadata: metadataOf(attempt, pair, before),
  };
}

function promptOf(attempt: KeptAttempt, before: KeptAttempt | null): Example["prompt"] {
  const where = attempt.repo === "" ? "" : ` in the repository ${attempt.repo}`;
  const parts = [`Repair this issue${where}.`, `## Issue\n${attempt.issue}`];
  if (attempt.files.length > 0) {
    const shown = attempt.files.slice(0, MAX_FILES).map((file) => `- ${file}`);
    const more = attempt.files.length > MAX_FILES ? ["- [... more]"] : [];
    parts.push(["## Files that may matter", ...shown, ...more].join("\n"));
  }
  if (before !== null) {
    const error = errorOf(before);
    parts.push(
      `## Previous attempt\nIt failed: ${before.category ?? "unknown"}.`,
      ...(error === "" ? [] : [`### First error\n${fenced(error, "")}`]),
      `### Its patch\n${fenced(cutLines(before.patch.trimEnd(), PATCH_CHARS), "diff")}`,
    );
  }
  return [
    { role: "system", content: SYSTEM },
    { role: "user", content: parts.join("\n\n") },
  ];
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string, language: string): string {
  let fence = "```";
  while (text.includes(fence)) fence += "`";
  return `${fence}${language}\n${text}\n${fence}`;
}

function metadataOf(attempt: KeptAttempt, pair: PairKind, before: KeptAttempt | null): Metadata {
  return {
    instance_id: attempt.instance_id,
    repo: attempt.repo,
    pair,
    attempt: attempt.attempt,
    failed_attempt: before?.attempt ?? null,
    failure_category: before?.category ?? attempt.category,
  };
}
