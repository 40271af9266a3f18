/** Which attempts of a repair log are kept as examples, and why the others are not. */
import { cutLines } from "./cut.ts";
import type { Skip } from "./example.ts";
import { readFailure } from "../failure/read.ts";
import { labelDrop, type LabelDrop } from "../label/choice.ts";
import type { RunLabel } from "../../records/prompt.ts";
import type { FailureReading } from "../failure/types.ts";
import { checkPatch } from "./patch.ts";

export const REPAIR_REASONS = [
  /** Not of a label that was asked for; an attempt resolves its issue or fails. */
  "label_success",
  "label_failure",
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
  /** Who made the attempt; "" where the log does not say. */
  readonly model: string;
};

export type RepairLimits = {
  /** Characters, inclusive. */
  readonly maxPatchChars: number;
  readonly minProblemWords: number;
  /** Of the attempts that are read; null: all. */
  readonly labels: ReadonlySet<RunLabel> | null;
};

/** Files that a prompt names at most; one more is kept, to tell that there are more. */
export const MAX_FILES = 8;

/** A kept attempt, cut down to what pairs need of it. */
export type KeptAttempt = {
  readonly instance_id: string;
  readonly repo: string;
  /** The log that it stands in, as the set names it. */
  readonly origin: string;
  readonly model: string;
  readonly attempt: number | null;
  readonly resolved: boolean;
  /** null when resolved. */
  readonly category: string | null;
  /** Whose form the log has; null: nobody's, or the category was given. */
  readonly runner: string | null;
  /** The category was given, or the log gives the reason. */
  readonly known: boolean;
  readonly issue: string;
  readonly files: readonly string[];
  readonly patch: string;
  /** The first failure, "" when there is none; null: not looked for yet in `log`. */
  readonly error: string | null;
  readonly log: string;
};

export type Judged =
  | { readonly ok: true; readonly kept: KeptAttempt }
  | { readonly ok: false; readonly skip: Skip & { readonly reason: RepairReason | LabelDrop } };

/** Keeps or skips an attempt; the reasons are tried in the order of REPAIR_REASONS. */
export function judgeAttempt(attempt: Attempt, limits: RepairLimits, origin = ""): Judged {
  const unwanted = labelDrop(attempt.resolved ? "SUCCESS" : "FAILURE", limits.labels);
  const cause = attempt.resolved || unwanted !== null ? GIVEN : causeOf(attempt);
  const reason = unwanted ?? reasonOf(attempt, cause.category, limits);
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
      origin,
      model: attempt.model,
      attempt: attempt.attempt,
      resolved: attempt.resolved,
      ...cause,
      issue: cutLines(attempt.problem_statement.trim(), ISSUE_CHARS),
      files: attempt.localised_files.slice(0, MAX_FILES + 1),
      patch: attempt.patch,
      error: attempt.resolved ? "" : null,
      log: attempt.resolved ? "" : attempt.test_stdout,
    },
  };
}

// ---------------------------------------------------------------------------------------------

const ISSUE_CHARS = 1000;

type Cause = Pick<FailureReading, "runner" | "known"> & { readonly category: string | null };
const GIVEN: Cause = { category: null, runner: null, known: true };

/** A category somebody gave, or the one that the log tells; null: there is no log, or it is a success's. */
function causeOf(attempt: Attempt): Cause {
  const given = attempt.failure_category?.trim() ?? "";
  if (given !== "" && !UNKNOWN.test(given)) return { ...GIVEN, category: given };
  if (attempt.test_stdout.trim() === "") return GIVEN;
  const { category, runner, known } = readFailure(attempt.test_stdout);
  return { category, runner, known };
}

const UNKNOWN = /^(?:unknown|none|null|n\/a|nan|-)$/i;

function reasonOf(
  attempt: Attempt,
  category: string | null,
  limits: RepairLimits,
): RepairReason | null {
  if (!attempt.resolved && category === null) return "unknown_category";
  if (attempt.patch.trim() === "") return "empty_patch";
  if (!canStand(attempt)) return "invalid_patch_format";
  if (attempt.patch.length > limits.maxPatchChars) return "patch_too_long";
  if (!hasWords(attempt.problem_statement, limits.minProblemWords)) return "problem_too_short";
  return null;
}

/** What is learned has to parse; a failed side may be a diff that nobody could apply, but no prose. */
function canStand({ patch, resolved }: Attempt): boolean {
  return checkPatch(patch).ok || (!resolved && DIFF.test(patch));
}

const DIFF = /^(?:diff --git \S|--- \S|\+\+\+ \S|@@ -\d)/m;

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
