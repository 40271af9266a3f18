/**
 * How often the gate accepts a challenger that is no better, and how often one that is: the rule in
 * force beside the percentile and the t bound, in worlds that a duel may meet.
 */
import type { Rng } from "../random.ts";
import { boundsOf, MIN_CLUSTERS, type Bounds, type GateTurn } from "./gate.ts";
import { levelAt, lookAt, type PastLook } from "./spending.ts";
import { countVotes, turnScore } from "./turn-score.ts";
import { drawDuel, firstVotes, PLAIN_WORLD, type World } from "./worlds.ts";

/** What is simulated: a world, and how often the gate is looked at on the way. */
export type Scenario = {
  readonly name: string;
  readonly group: "no lost turns" | "lost turns" | "rare losses" | "orders" | "power";
  readonly world: World;
  /** Looks at equal steps of the plan; 1: at its end alone. */
  readonly looks: number;
};

export type SimulationRules = {
  readonly gate_alpha: number;
  readonly bootstrap_resamples: number;
  readonly rng: (purpose: string) => Rng;
};

export type Simulation = {
  readonly scenario: Scenario;
  readonly duels: number;
  /** Shares of duels with a bound above 0 at some look: the rule in force, percentile, t. */
  readonly rule: number;
  readonly percentile: number;
  readonly t: number;
  /** Of all votes: draws; of those that are none, for whom was shown first. */
  readonly draws: number;
  readonly firstShare: number;
};

const scenario = (
  name: string,
  group: Scenario["group"],
  world: Partial<World>,
  looks = 1,
): Scenario => ({ name, group, looks, world: { ...PLAIN_WORLD, ...world } });

/** The worlds of docs/tables/simulate.md. */
export const SCENARIOS: readonly Scenario[] = [
  ...[200, 60, 30, 20, 12, 8].map((repositories) =>
    scenario(`${repositories} repositories of 5 turns`, "no lost turns", { repositories }),
  ),
  scenario("60, strong repository effects (0.6)", "no lost turns", { intraclass: 0.6 }),
  ...[60, 20].map((repositories) =>
    scenario(`${repositories}, Pareto sizes`, "no lost turns", { repositories, sizes: "pareto" }),
  ),
  scenario("30, one owns 30 %", "no lost turns", { repositories: 30, sizes: "dominant" }),
  scenario("200, one turn each", "no lost turns", { repositories: 200, sizes: "single" }),
  scenario("60, judges lean to the first place (0.4)", "no lost turns", { firstPlaceBias: 0.4 }),
  scenario("60, judges share their errors (0.65)", "no lost turns", { sharedError: 0.65 }),
  scenario("60, ten looks", "no lost turns", {}, 10),
  scenario(
    "30, Pareto sizes, ten looks, repositories return",
    "no lost turns",
    { repositories: 30, turnsPerRepository: 10, sizes: "pareto" },
    10,
  ),
  scenario("60, 3 % lost", "lost turns", { lost: 0.03 }),
  ...[200, 60, 20, 12, 8].map((repositories) =>
    scenario(`${repositories}, 10 % lost`, "lost turns", { repositories, lost: 0.1 }),
  ),
  ...[60, 30].map((repositories) =>
    scenario(`${repositories}, Pareto sizes, 10 % lost`, "lost turns", {
      repositories,
      sizes: "pareto",
      lost: 0.1,
    }),
  ),
  scenario("60, ten looks, 10 % lost", "lost turns", { lost: 0.1 }, 10),
  ...[60, 12].map((repositories) =>
    scenario(`${repositories}, 5 % of the repositories wholly lost`, "rare losses", {
      repositories,
      lost: 0.05,
      rare: true,
    }),
  ),
  ...(["random", "fixed", "reversed"] as const).map((orders) =>
    scenario(`60, orders ${orders}`, "orders", { orders }),
  ),
  ...[3, 5].map((difference) =>
    scenario(`200, edge ${difference}`, "power", { repositories: 200, difference }),
  ),
  scenario("200, edge 3, four looks", "power", { repositories: 200, difference: 3 }, 5),
  scenario("60, edge 5", "power", { difference: 5 }),
];

/** `duels` at least 1. Same rng and rules, same result. */
export function simulate(
  scene: Scenario,
  duels: number,
  rng: Rng,
  rules: SimulationRules,
): Simulation {
  const counts = { rule: 0, percentile: 0, t: 0 };
  const votes = { win: 0, draw: 0, loss: 0 };
  const first = { hits: 0, all: 0 };
  const levelOf = remembered();
  for (let duel = 0; duel < duels; duel++) {
    const turns = drawDuel(scene.world, rng);
    const scored = turns.map(({ cluster, ballots }) => ({
      cluster,
      score: turnScore(ballots)?.score ?? 0,
    }));
    const found = oneDuel(scored, scene.looks, { ...rules, levelOf });
    if (found.rule) counts.rule++;
    if (found.percentile) counts.percentile++;
    if (found.t) counts.t++;
    for (const { ballots } of turns) {
      const counted = countVotes(ballots);
      votes.win += counted.win;
      votes.draw += counted.draw;
      votes.loss += counted.loss;
      const { hits, all } = firstVotes(ballots);
      first.hits += hits;
      first.all += all;
    }
  }
  return {
    scenario: scene,
    duels,
    rule: counts.rule / duels,
    percentile: counts.percentile / duels,
    t: counts.t / duels,
    draws: votes.draw / (votes.win + votes.draw + votes.loss),
    firstShare: first.hits / first.all,
  };
}

/** All worlds, each with chance of its own. */
export function simulateAll(duels: number, rules: SimulationRules): Simulation[] {
  return SCENARIOS.map((scene) => {
    const chance = (what: string): Rng => rules.rng(`${what}/${scene.name}`);
    return simulate(scene, duels, chance("votes"), { ...rules, rng: chance });
  });
}

/** Standard error of a simulated share. */
export function simulationError(share: number, duels: number): number {
  return Math.sqrt((share * (1 - share)) / duels);
}

// ---------------------------------------------------------------------------------------------

/** Every duel of a world is looked at in the same places. */
function remembered(): typeof levelAt {
  const known = new Map<string, number>();
  return (ts, alpha) => {
    const key = ts.join();
    const level = known.get(key) ?? levelAt(ts, alpha);
    known.set(key, level);
    return level;
  };
}

type Found = { rule: boolean; percentile: boolean; t: boolean };

/** Looks at growing parts of the duel; the other two bounds know nothing of spending. */
function oneDuel(
  turns: readonly GateTurn[],
  looks: number,
  rules: SimulationRules & { readonly levelOf: typeof levelAt },
): Found {
  const found: Found = { rule: false, percentile: false, t: false };
  const past: PastLook[] = [];
  for (let look = 1; look <= looks; look++) {
    const seen = turns.slice(0, Math.round((turns.length * look) / looks));
    const bounds = boundsOf(seen, rules, rules.gate_alpha);
    if (isAbove(bounds, "lcb_bootstrap")) found.percentile = true;
    if (isAbove(bounds, "lcb_t")) found.t = true;
    const taken = lookAt({
      parsed: seen.length,
      planned: turns.length,
      isComplete: look === looks,
      n_clusters: bounds.n_clusters,
      turns_hash: String(look),
      past,
      gate_alpha: rules.gate_alpha,
      levelOf: rules.levelOf,
      // As the product draws: the rank that a small simulation has would forbid early looks.
      resamples: Math.max(rules.bootstrap_resamples, 10_000),
    });
    if (taken.kind !== "look") continue;
    past.push({ t: taken.t, turns_hash: String(look) });
    const own = taken.alpha === rules.gate_alpha ? bounds : boundsAt(seen, rules, taken.alpha);
    if (isAbove(own, "lcb")) found.rule = true;
  }
  return found;
}

/** Enough draws for a small level. */
function boundsAt(seen: readonly GateTurn[], rules: SimulationRules, alpha: number): Bounds {
  const resamples = Math.max(rules.bootstrap_resamples, Math.ceil(10 / alpha));
  return boundsOf(seen, { ...rules, bootstrap_resamples: resamples }, alpha);
}

const isAbove = (bounds: Bounds, which: "lcb" | "lcb_bootstrap" | "lcb_t"): boolean =>
  bounds.n_clusters >= MIN_CLUSTERS && (bounds[which] ?? 0) > 0;
