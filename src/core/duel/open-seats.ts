/**
 * What a run would still ask about a turn, by its score file and today's panel: the one answer of status and
 * estimate. The number of pending verdicts in the file is what was so under the panel that judged it.
 */
import type { Score } from "../../records/score.ts";
import { takeUp } from "./judgement.ts";
import { ordersFor, type DuelRules } from "./rules.ts";
import { seatsOf, seatState, type Seat } from "./verdicts.ts";

/** What of a score file says it. */
export type Judged = Pick<
  Score,
  "file" | "mode" | "judges" | "pair_hash" | "plain_hash" | "disqualified"
>;

/** [] when nothing is to be asked by now; else the open seats of the whole panel, the last ones included. */
export function openSeats(judged: Judged, rules: DuelRules): readonly Seat[] {
  if (judged.disqualified !== null) return [];
  const turn = asTakenUp(judged, rules);
  const isOpen = (seat: Seat): boolean => seatState(turn, seat, rules).kind === "open";
  if (!seatsOf(turn, rules).some(isOpen)) return [];
  return rules.panel
    .flatMap((judge) =>
      ordersFor(rules, judged.file, judge.model).map((order) => ({ judge, order })),
    )
    .filter(isOpen);
}

// ---------------------------------------------------------------------------------------------

/** Verdicts on another pair do not count, and what was refused under other settings is asked again. */
function asTakenUp(judged: Judged, { mode, panel }: DuelRules): Judged & { pair_hash: string } {
  // Older builds did not write the pair: theirs is that of the last verdict.
  const pair = judged.pair_hash ?? judged.judges.at(-1)?.pair_hash ?? "";
  if (judged.mode !== mode) return { ...judged, pair_hash: pair, judges: [] };
  const settings = new Map(panel.map((judge) => [judge.model, judge.settings]));
  const plain = judged.plain_hash ?? pair;
  const judges = judged.judges.map((reply) =>
    takeUp(reply, { pair, plain, settings: settings.get(reply.model) }, AS_IT_IS),
  );
  return { ...judged, pair_hash: pair, judges };
}

const AS_IT_IS = { force: false, rejudge: null, reparse: false };
