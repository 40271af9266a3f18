/** A line of a repair log as an attempt: strict about what is needed, liberal about the rest. */
import { verdictOf } from "../formats/verdict.ts";
import { nearestName } from "../text/nearest.ts";
import { repoFromId } from "../sample/shapes.ts";
import type { Attempt } from "./repair.ts";

/** Columns without which a log is of no use. */
export const NEEDED_COLUMNS = ["instance_id", "resolved", "patch", "problem_statement"] as const;

type Row = Readonly<Record<string, unknown>>;

export type ReadAttempt =
  { readonly ok: true; readonly attempt: Attempt } | { readonly ok: false; readonly why: string };

/** A missing or null text is "", a missing `resolved` is false; other types are faults. */
export function attemptOf(row: Row): ReadAttempt {
  const id = row["instance_id"];
  if (typeof id !== "string" || id === "") return wrong("instance_id", "a text", id);
  const resolved = truthOf(row["resolved"]);
  if (resolved === null) return wrong("resolved", "true or false", row["resolved"]);
  for (const column of TEXTS) {
    const value = row[column];
    if (value !== undefined && value !== null && typeof value !== "string") {
      return wrong(column, "a text", value);
    }
  }
  const attempt = row["attempt"] === "" ? null : (row["attempt"] ?? null);
  const number = attempt === null ? null : Number(attempt);
  if (number !== null && !Number.isFinite(number)) return wrong("attempt", "a number", attempt);
  const files = row["localised_files"] ?? [];
  if (!Array.isArray(files)) return wrong("localised_files", "a list of paths", files);
  return {
    ok: true,
    attempt: {
      instance_id: id,
      repo: textOf(row, "repo") || repoFromId(id),
      attempt: number,
      resolved,
      failure_category: textOf(row, "failure_category") || null,
      patch: textOf(row, "patch"),
      problem_statement: textOf(row, "problem_statement"),
      localised_files: (files as unknown[]).filter((file) => typeof file === "string"),
      test_stdout: textOf(row, "test_stdout"),
      model: textOf(row, "model") || textOf(row, "model_name_or_path"),
    },
  };
}

/** Needed columns that a file never had, each with the nearest of those it has. */
export function missingColumns(seen: ReadonlySet<string>, there: readonly string[]): string[] {
  return NEEDED_COLUMNS.filter((column) => !seen.has(column)).map((column) => {
    const near = nearestName(
      column,
      there.filter((name) => !KNOWN.has(name)),
    );
    return `no column "${column}"${near === null ? "" : `; did you mean "${near}"?`}`;
  });
}

// ---------------------------------------------------------------------------------------------

const TEXTS = ["repo", "failure_category", "patch", "problem_statement", "test_stdout"];
const KNOWN = new Set<string>([...TEXTS, ...NEEDED_COLUMNS, "attempt", "localised_files"]);

function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}

/** null: it cannot be read. */
function truthOf(value: unknown): boolean | null {
  const verdict = verdictOf(value);
  return verdict === "unreadable" ? null : verdict === "success";
}

function wrong(column: string, expected: string, value: unknown): ReadAttempt {
  const shown = JSON.stringify(value) ?? "missing";
  return { ok: false, why: `${column} is ${shown.slice(0, 40)}; expected ${expected}` };
}
