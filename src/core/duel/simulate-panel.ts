/**
 * What a panel that stops early costs and how well it finds the best turns, and whether what is said of
 * final/ holds, where the truth is known.
 */
import type { Rng } from "../random.ts";
import { chanceAbove, isSettled, posteriorOf } from "./posterior.ts";
import { bucketOf, type BucketRules } from "./bucket.ts";
import { keptTruth, reckoningOf, truthOf, waysOfSorting } from "./sorting.ts";
import { decisiveScore, turnScore, type Ballot } from "./turn-score.ts";
import { measureVotes, SIMULATED_MODEL } from "./vote-model.ts";
import { drawDuel, PLAIN_WORLD, type World, type WorldTurn } from "./worlds.ts";

export type PanelFigures = {
  readonly name: string;
  readonly sharedError: number;
  readonly turns: number;
  /** Judge calls a turn. */
  readonly calls: number;
  /** Share of the tenth with the highest scores that truly is of the highest tenth; by posterior likewise. */
  readonly precision: number;
  readonly byPosterior: number;
  /** Share of turns on another side of the limit than with all judges; null: all were asked. */
  readonly otherBucket: number | null;
};

/** Of one world: three judges in both orders, three in one, and panels that stop when the bucket is sure. */
export function simulatePanels(
  sharedError: number,
  repositories: number,
  rng: Rng,
): readonly PanelFigures[] {
  const world = { ...PLAIN_WORLD, repositories, sharedError };
  const both = drawDuel(world, rng);
  const ordered = drawDuel({ ...world, judges: 12, orders: "random" }, rng);
  const votes = measureVotes(ordered.map(({ ballots }) => ballots.slice(0, 2))) ?? SIMULATED_MODEL;
  // The tenth that is wanted begins here.
  const limit = highest(both.map(({ truth }) => truth)).limit;
  const fixed = (name: string, turns: readonly WorldTurn[], judges: number): PanelFigures =>
    figures({ name, sharedError, turns: turns.map((turn) => cut(turn, judges)) });
  const sequential = (most: number): PanelFigures => {
    const asked = ordered.map((turn) => {
      let judges = 2;
      const rules = { certainty: 0.98, votes };
      while (judges < most && !isSettled(turn.ballots.slice(0, judges), [limit], rules)) judges++;
      return cut(turn, judges);
    });
    const other = asked.filter(
      ({ ballots }, at) =>
        scoreOf(ballots) >= limit !== scoreOf(ordered[at]?.ballots.slice(0, most) ?? []) >= limit,
    );
    const name = `2 to ${most} judges, one order, certainty 0.98`;
    return {
      ...figures({ name, sharedError, turns: asked }),
      otherBucket: other.length / asked.length,
    };
  };
  return [
    fixed("3 judges, both orders", both, 3),
    fixed("3 judges, one order", ordered, 3),
    ...[4, 6, 8, 12].map(sequential),
  ];
}

export type SortingFigures = {
  readonly by: BucketRules["by"] | "posterior, errors taken as independent";
  readonly judgeError: number;
  readonly sharedError: number;
  readonly final_min: number;
  readonly n_final: number;
  /** Share of final/ whose true score is at most 50: in truth, and as the report says it. */
  readonly noBetter: number | null;
  readonly said: readonly [number, number] | null;
};

/** Of one world of three judges in both orders: how much of final/ is no better, for each way of sorting. */
export function simulateSorting(
  world: Pick<World, "judgeError" | "sharedError">,
  repositories: number,
  final_min: number,
  rng: Rng,
): readonly SortingFigures[] {
  const turns = drawDuel({ ...PLAIN_WORLD, ...world, repositories }, rng).map((turn, at) => {
    const found = turnScore(turn.ballots);
    return {
      file: String(at),
      truth: turn.truth,
      score: found?.score ?? 50,
      decisive: found === null ? null : decisiveScore(found.votes, 3),
      ballots: turn.ballots,
      everywhere: turn.ballots,
    };
  });
  const reckoning = reckoningOf(turns, []);
  if (reckoning === null) return [];
  const limits = { final_min, defeat_max: Math.min(final_min, 50) };
  const noBetter = (final: readonly { readonly truth: number }[]): number | null =>
    final.length === 0 ? null : final.filter(({ truth }) => truth <= 50).length / final.length;
  const finalBy = (by: BucketRules["by"], shared: number): typeof turns =>
    turns.filter(({ score, decisive, ballots }) => {
      const posterior = keptTruth(posteriorOf(ballots, reckoning.model, shared));
      const sortable = { score, decisive_score: decisive, posterior };
      const all = { ...sortable, parsed: true, disqualified: null };
      return bucketOf(all, { ...limits, by })?.bucket === "final";
    });
  const independent = finalBy("posterior", 0);
  const saidOf = (which: "independent" | "shared"): number =>
    independent.reduce((sum, { ballots }) => {
      const truth =
        which === "shared" ? truthOf(ballots, reckoning) : posteriorOf(ballots, reckoning.model);
      return sum + 1 - chanceAbove(truth, 50);
    }, 0) / independent.length;
  return [
    ...waysOfSorting(turns, reckoning, limits).map((way) => ({
      by: way.by,
      ...world,
      final_min,
      n_final: way.n_final,
      noBetter: noBetter(finalBy(way.by, reckoning.shared.variance)),
      said: way.no_better,
    })),
    {
      by: "posterior, errors taken as independent",
      ...world,
      final_min,
      n_final: independent.length,
      noBetter: noBetter(independent),
      said: independent.length === 0 ? null : [saidOf("independent"), saidOf("shared")],
    },
  ];
}

/** What docs/tables/simulate.md shows of both. */
export function simulateRest(chance: (what: string) => Rng): {
  readonly panels: readonly PanelFigures[];
  readonly sorted: readonly SortingFigures[];
} {
  const worlds = JUDGE_ERRORS.flatMap((judgeError) =>
    SHARED_ERRORS.map((sharedError) => ({ judgeError, sharedError })),
  );
  return {
    panels: SHARED_ERRORS.flatMap((shared) =>
      simulatePanels(shared, REPOSITORIES, chance(`panels/${shared}`)),
    ),
    sorted: worlds.flatMap((world) => {
      const rng = chance(`sorting/${world.judgeError}/${world.sharedError}`);
      return simulateSorting(world, REPOSITORIES, FINAL_MIN, rng);
    }),
  };
}

// ---------------------------------------------------------------------------------------------

/** Of five turns each. */
const REPOSITORIES = 2000;
const SHARED_ERRORS = [0, 0.3, 0.65] as const;
const JUDGE_ERRORS = [0.5, 1, 1.5] as const;
const FINAL_MIN = 60;

const scoreOf = (ballots: readonly Ballot[]): number => turnScore(ballots)?.score ?? 50;

const cut = (turn: WorldTurn, judges: number): WorldTurn => ({
  ...turn,
  ballots: turn.ballots.slice(0, judges),
});

function figures(about: {
  readonly name: string;
  readonly sharedError: number;
  readonly turns: readonly WorldTurn[];
}): PanelFigures {
  const { name, sharedError, turns } = about;
  const votes = measureVotes(turns.map(({ ballots }) => ballots.slice(0, 2))) ?? SIMULATED_MODEL;
  const calls = turns.reduce(
    (sum, { ballots }) => sum + ballots.reduce((all, { orders }) => all + orders.length, 0),
    0,
  );
  const best = highest(turns.map(({ truth }) => truth)).places;
  const precision = (scores: readonly number[]): number => {
    const { places } = highest(scores);
    return [...places].filter((place) => best.has(place)).length / places.size;
  };
  return {
    name,
    sharedError,
    turns: turns.length,
    calls: calls / turns.length,
    precision: precision(turns.map(({ ballots }) => scoreOf(ballots))),
    byPosterior: precision(turns.map(({ ballots }) => posteriorOf(ballots, votes).mean)),
    otherBucket: null,
  };
}

/** The places of the highest tenth, and the least value in it. */
function highest(values: readonly number[]): {
  readonly places: ReadonlySet<number>;
  readonly limit: number;
} {
  const sorted = values.map((value, at) => ({ value, at })).sort((a, b) => b.value - a.value);
  const tenth = sorted.slice(0, Math.max(1, Math.round(values.length / 10)));
  return { places: new Set(tenth.map(({ at }) => at)), limit: tenth.at(-1)?.value ?? 100 };
}
