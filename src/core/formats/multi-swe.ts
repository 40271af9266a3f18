/**
 * Rows of Multi-SWE-bench in the words of the SWE-bench family: its patch is `fix_patch`, its task the
 * issues that the pull request resolves, its repository `org` and `repo`.
 */
import { isRecord, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/** True when these columns are theirs. */
export function isMultiSwe(columns: readonly string[]): boolean {
  return ["org", "repo", "fix_patch"].every((column) => columns.includes(column));
}

/** The row with `repo`, `patch`, `problem_statement`, `base_commit`, `FAIL_TO_PASS`; null: another's. */
export function multiSweRow(row: Raw): Raw | null {
  if (!isMultiSwe(Object.keys(row))) return null;
  const { fix_patch, ...rest } = row;
  const { org, repo, number, title, body, base, resolved_issues, f2p_tests } = rest;
  const issues = recordsOf(resolved_issues)
    .map((issue) => [textOf(issue["title"]), textOf(issue["body"])])
    .map((parts) => parts.filter((part) => part !== undefined).join("\n\n"))
    .filter((text) => text !== "");
  const own = [textOf(title), textOf(body)].filter((part) => part !== undefined).join("\n\n");
  const owner = textOf(org) ?? "";
  const name = textOf(repo) ?? "";
  const id = textOf(row["instance_id"]);
  return {
    ...rest,
    instance_id: id ?? `${owner}__${name}-${String(number)}`,
    repo: name.includes("/") ? name : `${owner}/${name}`,
    base_commit: textOf(row["base_commit"]) ?? textOf(recordOf(base)["sha"]) ?? "",
    problem_statement: issues.length > 0 ? issues.join("\n\n") : own,
    pr_description: textOf(row["pr_description"]) ?? textOf(body) ?? "",
    patch: textOf(fix_patch) ?? "",
    FAIL_TO_PASS: isRecord(f2p_tests) ? Object.keys(f2p_tests) : (row["FAIL_TO_PASS"] ?? []),
  };
}
