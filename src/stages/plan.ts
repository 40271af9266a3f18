/** How large a duel has to be: the scores of a workspace, or of the sample, and what follows from them. */
import type { Config } from "../config.ts";
import { askedPanel } from "../config/models.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { clustersOf } from "../core/duel/clusters.ts";
import { clustersFor, powerOf, spreadOf, type Spread } from "../core/duel/power.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../io/store.ts";
import { isRefinedName } from "../records/refined.ts";
import { scoreSchema } from "../records/score.ts";

export type PlanRow = {
  readonly power: number;
  /** null: no number of turns has this power, since the edge is no more than win_margin. */
  readonly clusters: number | null;
  readonly turns: number | null;
  readonly calls: number | null;
};

export type Plan = {
  readonly edge: number;
  readonly from: "workspace" | "sample";
  /** Scored turns of the workspace, and their clusters. */
  readonly turns: number;
  readonly n_clusters: number;
  readonly spread: Spread;
  /** Power of a duel as large as the workspace. */
  readonly now: number;
  readonly rows: readonly PlanRow[];
};

/** Of the embedded sample's 24 recorded turns in 6 repositories: what is taken where a workspace has too few scores. */
const SAMPLE_SPREAD: Spread = {
  between: 0,
  within: 0.004356,
  turnsPerCluster: 4,
  evenness: 0.505,
};
/** Fewer scored turns say too little of how scores vary. */
const MIN_TURNS = 20;
const FEW_CLUSTERS = 20;

/** @throws UserError for an edge that is not above 0. */
export async function plan(config: Config, store: Store, edge: number): Promise<Plan> {
  if (!(edge > 0)) {
    throw new UserError(
      `plan: --edge ${edge} is not above 0`,
      "give the lead in points that is to be found, for example --edge 3",
    );
  }
  const { win_margin, gate_alpha, cluster_by } = config.duel;
  const excluded = new Set(config.source.exclude_ids);
  const turns = await scoredTurns(store, excluded, (score) => clusterOf(score, cluster_by));
  const own = turns.length < MIN_TURNS ? null : telling(spreadOf(turns, clustersOf(turns)));
  const spread = own ?? SAMPLE_SPREAD;
  const rules = { edge, win_margin, gate_alpha };
  const { judges, orders } = askedPanel(config);
  const perTurn = judges.length * (orders === "both" ? 2 : 1);
  const clusters = clustersOf(turns).sums.length;
  return {
    edge,
    from: own === null ? "sample" : "workspace",
    turns: turns.length,
    n_clusters: clusters,
    spread,
    now: clusters < 5 ? 0 : powerOf(clusters, spread, rules),
    rows: [0.8, 0.9].map((power) => {
      const needed = clustersFor(power, spread, rules);
      const count = needed === null ? null : Math.ceil(needed * spread.turnsPerCluster);
      return {
        power,
        clusters: needed,
        turns: count,
        calls: count === null ? null : count * perTurn,
      };
    }),
  };
}

/** The plan as lines for a person. */
export function planLines({ edge, from, turns, n_clusters, spread, now, rows }: Plan): string[] {
  const icc = spread.between / (spread.between + spread.within);
  return [
    `to find an edge of ${edge} points, by the scores of ${from === "sample" ? "the sample" : `${turns} turns`} (${spread.turnsPerCluster.toFixed(1)} turns a cluster, ${(icc * 100).toFixed(0)} % of the variance between clusters):`,
    "",
    "| power | clusters | turns | judge calls |",
    "|---|--:|--:|--:|",
    ...rows.map(({ power, clusters, turns: count, calls }) =>
      clusters === null
        ? `| ${power * 100} % | none: the edge is no more than win_margin | - | - |`
        : `| ${power * 100} % | ${clusters} | ${count} | ${calls} |`,
    ),
    "",
    ...(from === "workspace" && n_clusters < FEW_CLUSTERS
      ? [
          `what lies between clusters is known from ${n_clusters} of them alone: take the numbers for the least that is needed`,
        ]
      : []),
    from === "workspace"
      ? `a duel as large as this one finds it in ${(now * 100).toFixed(0)} % of cases`
      : turns < MIN_TURNS
        ? `with ${MIN_TURNS} scored turns of its own the workspace is asked instead`
        : `the workspace's own ${turns} scores are of one cluster, of one turn a cluster, or all the same: they do not say how scores vary`,
  ];
}

// ---------------------------------------------------------------------------------------------

/** null for scores that are all the same: the gate trusts no bound of no width, and neither does a plan. */
const telling = (spread: Spread | null): Spread | null =>
  spread !== null && spread.between + spread.within > 0 ? spread : null;

type ScoredFile = Parameters<typeof clusterOf>[0];

async function scoredTurns(
  store: Store,
  excluded: ReadonlySet<string>,
  clusterFor: (score: ScoredFile) => string,
): Promise<{ cluster: string; value: number }[]> {
  const turns: { cluster: string; value: number }[] = [];
  for (const name of await store.list("score")) {
    if (!name.endsWith(".json") || name.startsWith("_") || name.startsWith(".")) continue;
    if (isRefinedName(name)) continue;
    const score = await store.read(`score/${name}`, scoreSchema);
    if (!score.parsed || score.score === null || excluded.has(score.instance_id)) continue;
    turns.push({ cluster: clusterFor(score), value: score.score / 100 - 0.5 });
  }
  return turns;
}
