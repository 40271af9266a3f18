/**
 * Duels whose truth is known. Votes are drawn from a model of repositories, instances, turns and judges
 * that lean; everything after the votes is the product's own code.
 */
import { METRICS, type MetricValues } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import { randomIndex, type Rng } from "../random.ts";
import { normalTail } from "./normal.ts";
import { metricValues, type Ballot } from "./turn-score.ts";

/** How many turns each repository has: as many, a heavy tail, one that owns 30 %, or one turn each. */
export type Sizes = "equal" | "pareto" | "dominant" | "single";

/** How judges are asked: both orders, one at random, or always the same candidate first. */
export type OrderPolicy = "both" | "random" | "fixed" | "reversed";

export type World = {
  readonly repositories: number;
  /** Mean over repositories. */
  readonly turnsPerRepository: number;
  readonly sizes: Sizes;
  /** Share of the variance between turns that lies between repositories; see LATENT below. */
  readonly intraclass: number;
  readonly judges: number;
  /** Standard deviation of a judge's error on a turn; that of the turns' true advantage is 1. */
  readonly judgeError: number;
  /** Share of votes that go to MODEL 1 whatever stands there. */
  readonly firstPlaceBias: number;
  /** Share of the judges' errors on a turn that they have in common. */
  readonly sharedError: number;
  /** Share of turns that are lost before a judge is asked, or of repositories with `rare`. */
  readonly lost: number;
  /** Whole repositories are lost instead of turns. */
  readonly rare: boolean;
  readonly orders: OrderPolicy;
  /** Challenger's minus king's score in points over all turns, lost ones included. */
  readonly difference: number;
};

export const PLAIN_WORLD: World = {
  repositories: 60,
  turnsPerRepository: 5,
  sizes: "equal",
  intraclass: 0.3,
  judges: 3,
  judgeError: 0.5,
  firstPlaceBias: 0.15,
  sharedError: 0,
  lost: 0,
  rare: false,
  orders: "both",
  difference: 0,
};

export type WorldTurn = {
  readonly cluster: string;
  /** Empty for a lost turn. */
  readonly ballots: readonly Ballot[];
  /** 0..100: what judges without bias, own error and shared error would give it on average. */
  readonly truth: number;
};

/** The turns of one duel, in an order in which repositories come back. */
export function drawDuel(world: World, rng: Rng): WorldTurn[] {
  const normal = normals(rng);
  // Judged turns make up for the lost ones; a bias that both orders level out thins their lead.
  const { difference, lost, firstPlaceBias, judgeError } = world;
  const judged = (difference + (100 * lost) / (1 - firstPlaceBias)) / (1 - lost);
  const shift = latentShift(judged, judgeError);
  const between = Math.sqrt(Math.min(1, world.intraclass * LATENT.thinning));
  const within = Math.sqrt(1 - between * between);
  const turns: WorldTurn[] = [];
  for (const [at, size] of sizesOf(world, rng).entries()) {
    const effect = shift + normal() * between;
    const isLost = world.rare && rng() < lost;
    for (let turn = 0; turn < size; turn++) {
      const isGone = world.rare ? isLost : lost > 0 && rng() < lost;
      const advantage = effect + normal() * within;
      turns.push({
        cluster: `repository ${at}`,
        ballots: isGone ? [] : ballotsOf(world, advantage, normal, rng),
        truth:
          50 +
          (fairLead(advantage, Math.hypot(LATENT.metric, judgeError)) * (1 - firstPlaceBias)) / 2,
      });
    }
  }
  return shuffled(turns, rng);
}

// ---------------------------------------------------------------------------------------------

/**
 * The latent advantage of the challenger on a turn has variance 1: one part for the repository, one
 * for the turn. A vote adds the judge's and the metric's own noise, and is a draw within +-draw: with
 * these values 68 % of the votes are draws, as in the recorded verdicts. Noise in the votes thins the
 * correlation out, so the repository's part of the latent variance is a little larger than that of the
 * turn scores.
 */
const LATENT = { metric: 1, draw: 1.92, thinning: 1.32 };

const BOTH: readonly Order[] = ["king_first", "challenger_first"];

function ballotsOf(world: World, advantage: number, normal: () => number, rng: Rng): Ballot[] {
  const common = normal() * world.judgeError * Math.sqrt(world.sharedError);
  const own = world.judgeError * Math.sqrt(1 - world.sharedError);
  return Array.from({ length: world.judges }, (_, judge) => {
    const seen = advantage + common + normal() * own;
    const orders = ordersOf(world.orders, rng);
    const vote = (order: Order): MetricValues =>
      metricValues(() => {
        const latent = seen + normal() * LATENT.metric;
        if (rng() < world.firstPlaceBias) return order === "challenger_first" ? 1 : 0;
        return latent > LATENT.draw ? 1 : latent < -LATENT.draw ? 0 : 0.5;
      });
    return { model: `judge ${judge}`, verdicts: orders.map(vote), orders };
  });
}

function ordersOf(policy: OrderPolicy, rng: Rng): readonly Order[] {
  switch (policy) {
    case "both":
      return BOTH;
    case "fixed":
      return ["king_first"];
    case "reversed":
      return ["challenger_first"];
    case "random":
      return rng() < 0.5 ? ["king_first"] : ["challenger_first"];
    default:
      return policy satisfies never;
  }
}

/** Sizes add up to about repositories x turnsPerRepository; at least 1 each. */
function sizesOf({ repositories, turnsPerRepository, sizes }: World, rng: Rng): number[] {
  const all = repositories * turnsPerRepository;
  switch (sizes) {
    case "single":
      return Array.from({ length: repositories }, () => 1);
    case "equal":
      return Array.from({ length: repositories }, () => turnsPerRepository);
    case "dominant": {
      const rest = Math.max(1, Math.round((0.7 * all) / (repositories - 1)));
      return [Math.round(0.3 * all), ...Array.from({ length: repositories - 1 }, () => rest)];
    }
    case "pareto": {
      // Shape 1.5; the largest is cut at half of all, as a draw with a limit a repository would.
      const raw = Array.from({ length: repositories }, () => (1 - rng()) ** (-1 / 1.5));
      const sum = raw.reduce((total, value) => total + value, 0);
      return raw.map((value) => Math.max(1, Math.round(all * Math.min(0.5, value / sum))));
    }
    default:
      return sizes satisfies never;
  }
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = randomIndex(rng, at + 1);
    const [a, b] = [order[at], order[other]];
    if (a !== undefined && b !== undefined) [order[at], order[other]] = [b, a];
  }
  return order;
}

/** Points, 100 (P(win) - P(loss)): score = 50 + half of it, challenger minus king = 2 score - 100. */
function fairLead(advantage: number, spread: number): number {
  const [win, loss] = [LATENT.draw - advantage, LATENT.draw + advantage];
  return 100 * (normalTail(win / spread) - normalTail(loss / spread));
}

/** The shift of the latent advantage that makes unbiased judges see `difference` points. */
function latentShift(difference: number, judgeError: number): number {
  const spread = Math.sqrt(1 + judgeError ** 2 + LATENT.metric ** 2);
  const seen = (shift: number): number => fairLead(shift, spread);
  let low = -5;
  let high = 5;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (seen(middle) < difference) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
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

/** Votes for whom was shown first, of those that are no draws. */
export function firstVotes(ballots: readonly Ballot[]): { hits: number; all: number } {
  const first = { hits: 0, all: 0 };
  for (const { verdicts, orders } of ballots) {
    for (const [at, verdict] of verdicts.entries()) {
      const winForFirst = orders[at] === "challenger_first" ? 1 : 0;
      for (const metric of METRICS) {
        if (verdict[metric] === 0.5) continue;
        first.all++;
        if (verdict[metric] === winForFirst) first.hits++;
      }
    }
  }
  return first;
}
