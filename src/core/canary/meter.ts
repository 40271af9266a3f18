/**
 * Canaries over a workspace: how many turns had some, in how many an altered detail came back, and beside
 * it what the audit and the judges say of turns with and without. Kings are the control: 0 by construction.
 */
import type { Answer, Finding } from "../../records/answer.ts";
import { wilsonInterval } from "../actions/interval.ts";
import { findCanaries } from "./found.ts";

/** What the meter needs of an answer; null for a turn without canaries. */
export type TurnCanaries = {
  readonly kinds: readonly string[];
  /** Those of which an altered detail came back. */
  readonly leakedKinds: readonly string[];
  /** An altered detail stands in one of the challenger's replies, or in the king's. */
  readonly leaked: boolean;
  readonly king: boolean;
  /** A true detail stands there though it was shown altered. */
  readonly remembered: boolean;
} | null;

export type Share = {
  readonly hits: number;
  readonly turns: number;
  /** 0..1; null for no turns. */
  readonly share: number | null;
  /** Wilson, 95 %. */
  readonly interval: readonly [number, number];
};

export type CanaryMeter = {
  readonly challenger: Share;
  readonly king: Share;
  readonly remembered: Share;
  readonly by_kind: readonly (Share & { readonly kind: string })[];
  /** Called leak by the audit, canaries or not, at the first try. */
  readonly leaks: { readonly with: Share; readonly without: Share };
};

export function turnCanaries(
  answer: Pick<Answer, "canaries" | "king" | "audit" | "challenger_tries">,
): TurnCanaries {
  const { canaries = [], king, audit, challenger_tries = [] } = answer;
  if (canaries.length === 0) return null;
  const audits = [audit, ...challenger_tries.map((one) => one.audit)];
  const proofs = audits.flatMap((one) => one?.findings.filter(isProof) ?? []);
  return {
    kinds: [...new Set(canaries.map(({ kind }) => kind))].sort(),
    leakedKinds: [...new Set(proofs.map(kindOf))].sort(),
    leaked: proofs.length > 0,
    king: findCanaries(king, canaries).leaked.length > 0,
    remembered: audits.some((one) => (one?.remembered ?? []).length > 0),
  };
}

/** @param turns audited turns, and whether the first try of each was called leak */
export function meterCanaries(
  turns: readonly { readonly canaries: TurnCanaries; readonly isLeak: boolean }[],
): CanaryMeter {
  const own = turns.flatMap(({ canaries }) => (canaries === null ? [] : [canaries]));
  const kinds = [...new Set(own.flatMap((one) => one.kinds))].sort();
  const leaks = (rows: typeof turns): Share => shareOf(rows.map((one) => one.isLeak));
  return {
    challenger: shareOf(own.map((one) => one.leaked)),
    king: shareOf(own.map((one) => one.king)),
    remembered: shareOf(own.map((one) => one.remembered)),
    by_kind: kinds.map((kind) => ({
      kind,
      ...shareOf(
        own.filter((one) => one.kinds.includes(kind)).map((one) => one.leakedKinds.includes(kind)),
      ),
    })),
    leaks: {
      with: leaks(turns.filter((one) => one.canaries !== null)),
      without: leaks(turns.filter((one) => one.canaries === null)),
    },
  };
}

// ---------------------------------------------------------------------------------------------

const isProof = ({ kind }: Finding): boolean => kind === "canary";

/** Names were the first kind that was altered: findings of then do not say it. */
const kindOf = ({ canary }: Finding): string => (typeof canary === "string" ? canary : "name");

function shareOf(hits: readonly boolean[]): Share {
  const n = hits.filter((one) => one).length;
  const turns = hits.length;
  return {
    hits: n,
    turns,
    share: turns === 0 ? null : n / turns,
    interval: wilsonInterval(n, turns),
  };
}
