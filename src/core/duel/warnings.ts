/** What a reader of the duel has to know before believing it, one sentence each. */
import type { Duel } from "../../records/duel.ts";
import type { BucketRules } from "./bucket.ts";
import { familyWarning } from "./family.ts";
import type { TurnFacts } from "./facts.ts";
import type { ClusterBy } from "./cluster-by.ts";
import type { Bounds } from "./gate.ts";
import type { DuelPlan, Previous } from "./look.ts";
import type { DuelRules } from "./rules.ts";

export function warningsOf(turns: readonly TurnFacts[], rules: DuelRules): string[] {
  const models = [...new Set(turns.flatMap((turn) => turn.models))];
  const others = turns.filter((turn) => turn.otherSettings).length;
  return [
    ...rules.panel.flatMap((judge) => {
      const warning = familyWarning(judge.model, models);
      return warning === null ? [] : [`judge ${judge.model}: ${warning}`];
    }),
    ...(others === 0
      ? []
      : [
          `${others} ${others === 1 ? "turn has" : "turns have"} verdicts given under other settings (config hash differs); --force asks again`,
        ]),
    ...(rules.orders === "fixed"
      ? ["every judge saw the king first: first-place bias is part of the score"]
      : []),
  ];
}

export type GateFacts = {
  readonly turns: readonly TurnFacts[];
  readonly parsed: readonly TurnFacts[];
  readonly bounds: Bounds;
  readonly cluster_by: ClusterBy;
  readonly accepted: boolean | null;
  readonly previous: Previous | null;
  readonly plan: DuelPlan;
  /** What these verdicts say against an acceptance that an earlier look gave; empty: nothing. */
  readonly against: readonly string[];
};

/** What the bound cannot hold in this duel's world, and what the answer holds for. */
export function gateWarnings(facts: GateFacts): string[] {
  const { parsed, bounds, cluster_by, accepted, previous, plan, against } = facts;
  const lost = parsed.filter((turn) => turn.disqualified !== null).length;
  const repos = new Set(parsed.map((turn) => turn.repo));
  const [repo] = repos;
  const effective = bounds.n_effective_clusters;
  const sayings: (string | null)[] = [
    against.length > 0
      ? `an earlier look accepted at other verdicts, and alpha is spent; by these it would not: ${against.join("; ")}; a new duel needs a workspace of its own`
      : null,
    lost > 0 && effective < FEW_EFFECTIVE && effective > 0
      ? `${lost} lost ${lost === 1 ? "turn" : "turns"} in ${effective.toFixed(1)} effective clusters: under ${FEW_EFFECTIVE}, rare big losses need not be in the sample, and the true error rate may be up to three times gate_alpha`
      : null,
    cluster_by === "run" && repos.size === 1 && accepted !== null
      ? `all turns are of ${repo}: the answer holds for this repository alone`
      : null,
    previous !== null && previous.spending === undefined && previous.looks > 0
      ? `${previous.looks} earlier ${previous.looks === 1 ? "look was" : "looks were"} made before looks were paid for: ${previous.looks === 1 ? "it is" : "they are"} not part of gate_alpha`
      : null,
    plan.turns !== "open" && plan.turns < facts.turns.length
      ? `[duel] plan is ${plan.turns}, and ${facts.turns.length} turns were seen: the duel counts as whole`
      : null,
  ];
  return sayings.filter((saying) => saying !== null);
}

/** Where draws are left out, few votes for the challenger look like a clear win. */
export function sortingWarnings(
  sorting: Duel["sorting"] | null,
  { by }: Pick<BucketRules, "by">,
): string[] {
  const share = sorting?.ways.find((way) => way.by === by)?.no_better?.[0] ?? 0;
  return by === "decisive" && share >= MUCH_NO_BETTER
    ? [
        `by = "decisive" lets turns through that are no better: at least ${Math.round(share * 100)} % of what it puts into final/ is expected to be so; raise [duel] min_decisive, or sort by score`,
      ]
    : [];
}

/** Share of final/ from which on the warning is given. */
const MUCH_NO_BETTER = 0.05;

/** Below so many, lost turns break the promise of gate_alpha. */
const FEW_EFFECTIVE = 20;
