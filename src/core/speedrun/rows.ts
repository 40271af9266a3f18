/**
 * Rows of a benchmark (SWE-bench family) as prompt and response: the issue, and what was done about
 * it. What cannot be a response is skipped with a reason and a note of what the row had.
 */

import { multiSweRow } from "../formats/multi-swe.ts";
import { rowVerdict } from "../formats/verdict.ts";
import { labelDrop, rowLabel, type LabelDrop } from "../label/choice.ts";
import type { RunLabel } from "../../records/prompt.ts";

export type SourceField = "change_summary" | "patch" | "test_patch";

export type SpeedrunRow = {
  readonly instance_id: string;
  readonly repo: string;
  readonly prompt: string;
  /** "" only for a row that `includeEmpty` keeps. */
  readonly response: string;
  /** The field the response is; null for an empty one. */
  readonly response_source: SourceField | null;
  readonly label: RunLabel;
  /** Only where `byRule` is asked for: whether the rule over the row's run gave the label, or the row itself. */
  readonly label_by?: "row" | "rule";
};

export type SkippedRow = {
  readonly instance_id: string;
  readonly reason: "empty_response" | "short_patch" | "verdict_unreadable" | LabelDrop;
  readonly source_fields: {
    readonly has_change_summary: boolean;
    readonly has_patch: boolean;
    readonly has_test_patch: boolean;
  };
  /** Characters of the patch that was too short; of `patch` for an empty response. */
  readonly patch_len: number;
};

export type SpeedrunOptions = {
  /** For patch and test_patch alone; 0: no limit. */
  readonly minPatchChars: number;
  /** Keep rows without a response, labelled FAILURE. */
  readonly includeEmpty: boolean;
  /** A row that says nothing and holds a run gets the label of the rule (core/label). */
  readonly byRule?: boolean;
  /** Labels to keep; absent or null: all. */
  readonly labels?: ReadonlySet<RunLabel> | null;
};

export type SpeedrunMade =
  | ({ readonly ok: true; readonly value: SpeedrunRow } & Pick<
      SkippedRow,
      "source_fields" | "patch_len"
    >)
  | { readonly ok: false; readonly skipped: SkippedRow };

type Raw = Readonly<Record<string, unknown>>;

/** Response: change_summary, else patch, else test_patch; white space alone counts as empty. */
export function speedrunRow(
  given: Raw,
  ids: { readonly instance_id: string; readonly repo: string },
  options: SpeedrunOptions,
): SpeedrunMade {
  const row = multiSweRow(given) ?? given;
  const source = FIELDS.find((field) => textOf(row, field).trim() !== "") ?? null;
  const response = source === null ? "" : textOf(row, source);
  const source_fields = {
    has_change_summary: textOf(row, "change_summary").trim() !== "",
    has_patch: textOf(row, "patch").trim() !== "",
    has_test_patch: textOf(row, "test_patch").trim() !== "",
  };
  const skip = (reason: SkippedRow["reason"], patchLen: number) => {
    const { instance_id } = ids;
    return {
      ok: false,
      skipped: { instance_id, reason, source_fields, patch_len: patchLen },
    } as const;
  };
  // A label is what the rows are for: one that cannot be told is neither a success nor a failure.
  if (rowVerdict(row) === "unreadable")
    return skip("verdict_unreadable", textOf(row, "patch").length);
  if (source === null && !options.includeEmpty) {
    return skip("empty_response", textOf(row, "patch").length);
  }
  if (source !== null && source !== "change_summary" && response.length < options.minPatchChars) {
    return skip("short_patch", response.length);
  }
  const { label, by } = labelled(row, source, options.byRule === true);
  const unwanted = labelDrop(label, options.labels ?? null);
  if (unwanted !== null) return skip(unwanted, textOf(row, "patch").length);
  return {
    ok: true,
    source_fields,
    patch_len: textOf(row, "patch").length,
    value: {
      ...ids,
      prompt: promptText(row, ids.repo, source),
      response,
      response_source: source,
      label,
      ...(options.byRule === true ? { label_by: by } : {}),
    },
  };
}

/**
 * SUCCESS, FAILURE or UNKNOWN, by the first rule that applies: an empty response is a FAILURE; the
 * row's own verdict (core/formats/verdict.ts) counts; a patch, or a summary of it, whose row lists tests
 * that it makes pass (FAIL_TO_PASS) is a SUCCESS; all else is UNKNOWN.
 */
export function labelOf(row: Raw, source: SourceField | null): RunLabel {
  if (source === null) return "FAILURE";
  const verdict = rowVerdict(row);
  if (verdict === "unreadable") return "UNKNOWN";
  if (verdict !== null) return verdict === "success" ? "SUCCESS" : "FAILURE";
  const tested = listLength(row["FAIL_TO_PASS"]) > 0 && textOf(row, "patch").trim() !== "";
  return tested && source !== "test_patch" ? "SUCCESS" : "UNKNOWN";
}

// ---------------------------------------------------------------------------------------------

/** The row's own word stands; the rule is asked only where the row says nothing. */
function labelled(
  row: Raw,
  source: SourceField | null,
  byRule: boolean,
): { readonly label: RunLabel; readonly by: "row" | "rule" } {
  const label = labelOf(row, source);
  if (!byRule || label !== "UNKNOWN") return { label, by: "row" };
  const ruled = rowLabel(row);
  return ruled === null ? { label, by: "row" } : { label: ruled, by: "rule" };
}

const FIELDS: readonly SourceField[] = ["change_summary", "patch", "test_patch"];

const textOf = (row: Raw, field: string): string => {
  const value = row[field];
  return typeof value === "string" ? value : "";
};

const TASKS: Readonly<Record<SourceField, string>> = {
  change_summary: "Say what has to be changed to resolve this issue.",
  patch: "Write the patch that resolves this issue, as a unified diff.",
  test_patch: "Write the tests that show this issue resolved, as a unified diff.",
};

function promptText(row: Raw, repo: string, source: SourceField | null): string {
  const commit = textOf(row, "base_commit");
  return [
    repo === "" ? "" : `Repository: ${repo}${commit === "" ? "" : ` at ${commit}`}`,
    textOf(row, "problem_statement").trim(),
    TASKS[source ?? "patch"],
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Lists come as lists or, in SWE-bench itself, as JSON in a string. */
function listLength(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== "string" || value.trim() === "") return 0;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.length : 1;
  } catch {
    return 1; // One test's name, written plainly.
  }
}
