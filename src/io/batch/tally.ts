/** What a run over request files came to: what was filed, what waits for whom, and what is said of it. */
import type { ToMend, WorkItem, WorkReport } from "../../work.ts";
import { countFailures, type Failures } from "../failures.ts";
import type { BatchOptions, Desk } from "./desk.ts";
import { fileWords, onlineWords, unsentWords, waitWords } from "./words.ts";

export type Tally = {
  /** Replies that were taken from results. */
  taken: number;
  /** Calls that ended without a word. */
  unknown: number;
  left: number;
  /** Request file -> items that wait for its results. */
  readonly waiting: Map<number, number>;
  stopped: WorkReport["stopped"];
  /** Items that this process asks itself. */
  here: number;
  readonly failures: Failures;
  /** Left for the next run. */
  leave(item: WorkItem): void;
  wait(item: WorkItem, n: number): void;
};

/** @param outside told of every item whose answer comes later */
export function makeTally(unasked: (item: WorkItem) => void, outside: () => void): Tally {
  const waiting = new Map<number, number>();
  return {
    taken: 0,
    unknown: 0,
    left: 0,
    waiting,
    stopped: null,
    here: 0,
    failures: countFailures(),
    leave(item) {
      this.left++;
      unasked(item);
    },
    wait(item, n) {
      waiting.set(n, (waiting.get(n) ?? 0) + 1);
      outside();
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
  const { stopped, taken, left } = tally;
  const end: WorkReport["stopped"] = options.signal.aborted
    ? { why: "interrupted", message: "stopped by Ctrl-C" }
    : (stopped ?? refusedAsWhole(desk) ?? online?.stopped ?? waits(options, tally, desk));
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

/** Nothing waits for what was refused: it is to be mended, and no later run finds results of it. */
function refusedAsWhole(desk: Desk | null): WorkReport["stopped"] {
  const [mend] = [...(desk?.unsent.values() ?? [])].filter((one) => one !== null);
  return mend === undefined ? null : { why: "settings", message: mend.message };
}

function waits(
  options: BatchOptions,
  { waiting }: Tally,
  desk: Desk | null,
): WorkReport["stopped"] {
  if (waiting.size === 0) return null;
  const out = new Map([...waiting].filter(([n]) => desk?.unsent.has(n) !== true));
  const message = out.size === 0 ? unsentWords(waiting) : waitWords(options, out, desk);
  return { why: "engine", message };
}

function linesOf(
  options: BatchOptions,
  { unknown, waiting, here }: Tally,
  desk: Desk | null,
): string[] {
  const online = onlineWords(options, here);
  return [
    ...(online === null ? [] : [online]),
    ...(desk?.past.notes ?? []),
    ...(desk?.results.notes ?? []),
    ...(desk?.notes ?? []),
    ...(unknown === 0
      ? []
      : [`${unknown} calls without a word: booked as unknown, at their estimated price`]),
    ...[...waiting].flatMap(([n, count]) => fileWords(options, n, count, desk) ?? []),
  ];
}
