/**
 * One look at the gate: what it may spend, what it decides, and what `_duel.json` keeps of it, so that
 * alpha once spent is never given back.
 */
import type { Duel } from "../../records/duel.ts";
import { configHash } from "../turn/hash.ts";
import type { ClusterBy } from "./cluster-by.ts";
import { betOn } from "./open-bet.ts";
import type { TurnFacts } from "./facts.ts";
import { valuesOf, type GateRules } from "./gate.ts";
import { lookAt, spentUpTo, type Look } from "./spending.ts";
import { gateScore } from "./standing.ts";

/** How many turns the duel will have, and how many a cluster can have. */
export type DuelPlan = {
  readonly turns: number | "open";
  /** Turns of the largest cluster of the draw; at least 1. */
  readonly largest: number;
};

export type Previous = Pick<Duel, "looks" | "turns_hash" | "gate_hash" | "spending">;

export type LookAsked = {
  readonly turns: readonly TurnFacts[];
  readonly parsed: readonly TurnFacts[];
  readonly n_turns: number;
  readonly n_pending: number;
  readonly everywhere: readonly string[];
  readonly plan: DuelPlan;
  readonly cluster_by: ClusterBy;
  readonly mode: 1 | 2;
  readonly previous: Previous | null;
  /** Why this look is not to be taken yet; absent: it may be. */
  readonly held?: string | undefined;
};

export type Taken = {
  readonly look:
    Look | { readonly kind: "open"; readonly e_value: number | null; readonly why: string | null };
  /** The level for the bound; that of the whole duel where this look spends none. */
  readonly alpha: number;
  readonly turns_hash: string;
  readonly contest: string;
  readonly past: NonNullable<Duel["spending"]>["looks"];
};

/** What this look is, before anything is decided. Counts as one only where nothing is pending. */
export function takeLook(asked: LookAsked, gate: GateRules): Taken {
  const { turns, parsed, plan, previous } = asked;
  const turns_hash = configHash(parsed.map((turn) => [turn.file, turn.score]));
  const models = [...new Set(turns.flatMap((turn) => turn.models))].sort();
  const contest = configHash([asked.mode, models]).slice(0, 16);
  const past = previous?.spending?.contest === contest ? previous.spending.looks : [];
  const about = { turns_hash, contest, past };
  if (plan.turns === "open") {
    return { ...about, look: openLook(asked, plan.largest, gate), alpha: gate.gate_alpha };
  }
  const judged = asked.n_turns - asked.n_pending;
  const may = lookAt({
    parsed: parsed.length,
    planned: Math.max(plan.turns, parsed.length),
    isComplete: asked.n_pending === 0 && judged >= plan.turns,
    n_clusters: new Set(parsed.map((turn) => turn.cluster)).size,
    turns_hash,
    past,
    gate_alpha: gate.gate_alpha,
    resamples: gate.bootstrap_resamples,
  });
  const isHeld = asked.held !== undefined && may.kind === "look";
  const look = isHeld ? keptBack(may.t, asked.held, past, gate.gate_alpha) : may;
  return { ...about, look, alpha: look.kind === "look" ? look.alpha : gate.gate_alpha };
}

/** Accepted, or not decided, and why: what the standing says, as far as this look may say it. */
export function decide(
  { look, past }: Taken,
  reasons: readonly string[],
  gate: Pick<GateRules, "gate_alpha">,
): Pick<Duel, "accepted" | "reasons"> {
  switch (look.kind) {
    case "look":
      return { accepted: reasons.length === 0, reasons: [...reasons] };
    case "too_early":
      return look.isLast && reasons.length > 0
        ? { accepted: false, reasons: [...reasons] }
        : { accepted: null, reasons: [`too early, and nothing is spent: ${look.why}`] };
    case "nothing_left": {
      const stands = past.at(-1)?.accepted ?? false;
      const why = `alpha ${gate.gate_alpha} was spent on ${past.length} ${past.length === 1 ? "look" : "looks"} at other verdicts: what the last one said stands; a new duel needs a workspace of its own`;
      return { accepted: stands, reasons: stands ? [] : [why] };
    }
    case "open":
      return decideOpen(look, reasons, gate);
    default:
      return look satisfies never;
  }
}

/** What the record keeps of the look. */
export function lookRecord(
  { look, alpha, turns_hash, contest, past }: Taken,
  accepted: boolean | null,
  asked: Pick<LookAsked, "plan" | "previous" | "cluster_by">,
  gate: GateRules,
): Partial<Duel> & Pick<Duel, "looks"> {
  const { previous, plan } = asked;
  const gate_hash = configHash([
    gate.win_margin,
    gate.gate_alpha,
    gate.min_valid_turn_frac,
    gate.bootstrap_resamples,
    asked.cluster_by,
  ]).slice(0, 16);
  const isPaid = look.kind === "look" && accepted !== null;
  const repeated = past.at(-1)?.turns_hash === turns_hash;
  const own = isPaid ? [{ t: look.t, turns_hash, accepted }] : [];
  const looks = isPaid && repeated ? [...past.slice(0, -1), ...own] : [...past, ...own];
  const isNews =
    accepted !== null &&
    (previous?.turns_hash !== turns_hash ||
      (previous.gate_hash != null && previous.gate_hash !== gate_hash));
  return {
    looks: (previous?.looks ?? 0) + (isNews ? 1 : 0),
    turns_hash: accepted === null ? (previous?.turns_hash ?? null) : turns_hash,
    gate_hash: accepted === null ? (previous?.gate_hash ?? null) : gate_hash,
    plan: plan.turns,
    look: look.kind,
    look_alpha: look.kind === "look" ? round6(alpha) : null,
    spending: { contest, looks },
    ...(look.kind === "open"
      ? { e_value: look.e_value === null ? null : round6(look.e_value) }
      : { t: round6(look.t), ...spentOf(look, isPaid, past, gate.gate_alpha) }),
  };
}

// ---------------------------------------------------------------------------------------------

const round6 = (value: number): number => Math.round(value * 1e6) / 1e6;

function spentOf(
  look: Look,
  isPaid: boolean,
  past: Taken["past"],
  alpha: number,
): Pick<Duel, "alpha_spent" | "alpha_left"> {
  const spent = spentUpTo(isPaid ? look.t : (past.at(-1)?.t ?? 0), alpha);
  return { alpha_spent: round6(spent), alpha_left: round6(alpha - spent) };
}

function keptBack(t: number, why: string, past: Taken["past"], alpha: number): Look {
  const spent = spentUpTo(past.at(-1)?.t ?? 0, alpha);
  return { kind: "too_early", t, why, isLast: false, spent, left: alpha - spent };
}

function openLook(
  { parsed, n_pending, everywhere }: LookAsked,
  largest: number,
  gate: GateRules,
): { readonly kind: "open"; readonly e_value: number | null; readonly why: string | null } {
  const scored = parsed.flatMap((turn) => {
    const score = gateScore(turn, everywhere);
    return score === null ? [] : [{ cluster: turn.cluster, score }];
  });
  const values = valuesOf(scored).map(({ cluster, value }) => ({ cluster, value: value / 1e6 }));
  const bet = betOn(values, largest, n_pending === 0);
  return bet.ok
    ? {
        kind: "open",
        e_value: bet.value,
        why: bet.value >= 1 / gate.gate_alpha ? null : lowBet(bet.value, gate),
      }
    : {
        kind: "open",
        e_value: null,
        why: `[duel] plan = "open" needs a draw that finishes a cluster before the next begins, and ${bet.mixed} comes back; set plan to the number of turns`,
      };
}

const lowBet = (value: number, gate: GateRules): string =>
  `the bet against "no better" stands at ${value.toPrecision(3)}; it accepts at ${Math.round(1 / gate.gate_alpha)}`;

function decideOpen(
  { e_value, why }: { readonly e_value: number | null; readonly why: string | null },
  reasons: readonly string[],
  { gate_alpha }: Pick<GateRules, "gate_alpha">,
): Pick<Duel, "accepted" | "reasons"> {
  // The bet is the bound: that of a fixed number of turns says nothing here.
  const others = reasons.filter((reason) => !reason.startsWith("the lower bound"));
  const all = why === null ? others : [why, ...others];
  if (all.length === 0) return { accepted: true, reasons: [] };
  return { accepted: e_value !== null && e_value < 1 / gate_alpha ? null : false, reasons: all };
}
