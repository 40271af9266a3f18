/** Where a target run stands, read from the workspace's files: for its controller, status and estimate. */
import type { Config } from "../config.ts";
import { askedPanel } from "../config/models.ts";
import type { Rng } from "../core/random.ts";
import { sumSpending, type Spending } from "../core/report/spending.ts";
import type { TargetGate, TargetState } from "../core/target/decide.ts";
import { LEDGER_FOLD, type LedgerSums } from "../core/spend/ledger-sums.ts";
import { evidenceOf } from "../core/target/evidence.ts";
import { affordableTurns, spentOnRounds } from "../core/target/money.ts";
import { outlookOf } from "../core/target/outlook.ts";
import { targetStatus, type TargetStatus } from "../core/target/status-line.ts";
import { openFacts, type Facts } from "../io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../io/facts/fold-ledger.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import { listPlanned, PLANNED, type Planned } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { duelSchema, type Duel } from "../records/duel.ts";
import { isRefinedName } from "../records/refined.ts";
import { SOURCE_STATE, sourceStateSchema, type SourceState } from "../records/source.ts";
import { TARGET_RUN, targetRunSchema, type TargetRun } from "../records/target.ts";
import { DUEL } from "./weighing.ts";

export type TargetLook = {
  readonly state: TargetState;
  /** How far the draw is; null: nothing is drawn. */
  readonly source: SourceState | null;
  readonly run: TargetRun | null;
  /** Everything in prompt/: answer file name -> what its turn is of, in the order of the draw. */
  readonly planned: ReadonlyMap<string, Planned>;
  readonly spending: readonly Spending[];
  readonly duel: Duel | null;
};

/**
 * null: chain.toml has no [target]. `judged`: of what is drawn all is taken to be judged, or what was so
 * when the last round ended.
 */
export async function lookAtTarget(
  config: Config,
  store: Store,
  judged: "all" | "last_round",
  known?: LedgerKnown,
): Promise<TargetLook | null> {
  const { accepted, max_candidates } = config.target;
  if (accepted === undefined || max_candidates === undefined) return null;
  const source = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const run = await store.readIfThere(TARGET_RUN, targetRunSchema);
  const facts = known?.facts ?? openFacts(store, [PLANNED, LEDGER_KIND], "prompt/");
  const planned = await listPlanned(store, facts);
  const drawn = judged === "all" ? planned.size : (run?.rounds.at(-1)?.drawn ?? 0);
  const finals = new Set((await store.list("final")).filter((name) => !isRefinedName(name)));
  const turns = [...planned].slice(0, drawn).map(([name, { instance_id, repo }]) => ({
    repo: repo ?? instance_id,
    isFinal: finals.has(name),
  }));
  const { spending: sums } = known ?? (await foldLedger(store, facts, LEDGER_FOLD));
  const spending = sumSpending(sums).rows();
  await facts.save();
  const duel = await store.readIfThere(DUEL, duelSchema);
  const { per_file, max_per_repo } = config.source;
  const state: TargetState = {
    accepted,
    max_candidates,
    per_file,
    have: finals.size,
    drawn,
    seen: evidenceOf(turns, max_per_repo),
    isExhausted: source !== null && source.done && source.kept < source.target,
    affordable: affordableTurns(spending, drawn, config.budget),
    gate: config.target.gate ? gateOf(duel) : { kind: "off" },
  };
  return { state, source, run, planned, spending, duel };
}

/** What is known of the files and of the ledger, where it was read before. */
export type LedgerKnown = { readonly facts: Facts } & Pick<LedgerSums, "spending">;

/** A file of prompt/ that no round of this target drew; null: there is none. */
export async function foreignPrompts(config: Config, store: Store): Promise<string | null> {
  return foreignTo(config, store, await store.readIfThere(SOURCE_STATE, sourceStateSchema));
}

async function foreignTo(
  config: Config,
  store: Store,
  state: SourceState | null,
): Promise<string | null> {
  const drawn = (name: string): boolean =>
    state !== null &&
    name.startsWith(`prompts_${config.source.count}_`) &&
    (!state.done || state.files.includes(name));
  return (await listPromptFiles(store)).find((name) => !drawn(name)) ?? null;
}

/** Numbers for status and estimate; null: chain.toml has no [target]. */
export async function statusOfTarget(
  config: Config,
  store: Store,
  rng: Rng,
  known?: LedgerKnown,
): Promise<TargetStatus | null> {
  const look = await lookAtTarget(config, store, "last_round", known);
  if (look === null) return null;
  const foreign = await foreignTo(config, store, look.source);
  return { ...statusAt(look, look.run?.rounds ?? [], config, rng), foreign };
}

/** @param rounds that are over, the last of them as `state` has it. */
export function statusAt(
  { state, planned, spending }: TargetLook,
  rounds: TargetRun["rounds"],
  config: Config,
  rng: Rng,
): TargetStatus {
  return targetStatus({
    state,
    outlook: outlookOf(state, rng),
    drawn: planned.size,
    rounds,
    spent: spentOnRounds(spending),
    callsATurn: callsATurn(config),
  });
}

/** King, challenger, and every verdict of the panel, when each comes at the first asking. */
export function callsATurn(config: Config): number {
  const { judges, orders } = askedPanel(config);
  const { strategy, n } = config.challenger;
  return 1 + (strategy === "select" ? n + 1 : 1) + judges.length * (orders === "both" ? 2 : 1);
}

// ---------------------------------------------------------------------------------------------

function gateOf(duel: Duel | null): TargetGate {
  if (duel?.accepted === true) return { kind: "accepted" };
  const looks = duel?.spending?.looks.length ?? 0;
  return { kind: "open", looks, why: duel?.reasons.join("; ") ?? "no duel" };
}
