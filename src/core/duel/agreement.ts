/** Whether the judges see the same thing: alpha, kappas, and how many opinions the panel is worth. */
import type { Duel } from "../../records/duel.ts";
import { METRICS } from "../../records/score.ts";
import type { TurnFacts } from "./facts.ts";
import { correlation, mean } from "./statistics.ts";
import { round4, turnScore, voteName } from "./turn-score.ts";

/** Votes on one unit by judge: "win", "draw" or "loss"; undefined where a judge gave none. */
export type Unit = ReadonlyMap<string, string>;

/**
 * Over units (turn, order, metric) when every judge saw both orders, else (turn, metric).
 * `models`: the judges that were asked everywhere.
 */
export function agreementOf(
  parsed: readonly TurnFacts[],
  models: readonly string[],
  isBothOrders: boolean,
): NonNullable<Duel["agreement"]> {
  const unitsOf = unitReader(models, isBothOrders);
  const units = parsed.flatMap(unitsOf);
  const pairs = models.flatMap((a, at) => models.slice(at + 1).map((b) => ({ a, b })));
  const correlations = pairs.flatMap(({ a, b }) => correlation(scorePairs(parsed, a, b)) ?? []);
  const rho = correlations.length < pairs.length ? null : mean(correlations);
  return {
    alpha: rounded(krippendorffAlpha(units)),
    n_units: units.filter((unit) => unit.size >= 2).length,
    kappas: pairs.map(({ a, b }) => {
      const n = units.filter((unit) => unit.has(a) && unit.has(b)).length;
      return { a, b, kappa: rounded(cohenKappa(votePairs(units, a, b))), n };
    }),
    mean_correlation: rounded(rho),
    effective_judges: rho === null ? null : round4(effectiveJudges(models.length, rho)),
  };
}

/**
 * Krippendorff's alpha for nominal data (Krippendorff 2011, "Computing Krippendorff's
 * Alpha-Reliability"): 1 - Do / De, from the coincidences of values within units. Units with fewer
 * than two values say nothing. 1: agreement, 0: chance. null: nothing to compare, or one value only.
 */
export function krippendorffAlpha(units: readonly Unit[]): number | null {
  const totals = new Map<string, number>();
  let observed = 0;
  let n = 0;
  for (const unit of units) {
    if (unit.size < 2) continue;
    const counts = new Map<string, number>();
    for (const value of unit.values()) counts.set(value, (counts.get(value) ?? 0) + 1);
    n += unit.size;
    let unlike = unit.size * unit.size;
    for (const [value, count] of counts) {
      totals.set(value, (totals.get(value) ?? 0) + count);
      unlike -= count * count;
    }
    observed += unlike / (unit.size - 1);
  }
  let expected = n * n;
  for (const count of totals.values()) expected -= count * count;
  return n < 2 || expected === 0 ? null : 1 - ((n - 1) * observed) / expected;
}

/** Cohen's kappa (1960): (po - pe) / (1 - pe). null without pairs, or when both only ever say one thing. */
export function cohenKappa(pairs: Iterable<readonly [string, string]>): number | null {
  const [ones, others] = [new Map<string, number>(), new Map<string, number>()];
  let same = 0;
  let n = 0;
  for (const [one, other] of pairs) {
    n++;
    ones.set(one, (ones.get(one) ?? 0) + 1);
    others.set(other, (others.get(other) ?? 0) + 1);
    if (one === other) same++;
  }
  if (n === 0) return null;
  let chance = 0;
  for (const [value, count] of ones) chance += count * (others.get(value) ?? 0);
  const expected = chance / (n * n);
  return expected === 1 ? null : (same / n - expected) / (1 - expected);
}

/** Kish: k / (1 + (k - 1) rho), with rho cut to 0..1: k independent judges are worth k, k alike one. */
export function effectiveJudges(judges: number, rho: number): number {
  return judges / (1 + (judges - 1) * Math.min(1, Math.max(0, rho)));
}

// ---------------------------------------------------------------------------------------------

/** Few units differ, and of a hundred thousand turns each is held once. */
function unitReader(
  models: readonly string[],
  isBothOrders: boolean,
): (turn: TurnFacts) => readonly Unit[] {
  const orders = isBothOrders ? [0, 1] : [0];
  const known = new Map<string, Unit>();
  const unitOf = (votes: readonly (readonly [string, string])[]): Unit => {
    const key = votes.join();
    const unit = known.get(key) ?? new Map(votes);
    known.set(key, unit);
    return unit;
  };
  return (turn) => {
    const asked = turn.ballots.filter(({ model }) => models.includes(model));
    return orders.flatMap((order) =>
      METRICS.map((metric) =>
        unitOf(
          asked.flatMap(({ model, verdicts }) => {
            const verdict = verdicts[order];
            return verdict === undefined ? [] : [[model, voteName(verdict[metric])] as const];
          }),
        ),
      ),
    );
  };
}

/** What both judges said of the units that both voted on. */
function* votePairs(units: readonly Unit[], a: string, b: string): Generator<[string, string]> {
  for (const unit of units) {
    const [one, other] = [unit.get(a), unit.get(b)];
    if (one !== undefined && other !== undefined) yield [one, other];
  }
}

/** The two judges' scores of the turns that both gave. */
function scorePairs(parsed: readonly TurnFacts[], a: string, b: string): [number, number][] {
  return parsed.flatMap((turn) => {
    const [one, other] = [a, b].map(
      (model) => turnScore(turn.ballots.filter((ballot) => ballot.model === model))?.score,
    );
    return one === undefined || other === undefined ? [] : [[one, other]];
  });
}

const rounded = (value: number | null): number | null => (value === null ? null : round4(value));
