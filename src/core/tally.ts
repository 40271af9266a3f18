/** Counting kept and dropped items, so that read = kept + sum of drops + pending always adds up. */
import type { StageSummary, ToMend, WorkReport } from "../work.ts";

export type Tally = {
  kept(): void;
  dropped(reason: string): void;
  pending(): void;
  summary(stage: string, work: WorkReport | null, notes?: readonly string[]): StageSummary;
};

export function makeTally(): Tally {
  const drops = new Map<string, number>();
  const count = { kept: 0, pending: 0 };
  return {
    kept() {
      count.kept++;
    },
    dropped(reason) {
      drops.set(reason, (drops.get(reason) ?? 0) + 1);
    },
    pending() {
      count.pending++;
    },
    summary(stage, work, notes = []) {
      const dropped = [...drops].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
      return {
        stage,
        read: count.kept + count.pending + dropped.reduce((sum, [, n]) => sum + n, 0),
        kept: count.kept,
        dropped: Object.fromEntries(dropped),
        pending: count.pending,
        asked: work?.asked ?? 0,
        notes: [...(work?.first_failures ?? []), ...notes],
        stopped: work?.stopped ?? null,
        ...(work?.requests === undefined ? {} : { requests: work.requests }),
        ...(work?.to_mend === undefined ? {} : { to_mend: work.to_mend }),
      };
    },
  };
}

/** Two passes over the same items as one; what the settings are to blame for is said once. */
export function bothReports(
  first: WorkReport,
  second: WorkReport | null,
  more: readonly ToMend[],
): WorkReport {
  const both =
    second === null
      ? first
      : {
          ...second,
          asked: first.asked + second.asked,
          ...(second.requests === undefined
            ? {}
            : { requests: (first.requests ?? 0) + second.requests }),
        };
  const all = [...(first.to_mend ?? []), ...(second?.to_mend ?? []), ...more];
  const to_mend = [...new Map(all.map((one) => [one.message, one])).values()];
  return to_mend.length === 0 ? both : { ...both, to_mend };
}
