/** The pull request as a challenger is shown it: with the altered names in every text of the record. */
import type { Canary } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";

/** The record with the altered names; the same record where there are none. Keys that tell where it is from stay. */
export function shownRecord(pr: PullRequest, canaries: readonly Canary[] | undefined): PullRequest {
  if (canaries === undefined || canaries.length === 0) return pr;
  const other = new Map(canaries.map((one) => [one.true, one.shown]));
  const names = canaries.map((one) => one.true).sort((a, b) => b.length - a.length);
  const form = new RegExp(`(?<![\\w$])(?:${names.map(escaped).join("|")})(?![\\w$])`, "g");
  const altered = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(form, (name) => other.get(name) ?? name);
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

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
