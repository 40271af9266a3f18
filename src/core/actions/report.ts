/** The summary of the three sets as one. */
import type { StageSummary } from "../../work.ts";

/**
 * A turn counts once, in proposer or eval; verifier pairs are made of turns of proposer. Turns that a
 * format refused are drops of theirs, so that read = kept + sum of dropped.
 */
export function actionsSummary(
  plan: {
    readonly taken: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly evalGroups: ReadonlySet<string>;
    readonly resolved: number;
  },
  written: {
    readonly turns: readonly StageSummary[];
    readonly pairs: StageSummary | null;
  },
  warning: readonly string[],
): StageSummary {
  const dropped = new Map(Object.entries(plan.dropped));
  for (const summary of written.turns) {
    for (const [reason, n] of Object.entries(summary.dropped)) {
      dropped.set(reason, (dropped.get(reason) ?? 0) + n);
    }
  }
  const all = [...dropped.values()].reduce((sum, n) => sum + n, 0);
  const kept = written.turns.reduce((sum, summary) => sum + summary.kept, 0);
  const notes = [...written.turns, ...(written.pairs ? [written.pairs] : [])].flatMap((summary) =>
    summary.notes.filter((note) => !warning.includes(note)),
  );
  return {
    stage: "actions",
    read: kept + all,
    kept,
    dropped: Object.fromEntries(dropped),
    pending: 0,
    asked: 0,
    notes: [
      ...warning,
      ...notes,
      ...(written.pairs === null
        ? [
            "no verifier set: no run outside eval says that it resolved its instance, and no duel was won",
          ]
        : []),
      ...(plan.evalGroups.size === 0
        ? ["no eval set: all turns are in one group, or [actions].eval_fraction is 0"]
        : []),
    ],
    stopped: null,
  };
}
