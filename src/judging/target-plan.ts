/** A target run's duel: which looks it takes, and how many turns it will have had when the draw is at its end. */
import type { Config } from "../config.ts";
import type { DuelPlan } from "../core/duel/look.ts";
import { countKingDrops } from "../io/counts.ts";
import type { Store } from "../io/store.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";

type Standing = {
  readonly plan: DuelPlan;
  /** Turns that belong into final/, and turns drawn. */
  readonly finals: number;
  readonly drawn: number;
  /** Answers that never come before the panel. */
  readonly gone: number;
};

/**
 * Looks are kept until final/ is full: those before would be spent where nobody acts on them. Where nothing
 * more is to be drawn, the plan is what is there, so that the last look is the last one.
 */
export async function targetPlan(
  config: Config,
  store: Store,
  { plan, finals, drawn, gone }: Standing,
): Promise<{ readonly plan: DuelPlan; readonly held?: string }> {
  const { accepted, max_candidates, gate } = config.target;
  if (accepted === undefined || max_candidates === undefined || !gate || plan.turns === "open") {
    return { plan };
  }
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const isExhausted = state !== null && state.done && state.kept < state.target;
  if (isExhausted || drawn >= max_candidates) {
    return { plan: { ...plan, turns: drawn - gone - (await countKingDrops(store)) } };
  }
  if (finals >= accepted) return { plan };
  return {
    plan,
    held: `${finals} of ${accepted} turns are good enough for final/, and looks are kept until all are`,
  };
}
