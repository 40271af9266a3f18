/**
 * What a score leaves open about a turn, for every way of sorting: how much of final/ is expected to be
 * below its limit, and how much to be no better than the king; and whether the reckoning holds on a judge
 * that was left out of it.
 */
import { UserError } from "../../errors.ts";
import type { Duel } from "../../records/duel.ts";
import { bucketOf, SURE, type BucketRules } from "./bucket.ts";
import { chanceAbove, posteriorOf, type Posterior } from "./posterior.ts";
import type { TurnFacts } from "./facts.ts";
import { sharedErrorOf, type Calibrated, type SharedError } from "./shared-error.ts";
import type { Ballot } from "./turn-score.ts";
import { fairScore, measureVotes, MIN_TURNS, type VoteModel } from "./vote-model.ts";

/** What is known of the panel's error; null: too few turns, or none with two judges. */
export type Reckoning = { readonly model: VoteModel; readonly shared: SharedError } | null;

/** A judged turn; lost ones are none. */
export type SortedTurn = {
  readonly file: string;
  /** 0..100 */
  readonly score: number;
  readonly decisive: number | null;
  /** Of all judges that were asked, and of those that every turn was put before. */
  readonly ballots: readonly Ballot[];
  readonly everywhere: readonly Ballot[];
};

type Range = [independent: number, shared: number];

type WayOfSorting = {
  readonly by: BucketRules["by"];
  /** Turns that it puts into final/. */
  readonly n_final: number;
  /**
   * Share of them whose true score is expected below final_min, and at most 50: as if judges erred
   * independently, and with the estimated shared error. null without any.
   */
  readonly below_limit: Range | null;
  readonly no_better: Range | null;
};

/** Where the other judges leave at least the chance SURE that the challenger is better. */
type Calibration = {
  /** Turns times judges left out. */
  readonly n: number;
  /** Mean score of the judge left out: as reckoned, and as it was. 0..100 */
  readonly expected: number;
  readonly seen: number;
  /** Share of its scores that are above 50. */
  readonly above: number;
};

/** The judged turns of a duel; `everywhere`: the judges that every turn was put before. */
export function sortedTurns(
  turns: readonly TurnFacts[],
  everywhere: readonly string[],
): SortedTurn[] {
  return turns.flatMap(({ file, score, decisive, ballots, parsed, disqualified }) =>
    !parsed || score === null || disqualified !== null
      ? []
      : [
          {
            file,
            score,
            decisive,
            ballots,
            everywhere: ballots.filter(({ model }) => everywhere.includes(model)),
          },
        ],
  );
}

/** `reviewed`: people's verdicts on turns of the drawn queue. */
export function reckoningOf(
  turns: readonly SortedTurn[],
  reviewed: readonly (Omit<Calibrated, "ballots"> & { readonly file: string })[],
): Reckoning {
  const model = measureVotes(turns.map(({ everywhere }) => everywhere));
  if (model === null) return null;
  const byFile = new Map(turns.map((turn) => [turn.file, turn]));
  const told = reviewed.flatMap(({ file, ...said }) => {
    const turn = byFile.get(file);
    return turn === undefined ? [] : [{ ...said, ballots: turn.everywhere }];
  });
  return { model, shared: sharedErrorOf(model, told) };
}

/** The true score of a turn as its ballots leave it open. */
export function truthOf(
  ballots: readonly Ballot[],
  { model, shared }: NonNullable<Reckoning>,
): Posterior {
  return posteriorOf(ballots, model, shared.variance);
}

/** What the score file keeps of it, 4 decimals. */
export function keptTruth(truth: Posterior): { readonly mean: number; readonly above: number } {
  return { mean: round4(truth.mean), above: round4(chanceAbove(truth, 50)) };
}

export function waysOfSorting(
  turns: readonly SortedTurn[],
  reckoning: NonNullable<Reckoning>,
  limits: Pick<BucketRules, "final_min" | "defeat_max">,
): WayOfSorting[] {
  const known = turns.map(({ score, decisive, ballots }) => {
    const shared = truthOf(ballots, reckoning);
    const sortable = {
      score,
      decisive_score: decisive,
      posterior: keptTruth(shared),
      parsed: true,
      disqualified: null,
    };
    return { sortable, shared, independent: posteriorOf(ballots, reckoning.model) };
  });
  return (["score", "decisive", "posterior"] as const).map((by) => {
    const final = known.filter(
      ({ sortable }) => bucketOf(sortable, { ...limits, by })?.bucket === "final",
    );
    const expected = (which: "independent" | "shared", limit: number): number =>
      round4(
        final.reduce((sum, turn) => sum + 1 - chanceAbove(turn[which], limit), 0) / final.length,
      );
    const both = (limit: number): Range | null =>
      final.length === 0 ? null : [expected("independent", limit), expected("shared", limit)];
    return {
      by,
      n_final: final.length,
      below_limit: both(limits.final_min),
      no_better: both(50),
    };
  });
}

/** null where no turn is that clear by the other judges. */
export function calibrationOf(
  turns: readonly SortedTurn[],
  { model }: NonNullable<Reckoning>,
): Calibration | null {
  const cases = turns.flatMap(({ everywhere }) =>
    everywhere.length < 2
      ? []
      : everywhere.flatMap((left) => {
          const others = posteriorOf(
            everywhere.filter((ballot) => ballot !== left),
            model,
          );
          return chanceAbove(others, 50) < SURE
            ? []
            : [{ expected: others.mean, seen: fairScore(left, model) }];
        }),
  );
  if (cases.length === 0) return null;
  const mean = (of: (one: { expected: number; seen: number }) => number): number =>
    round4(cases.reduce((sum, one) => sum + of(one), 0) / cases.length);
  return {
    n: cases.length,
    expected: mean(({ expected }) => expected),
    seen: mean(({ seen }) => seen),
    above: mean(({ seen }) => (seen > 50 ? 1 : 0)),
  };
}

/** What `_duel.json` keeps of the ways of sorting. */
export function sortingOf(
  turns: readonly SortedTurn[],
  reckoning: NonNullable<Reckoning>,
  limits: Pick<BucketRules, "final_min" | "defeat_max">,
): NonNullable<Duel["sorting"]> {
  const { model, shared } = reckoning;
  return {
    shared_error: {
      from: shared.from,
      share: round4(shared.variance / model.between),
      n_reviews: shared.n_reviews,
    },
    ways: waysOfSorting(turns, reckoning, limits),
    calibration: calibrationOf(turns, reckoning),
  };
}

/** Nothing says how far judges err together: a promise of 95 % would be one of nothing. */
export function noReckoning(): UserError {
  return new UserError(
    `[bucket] by = "posterior" needs an estimate of the error that judges share, and there is none: too few turns with verdicts of two judges each, or scores that do not vary`,
    `judge at least ${MIN_TURNS} turns with two judges or more, or set [bucket] by = "score"`,
  );
}

// ---------------------------------------------------------------------------------------------

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
