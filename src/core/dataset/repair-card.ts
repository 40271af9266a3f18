/** What the card and the summary say about a set made of repair logs. */
import type { CardText } from "./card.ts";
import type { RepairLimits } from "./repair.ts";

export function repairCard(inputs: readonly string[], limits: RepairLimits): CardText {
  return {
    title: "Repair pairs from agent run logs",
    summary:
      "Issues of software repositories with the patches that resolved them, and failed attempts with the patch that worked later. Failed patches are labelled rows only, never answers to learn.",
    howMade: [
      "positive: the issue and a patch that resolved it",
      "reflection: the issue, a failed attempt with its category, first error and patch, and the first patch that resolved the issue later",
      "negative (kto, label false) and preference (rejected): the issue and a failed patch",
      `kept: failure category known or told by the log; as an answer a unified diff that parses, hunk counts included, as a failed side also one that does not apply; patch at most ${limits.maxPatchChars} characters; problem of at least ${limits.minProblemWords} words`,
      "prompts hold at most 1,000 characters of the issue, 8 files, 500 characters of the error and 800 of the failed patch, cut at line ends and marked",
    ],
    sources: inputs.map((name) => ({ name, license: null })),
    limits: [
      "that a patch resolved its issue is what the log says; nothing was run again",
      "categories that logs lacked were derived from the test output by rules; where it gives no reason they are runtime, counted as unread",
      "near duplicates are found by MinHash on words; a rewritten text is not found",
    ],
  };
}

/** What the person should know beside the counts. */
export function repairNotes(totals: {
  readonly benchmarks: number;
  readonly badLines: number;
  readonly unread: number;
  readonly runners: Readonly<Record<string, number>>;
}): string[] {
  const { benchmarks, badLines, unread, runners } = totals;
  const read = Object.entries(runners).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return [
    ...(read.length > 0
      ? [`failures read from logs: ${read.map(([name, n]) => `${name} ${n}`).join(", ")}`]
      : []),
    ...(unread > 0 ? [`${unread} logs give no reason: category runtime`] : []),
    ...(badLines > 0 ? [`${badLines} bad lines were passed over (--skip-bad)`] : []),
    ...(benchmarks > 0
      ? [
          `WARNING: ${benchmarks} of the issues are test problems of SWE-bench Lite or Verified: a model trained on this set must not be measured on them`,
        ]
      : []),
  ];
}

/** The fields of dataset_stats.json that only this builder has. */
export function repairStats(totals: {
  readonly total: number;
  readonly resolved: number;
  readonly failed: number;
  readonly categories: Readonly<Record<string, number>>;
  readonly runners: Readonly<Record<string, number>>;
  readonly unread: number;
  readonly pairs: Readonly<Record<string, number>>;
  readonly badLines: number;
}): Readonly<Record<string, unknown>> {
  return {
    total_trajectories: totals.total,
    after_filter: totals.resolved + totals.failed,
    resolved: totals.resolved,
    unresolved_with_category: totals.failed,
    augmented_pairs: totals.pairs["reflection"] ?? 0,
    pairs: totals.pairs,
    category_counts: totals.categories,
    runner_category_counts: totals.runners,
    unread_logs: totals.unread,
    bad_lines: totals.badLines,
  };
}
