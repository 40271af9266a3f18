/** stages --until target: where the run stands, and what its next round draws. Reads files, asks nobody. */
import type { Config } from "../config.ts";
import { nextStep, type TargetStep } from "../core/target/decide.ts";
import { UserError } from "../errors.ts";
import { countPrompts } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { duelSchema } from "../records/duel.ts";
import { isRefinedName } from "../records/refined.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";

/** A draw that was begun and not ended; null: none was. @throws UserError for prompts that nobody drew */
export async function openRound(config: Config, store: Store): Promise<number | null> {
  targetOf(config);
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  if (state === null && (await countPrompts(store)) > 0) {
    throw new UserError(
      "stages --until target: prompt/ holds prompts that were not drawn here",
      "a target draws its own: use another workspace (--root DIR)",
    );
  }
  return state === null || state.done ? null : state.target;
}

/** After all stages of a round. */
export async function afterRound(config: Config, store: Store): Promise<TargetStep> {
  const target = targetOf(config);
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const have = (await store.list("final")).filter((name) => !isRefinedName(name)).length;
  const isExhausted = state !== null && state.done && state.kept < state.target;
  const { per_file } = config.source;
  const drawn = await countPrompts(store);
  const step = nextStep({ ...target, per_file, have, drawn, isExhausted });
  if (step.kind !== "done" || !config.target.gate) return step;
  const duel = await store.readIfThere("score/_duel.json", duelSchema);
  return duel?.accepted === true ? step : { kind: "stop", why: gateWords(target.accepted, duel) };
}

// ---------------------------------------------------------------------------------------------

function targetOf({ target }: Config): { accepted: number; max_candidates: number } {
  const { accepted, max_candidates } = target;
  if (accepted !== undefined && max_candidates !== undefined) return { accepted, max_candidates };
  throw new UserError(
    "stages --until target: chain.toml has no [target] accepted",
    "set [target] accepted = N and max_candidates = M",
  );
}

const gateWords = (
  accepted: number,
  duel: { readonly accepted: boolean | null; readonly reasons: readonly string[] } | null,
): string =>
  `${accepted} turns are in final/, but the gate ${duel?.accepted === false ? "did not accept" : "is not decided"}: ${duel?.reasons.join("; ") ?? "no duel"} ([target] gate = false counts buckets alone)`;
