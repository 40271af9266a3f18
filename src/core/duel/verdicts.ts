/**
 * Which of the replies kept in a score file speak: those on the present pair of candidates that were
 * not superseded. A seat is one judge in one order; it is given, open, or used up.
 */
import type { Judgement, MetricValues, Score } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import { bucketOfValue } from "./bucket.ts";
import { isSettled } from "./posterior.ts";
import { ordersFor, type DuelRules, type Judge } from "./rules.ts";
import { countVotes, decisiveScore, turnScore, type Ballot } from "./turn-score.ts";

export type Seat = { readonly judge: Judge; readonly order: Order };

export type SeatState =
  | { readonly kind: "given"; readonly verdict: MetricValues }
  | {
      readonly kind: "open";
      /** 1-based number of the next asking. */
      readonly attempt: number;
      /** How many of the askings so far ended at the token limit. */
      readonly cutOffs: number;
      /** Why the last reply could not be read; null at the first asking. */
      readonly unread: string | null;
    }
  /** All attempts were made; only --retry asks again. */
  | { readonly kind: "used_up"; readonly unread: string };

/** What the seats of a turn are read from. */
export type Verdicts = Pick<Score, "file" | "judges" | "pair_hash" | "plain_hash">;

/** More askings than `rules.attempts` for one seat, by `seatKey`; --retry grants them. */
export type Allowance = ReadonlyMap<string, number>;

export function seatKey(model: string, order: Order): string {
  return `${model}/${order}`;
}

/** The replies that count for a seat, oldest first. */
export function repliesOf(turn: Verdicts, model: string, order: Order): readonly Judgement[] {
  return turn.judges.filter(
    (reply) =>
      reply.model === model &&
      reply.order === order &&
      isOfPair(reply, turn) &&
      reply.superseded !== true,
  );
}

/** True of a verdict on the present pair, also when a build gave it that knew no structure. */
export function isOfPair(
  reply: Pick<Judgement, "pair_hash">,
  turn: Pick<Score, "pair_hash" | "plain_hash">,
): boolean {
  return (
    reply.pair_hash === turn.pair_hash ||
    (turn.plain_hash !== undefined && reply.pair_hash === turn.plain_hash)
  );
}

export function seatState(
  turn: Verdicts,
  { judge, order }: Seat,
  rules: DuelRules,
  allowance?: Allowance,
): SeatState {
  const replies = repliesOf(turn, judge.model, order);
  const read = replies.findLast((reply) => reply.metrics !== null)?.metrics;
  if (read !== undefined && read !== null) return { kind: "given", verdict: read };
  const last = replies.at(-1);
  if (last === undefined) return { kind: "open", attempt: 1, cutOffs: 0, unread: null };
  const granted = allowance?.get(seatKey(judge.model, order));
  const limit = granted ?? rules.attempts;
  const isFinal = last.failed === true && (granted === undefined || last.attempt >= granted);
  if (last.attempt >= limit || isFinal) return { kind: "used_up", unread: last.unread ?? "" };
  return {
    kind: "open",
    attempt: last.attempt + 1,
    cutOffs: replies.filter((reply) => reply.unread === "cut_off").length,
    unread: last.unread,
  };
}

/** Seats of all judges that are to be asked about this turn by now. */
export function seatsOf(turn: Verdicts, rules: DuelRules, allowance?: Allowance): readonly Seat[] {
  return judgesToAsk(turn, rules, allowance).flatMap((judge) => judgeSeats(turn, judge, rules));
}

/** The judges that gave every order asked of them, and what they said. */
export function ballotsOf(turn: Verdicts, rules: DuelRules): readonly Ballot[] {
  return judgesToAsk(turn, rules).flatMap((judge) => ballotOf(turn, judge, rules) ?? []);
}

/** The judges that every turn is put before: all of a full panel, else the first of it. */
export function everywhereJudges(rules: DuelRules): readonly Judge[] {
  const { panel, panelMode, quorum } = rules;
  if (panelMode === "full") return panel;
  return panel.slice(0, panelMode === "lazy" ? quorum : panelMode.min_judges);
}

/**
 * The whole panel, or as many judges as the turn needs: those that every turn is put before, then the
 * next one. With a lazy panel as long as the judges not yet asked could still move the turn to another
 * bucket; with a sequential one until `max_judges`, as long as no bucket is as likely as `certainty`.
 */
export function judgesToAsk(
  turn: Verdicts,
  rules: DuelRules,
  allowance?: Allowance,
): readonly Judge[] {
  if (rules.panelMode === "full") return rules.panel;
  const asked = [...everywhereJudges(rules)];
  const most = rules.panelMode === "lazy" ? rules.panel.length : rules.panelMode.max_judges;
  for (const judge of rules.panel.slice(asked.length, most)) {
    const isOpen = asked.some((before) =>
      judgeSeats(turn, before, rules).some(
        (seat) => seatState(turn, seat, rules, allowance).kind === "open",
      ),
    );
    if (isOpen) break;
    const ballots = asked.flatMap((before) => ballotOf(turn, before, rules) ?? []);
    if (ballots.length >= rules.quorum && isEnough(ballots, asked.length, rules)) break;
    asked.push(judge);
  }
  return asked;
}

// ---------------------------------------------------------------------------------------------

function isEnough(ballots: readonly Ballot[], asked: number, rules: DuelRules): boolean {
  const { panelMode } = rules;
  if (panelMode === "full") return false;
  if (panelMode === "lazy") return isDecided(ballots, rules.panel.length - asked, rules);
  const { defeat_max, final_min } = rules.bucket;
  return isSettled(ballots, [defeat_max, final_min], panelMode);
}

function judgeSeats(turn: Verdicts, judge: Judge, rules: DuelRules): readonly Seat[] {
  return ordersFor(rules, turn.file, judge.model).map((order) => ({ judge, order }));
}

function ballotOf(turn: Verdicts, judge: Judge, rules: DuelRules): Ballot | null {
  const orders = ordersFor(rules, turn.file, judge.model);
  const verdicts = judgeSeats(turn, judge, rules).flatMap((seat) => {
    const state = seatState(turn, seat, rules);
    return state.kind === "given" ? [state.verdict] : [];
  });
  return verdicts.length === orders.length ? { model: judge.model, verdicts, orders } : null;
}

const ALL_LOST: MetricValues = {
  correctness: 0,
  grounding: 0,
  progress: 0,
  protocol: 0,
  efficiency: 0,
};
const ALL_WON: MetricValues = {
  correctness: 1,
  grounding: 1,
  progress: 1,
  protocol: 1,
  efficiency: 1,
};

/**
 * Whether no vote of `missing` further judges can change the bucket. The score is monotone in every
 * vote, so all lost and all won are the ends; judges that stay unread fall between them.
 */
function isDecided(ballots: readonly Ballot[], missing: number, rules: DuelRules): boolean {
  const orders: readonly Order[] =
    rules.orders === "both" ? ["king_first", "challenger_first"] : ["king_first"];
  const withRest = (verdict: MetricValues): readonly Ballot[] => [
    ...ballots,
    ...Array.from({ length: missing }, () => ({
      model: "",
      verdicts: orders.map(() => verdict),
      orders,
    })),
  ];
  const value = (all: readonly Ballot[]): number =>
    rules.bucket.by === "decisive"
      ? (decisiveScore(countVotes(all), rules.min_decisive) ?? 50)
      : (turnScore(all)?.score ?? 50);
  const buckets = [ALL_LOST, ALL_WON].map(
    (verdict) => bucketOfValue(value(withRest(verdict)), "", rules.bucket).bucket,
  );
  // Too few decisive votes count as a draw, which is no end of the range.
  if (rules.bucket.by === "decisive") {
    buckets.push(bucketOfValue(value(ballots), "", rules.bucket).bucket);
  }
  return buckets.every((bucket) => bucket === buckets[0]);
}
