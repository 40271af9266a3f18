/** The pull request as a challenger is shown it: with the altered details in every text of the record. */
import type { Canary } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { literalPattern } from "../text/literal-pattern.ts";
import { withShiftedLines } from "./line-shift.ts";

/** The record with the altered details; the same record where there are none. Keys that tell where it is from stay. */
export function shownRecord(pr: PullRequest, canaries: readonly Canary[] | undefined): PullRequest {
  if (canaries === undefined || canaries.length === 0) return pr;
  const words = canaries.filter(({ kind }) => kind !== "line");
  const other = new Map(words.map((one) => [one.true, one.shown]));
  const details = words.map((one) => one.true).sort((a, b) => b.length - a.length);
  const form = new RegExp(`(?<![\\w$])(?:${details.map(literalPattern).join("|")})(?![\\w$])`, "g");
  const altered = (value: unknown): unknown => {
    if (typeof value === "string") {
      const text = withShiftedLines(value, canaries);
      return words.length === 0
        ? text
        : text.replace(form, (detail) => other.get(detail) ?? detail);
    }
    return Array.isArray(value) ? value.map(altered) : value;
  };
  return {
    ...pr,
    ...Object.fromEntries(
      Object.entries(pr)
        .filter(([key]) => !KEPT.has(key))
        .map(([key, value]) => [key, altered(value)]),
    ),
  };
}

// ---------------------------------------------------------------------------------------------

const KEPT: ReadonlySet<string> = new Set(["schema", "instance_id", "repo", "base_commit"]);
