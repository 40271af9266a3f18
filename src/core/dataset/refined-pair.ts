/** A refined answer against its predecessor: a pair, where the same king says so in both orders. */
import type { Example } from "./example.ts";
import { exportBase, learnable, type JudgedTurn } from "./export.ts";
import { modelNames } from "./provenance.ts";
import type { Grouping } from "./settings.ts";
import { orderMeans } from "./winner.ts";

/**
 * Both were judged against one king. The second one is preferred where it did better than the first with the
 * king in the first seat and in the other; null otherwise, and where one of them may not be learned from.
 */
export function refinedPair(
  second: JudgedTurn,
  first: JudgedTurn,
  { groupBy, policy }: { readonly groupBy: Grouping; readonly policy: string | null },
): Example | null {
  if (learnable(second) !== null || learnable(first) !== null) return null;
  const [after, before] = [meansOf(second), meansOf(first)];
  if (after === null || before === null) return null;
  const isBetter =
    after.kingFirst > before.kingFirst && after.challengerFirst > before.challengerFirst;
  if (!isBetter || second.bucket === "defeat") return null;
  const [chosen, rejected] = [second.exported.challenger, first.exported.challenger];
  if (chosen === rejected) return null;
  const base = exportBase(second, groupBy);
  const loser = first.exported.challenger_run?.model;
  return {
    ...base,
    metadata: {
      ...base.metadata,
      against: "predecessor",
      rejected_by: policy !== null && loser === policy ? "policy" : "challenger",
      models: modelNames(second.exported.challenger_run?.model, loser),
    },
    kind: "preference",
    chosen,
    rejected,
    said: {
      chosen: second.exported.challenger_message,
      rejected: first.exported.challenger_message,
    },
  };
}

// ---------------------------------------------------------------------------------------------

const meansOf = ({ score }: JudgedTurn): ReturnType<typeof orderMeans> =>
  score === null || score.disqualified !== null ? null : orderMeans(score);
