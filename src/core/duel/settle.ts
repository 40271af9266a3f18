/** A turn's score file: everything in it follows from what the turn is, the replies and the rules. */
import type { Judgement, Score } from "../../records/score.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { DuelRules } from "./rules.ts";
import { decisiveScore, metricValues, turnScore } from "./turn-score.ts";
import { ballotsOf, judgesToAsk, seatState, seatsOf } from "./verdicts.ts";

/** What of a score file no reply changes. */
export type Base = Pick<
  Score,
  | "file"
  | "instance_id"
  | "repo"
  | "run"
  | "style"
  | "pair_hash"
  | "plain_hash"
  | "refined_from"
  | "king_model"
  | "challenger_model"
  | "lengths"
  | "disqualified"
  | "history_flags"
  | "opponent_flags"
>;

export function settle(base: Base, judges: readonly Judgement[], rules: DuelRules): Score {
  const { plain_hash } = base;
  const hashes = { pair_hash: base.pair_hash, ...(plain_hash === undefined ? {} : { plain_hash }) };
  const turn = { file: base.file, judges: [...judges], ...hashes };
  const lost = base.disqualified;
  const open =
    lost === null
      ? seatsOf(turn, rules).filter((seat) => seatState(turn, seat, rules).kind === "open").length
      : 0;
  const ballots = lost === null && open === 0 ? ballotsOf(turn, rules) : [];
  const parsed = lost !== null || ballots.length >= rules.quorum;
  const result = parsed && lost === null ? turnScore(ballots) : null;
  return {
    schema: SCHEMA,
    file: base.file,
    instance_id: base.instance_id,
    repo: base.repo ?? null,
    ...(base.run == null ? {} : { run: base.run }),
    mode: rules.mode,
    score: lost === null ? (result?.score ?? null) : 0,
    metrics: lost === null ? (result?.metrics ?? null) : metricValues(() => 0),
    style: base.style,
    parsed,
    pending: open,
    disqualified: lost,
    votes: result?.votes ?? null,
    decisive_score: result === null ? null : decisiveScore(result.votes, rules.min_decisive),
    not_asked:
      lost === null
        ? rules.panel
            .filter((judge) => !judgesToAsk(turn, rules).includes(judge))
            .map((judge) => judge.model)
        : [],
    lengths: base.lengths,
    ...(base.refined_from === undefined ? {} : { refined_from: base.refined_from }),
    king_model: base.king_model ?? null,
    challenger_model: base.challenger_model ?? null,
    history_flags: base.history_flags ?? [],
    opponent_flags: base.opponent_flags ?? [],
    judges: turn.judges,
    ...hashes,
    config_hash: rules.config_hash,
  };
}
