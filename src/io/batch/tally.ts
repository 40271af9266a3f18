/** What a run over request files came to: what was filed, what waits for whom, and what is said of it. */
import type { ToMend, WorkItem, WorkReport } from "../../work.ts";
import { countFailures, type Failures } from "../failures.ts";
import type { BatchOptions, Desk } from "./desk.ts";
import { fileWords, waitWords } from "./words.ts";

export type Tally = {
  /** Replies that were taken from results. */
  taken: number;
  /** Calls that ended without a word. */
  unknown: number;
  left: number;
  /** Request file -> items that wait for its results. */
  readonly waiting: Map<number, number>;
  stopped: WorkReport["stopped"];
  readonly failures: Failures;
  /** Left for the next run. */
  leave(item: WorkItem): void;
  wait(item: WorkItem, n: number): void;
};

export function makeTally(unasked: (item: WorkItem) => void): Tally {
  const waiting = new Map<number, number>();
  return {
    taken: 0,
    unknown: 0,
    left: 0,
    waiting,
    stopped: null,
    failures: countFailures(),
    leave(item) {
      this.left++;
      unasked(item);
    },
    wait(item, n) {
      waiting.set(n, (waiting.get(n) ?? 0) + 1);
      this.leave(item);
    },
  };
}

/** @param online what this process asked itself; null: nothing */
export function reportOf(
  options: BatchOptions,
  tally: Tally,
  desk: Desk | null,
  online: WorkReport | null,
): WorkReport {
  const { waiting, stopped, taken, left } = tally;
  const waits: WorkReport["stopped"] =
    waiting.size === 0 ? null : { why: "engine", message: waitWords(options, waiting, desk) };
  const end: WorkReport["stopped"] = options.signal.aborted
    ? { why: "interrupted", message: "stopped by Ctrl-C" }
    : (stopped ?? online?.stopped ?? waits);
  const mend: readonly ToMend[] = [
    ...(desk?.past.to_mend ?? []),
    ...(desk?.toMend ?? []),
    ...(online?.to_mend ?? []),
  ];
  return {
    asked: taken + (online?.asked ?? 0),
    unanswered: left + (online?.unanswered ?? 0),
    stopped: end,
    first_failures: [
      ...linesOf(options, tally, desk),
      ...tally.failures.lines(),
      ...(online?.first_failures ?? []),
    ],
    ...(mend.length === 0 ? {} : { to_mend: mend }),
  };
}

// ---------------------------------------------------------------------------------------------

function linesOf(options: BatchOptions, { unknown, waiting }: Tally, desk: Desk | null): string[] {
  return [
    ...(desk?.past.notes ?? []),
    ...(desk?.results.notes ?? []),
    ...(desk?.notes ?? []),
    ...(unknown === 0
      ? []
      : [`${unknown} calls without a word: booked as unknown, at their estimated price`]),
    ...[...waiting].map(([n, count]) => fileWords(options, n, count, desk)),
  ];
}
