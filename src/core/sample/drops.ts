/**
 * Why a row of a data set gives no turn. The union is closed: every row that is read is either kept
 * or counted under exactly one of these, and a person can look each of them up here.
 */
export const DROP_MEANINGS = {
  bad_line: "a line that is not a JSON object (only with --skip-bad)",
  bad_row: "a row whose messages are missing or not messages",
  media: "a message holds an image or audio, and [source].media refuses such rows",
  no_tools: "no tool is called or named, and [protocol].style asks for calls of tools",
  truncated_cell: "the viewer cut a cell short, and no Parquet file holds it",
  no_assistant_turn: "no whole message of the agent's own with a history before it",
  empty_reference: "every assistant message in reach is empty, or the one that was drawn",
  exit_status: "the run ended in a way that [source].exit_status does not name",
  excluded_id: "named in [source].exclude_ids",
  benchmark_instance: "an instance of SWE-bench Lite or Verified ([source].exclude_benchmarks)",
  benchmark_repo: "a repository of SWE-bench Lite or Verified ([source].exclude_benchmark_repos)",
  history_too_long: "the history is over [source].max_history_chars",
  history_too_many_tokens: "the history is over [source].max_history_tokens",
  reference_form: "the reference is not a thought and exactly one bash block",
  loop: "the reference repeats what the history ran before",
  duplicate: "the very same turn was drawn before",
  near_duplicate: "the history is nearly the same as one drawn before",
  instance_full: "the instance has max_per_instance turns already",
  repo_full: "the repository has max_per_repo turns already",
  no_pr: "no pull-request record for the instance",
  no_future:
    "nothing follows the turn in its run: there is nothing hidden to tell ([challenger].hidden)",
  pr_too_large: "the pull request is over [source].max_pr_chars (see report/hugePR.md)",
  pr_unreadable: "the pull-request record lacks what a record needs",
  held_out_overlap: "the pull request shares 12-grams with a problem of [source].held_out",
  language: "the pull request's language is not in [source].languages",
} as const;

export type DropReason = keyof typeof DROP_MEANINGS;

/** A value, or the reason why there is none. */
export type Kept<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: DropReason;
      /** What was seen, where that helps a person to find it. */
      readonly detail?: string;
    };

export const kept = <T>(value: T): Kept<T> => ({ ok: true, value });
export const dropped = (
  reason: DropReason,
  detail?: string,
): { ok: false; reason: DropReason; detail?: string } => ({
  ok: false,
  reason,
  ...(detail === undefined ? {} : { detail }),
});

/** Counts per reason in the order of DROP_MEANINGS; reasons that never came up are left out. */
export function tally(reasons: Iterable<DropReason>): Partial<Record<DropReason, number>> {
  const counts = new Map<DropReason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return orderedCounts(counts);
}

/** The same from counts that were kept elsewhere. */
export function orderedCounts(
  counts: ReadonlyMap<DropReason, number>,
): Partial<Record<DropReason, number>> {
  const found: Partial<Record<DropReason, number>> = {};
  for (const reason of Object.keys(DROP_MEANINGS) as DropReason[]) {
    const count = counts.get(reason) ?? 0;
    if (count > 0) found[reason] = count;
  }
  return found;
}
