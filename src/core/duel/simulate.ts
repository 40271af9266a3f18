/**
 * Duels whose truth is known: how often does the gate accept a challenger that is no better, and how
 * often one that is? Votes are drawn from a model of turns, instances and biased judges; everything
 * after the votes is the product's own code.
 */
import { METRICS, type MetricValues } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import type { Rng } from "../random.ts";
import { boundsOf, gateReasons, type Bounds, type GateRules } from "./gate.ts";
import { countVotes, metricValues, turnScore, type Ballot } from "./turn-score.ts";

export type SimulatedWorld = {
  readonly instances: number;
  readonly turnsPerInstance: number;
  /** Share of the variance between turns that lies between instances; see LATENT below. */
  readonly intraclass: number;
  readonly judges: number;
  /** Share of votes that go to MODEL 1 whatever stands there. */
  readonly firstPlaceBias: number;
  /** Challenger's minus king's score in points, as judges without bias would see it. */
  readonly difference: number;
};

/** How judges are asked: both orders, one at random, or always the same candidate first. */
export const ORDER_POLICIES = ["both", "random", "fixed", "reversed"] as const;
export type OrderPolicy = (typeof ORDER_POLICIES)[number];

export type SimulationRow = {
  readonly orders: OrderPolicy;
  /** Share of duels that our gate accepts, and that it would accept with the plain bound. */
  readonly accepted: number;
  readonly acceptedPlain: number;
  /** Share of duels whose lower bound is above 0, win_margin aside. */
  readonly above: number;
  readonly abovePlain: number;
};

export type Simulation = {
  readonly world: SimulatedWorld;
  readonly duels: number;
  readonly rows: readonly SimulationRow[];
  /** Over all duels, both orders: what the drawn votes are like. */
  readonly draws: number;
  readonly firstShare: number;
  /** Of turn scores, by analysis of variance. */
  readonly intraclass: number;
};

/** `duels` at least 1. Same rng and rules, same result. */
export function simulate(
  world: SimulatedWorld,
  duels: number,
  rng: Rng,
  gate: GateRules,
): Simulation {
  const counts = new Map(
    ORDER_POLICIES.map((orders) => [
      orders,
      { accepted: 0, acceptedPlain: 0, above: 0, abovePlain: 0 },
    ]),
  );
  const votes = { win: 0, draw: 0, loss: 0 };
  const first = { hits: 0, all: 0 };
  let intraclass = 0;
  for (let duel = 0; duel < duels; duel++) {
    const turns = drawDuel(world, rng);
    for (const orders of ORDER_POLICIES) {
      const count = counts.get(orders);
      if (count === undefined) continue;
      const scored = turns.map(({ cluster, ballots }) => ({
        cluster,
        score: turnScore(ballots.map((ballot) => askedIn(ballot, orders, rng)))?.score ?? 50,
      }));
      const bounds = boundsOf(scored, gate);
      if (isAccepted(bounds, scored.length, gate)) count.accepted++;
      if (isAccepted({ ...bounds, lcb: bounds.lcb_plain }, scored.length, gate))
        count.acceptedPlain++;
      if ((bounds.lcb ?? 0) > 0) count.above++;
      if ((bounds.lcb_plain ?? 0) > 0) count.abovePlain++;
      if (orders === "both") intraclass += intraclassOf(scored);
    }
    for (const { ballots } of turns) {
      const counted = countVotes(ballots);
      votes.win += counted.win;
      votes.draw += counted.draw;
      votes.loss += counted.loss;
      for (const ballot of ballots) countFirst(ballot, first);
    }
  }
  return {
    world,
    duels,
    rows: ORDER_POLICIES.map((orders) => {
      const count = counts.get(orders) ?? {
        accepted: 0,
        acceptedPlain: 0,
        above: 0,
        abovePlain: 0,
      };
      return {
        orders,
        accepted: count.accepted / duels,
        acceptedPlain: count.acceptedPlain / duels,
        above: count.above / duels,
        abovePlain: count.abovePlain / duels,
      };
    }),
    draws: votes.draw / (votes.win + votes.draw + votes.loss),
    firstShare: first.hits / first.all,
    intraclass: intraclass / duels,
  };
}

/** Standard error of a simulated share. */
export function simulationError(share: number, duels: number): number {
  return Math.sqrt((share * (1 - share)) / duels);
}

// ---------------------------------------------------------------------------------------------

/**
 * The latent advantage of the challenger on a turn has variance 1: one part for the instance, one
 * for the turn. A vote adds the judge's and the metric's own noise, and is a draw within +-DRAW: with
 * these values 68 % of the votes are draws, as in the recorded verdicts. Noise in the votes thins the
 * correlation out, so the instance's part of the latent variance is a little larger than that of the
 * turn scores.
 */
const LATENT = { judge: 0.5, metric: 1, draw: 1.92, thinning: 1.32 };

type SimulatedTurn = { readonly cluster: string; readonly ballots: readonly Ballot[] };

const BOTH: readonly Order[] = ["king_first", "challenger_first"];

function drawDuel(world: SimulatedWorld, rng: Rng): SimulatedTurn[] {
  const normal = normals(rng);
  const shift = latentShift(world.difference);
  const between = Math.sqrt(Math.min(1, world.intraclass * LATENT.thinning));
  const within = Math.sqrt(1 - between * between);
  const turns: SimulatedTurn[] = [];
  for (let instance = 0; instance < world.instances; instance++) {
    const effect = normal() * between;
    for (let turn = 0; turn < world.turnsPerInstance; turn++) {
      const advantage = shift + effect + normal() * within;
      const ballots = Array.from({ length: world.judges }, (_, judge) => {
        const seen = advantage + normal() * LATENT.judge;
        const vote = (order: Order): MetricValues =>
          metricValues(() => {
            const latent = seen + normal() * LATENT.metric;
            if (rng() < world.firstPlaceBias) return order === "challenger_first" ? 1 : 0;
            return latent > LATENT.draw ? 1 : latent < -LATENT.draw ? 0 : 0.5;
          });
        return { model: `judge ${judge}`, verdicts: BOTH.map(vote), orders: BOTH };
      });
      turns.push({ cluster: `instance ${instance}`, ballots });
    }
  }
  return turns;
}

/** The part of a ballot that a policy would have asked for. */
function askedIn(ballot: Ballot, policy: OrderPolicy, rng: Rng): Ballot {
  if (policy === "both") return ballot;
  const seat = policy === "fixed" ? 0 : policy === "reversed" ? 1 : rng() < 0.5 ? 0 : 1;
  return {
    ...ballot,
    verdicts: ballot.verdicts.slice(seat, seat + 1),
    orders: ballot.orders.slice(seat, seat + 1),
  };
}

function isAccepted(bounds: Bounds, turns: number, gate: GateRules): boolean {
  const challengerScore = bounds.mean === null ? null : 50 + 100 * bounds.mean;
  const input = { challengerScore, bounds, n_turns: turns, n_parsed: turns };
  return gateReasons(input, gate).length === 0;
}

function countFirst(ballot: Ballot, first: { hits: number; all: number }): void {
  for (const [at, verdict] of ballot.verdicts.entries()) {
    const winForFirst = ballot.orders[at] === "challenger_first" ? 1 : 0;
    for (const metric of METRICS) {
      if (verdict[metric] === 0.5) continue;
      first.all++;
      if (verdict[metric] === winForFirst) first.hits++;
    }
  }
}

/** The shift of the latent advantage that makes unbiased judges see `difference` points. */
function latentShift(difference: number): number {
  const spread = Math.sqrt(1 + LATENT.judge ** 2 + LATENT.metric ** 2);
  // score = 50 + 50 (P(win) - P(loss)), challenger minus king = 2 score - 100.
  const seen = (shift: number): number =>
    100 * (normalTail((LATENT.draw - shift) / spread) - normalTail((LATENT.draw + shift) / spread));
  let low = -5;
  let high = 5;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (seen(middle) < difference) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(Z > z), by Abramowitz & Stegun 26.2.17 (error below 7.5e-8). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** Standard normal draws, by Box and Muller. */
function normals(rng: Rng): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - rng()));
    const angle = 2 * Math.PI * rng();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** One-way analysis of variance over equal groups: (MSB - MSW) / (MSB + (m - 1) MSW). */
function intraclassOf(
  turns: readonly { readonly cluster: string; readonly score: number }[],
): number {
  const groups = new Map<string, number[]>();
  for (const { cluster, score } of turns) {
    const group = groups.get(cluster) ?? [];
    group.push(score);
    groups.set(cluster, group);
  }
  const size = turns.length / groups.size;
  const grand = turns.reduce((sum, { score }) => sum + score, 0) / turns.length;
  let between = 0;
  let within = 0;
  for (const scores of groups.values()) {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    between += scores.length * (mean - grand) ** 2;
    for (const score of scores) within += (score - mean) ** 2;
  }
  between /= groups.size - 1;
  within /= turns.length - groups.size;
  return between === 0 && within === 0 ? 0 : (between - within) / (between + (size - 1) * within);
}
