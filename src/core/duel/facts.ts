/** What the duel needs of one score file: small, so that many thousands fit in memory. */
import type { Judgement, Score } from "../../records/score.ts";
import { makeSharing } from "../sharing.ts";
import type { DuelRules } from "./rules.ts";
import { clusterOf, type ClusterBy } from "./cluster-by.ts";
import { ballotsOf, isOfPair, judgesToAsk } from "./verdicts.ts";
import type { Ballot } from "./turn-score.ts";

export type TurnFacts = {
  readonly file: string;
  /** What the gate counts as one: its repository, run or instance. */
  readonly cluster: string;
  readonly repo: string;
  readonly instance: string;
  readonly score: number | null;
  /** The score is of outcomes, not of the panel's votes. */
  readonly ofOutcome?: true;
  readonly parsed: boolean;
  readonly pending: number;
  readonly disqualified: string | null;
  /** Judges that gave every order; one verdict an order, in the order of `ordersFor`. */
  readonly ballots: readonly Ballot[];
  readonly decisive: number | null;
  /** Characters. */
  readonly lengths: { readonly opponent: number; readonly challenger: number } | null;
  /** Replies that count, and those of them that could not be read, by judge. */
  readonly replies: Readonly<Record<string, { readonly all: number; readonly unread: number }>>;
  readonly unread: readonly string[];
  /** Some verdict was given under other settings than the present ones. */
  readonly otherSettings: boolean;
  /** Of the verdicts that count: their versions, and what the calls for them cost. */
  readonly versions: readonly Version[];
  readonly flaggedHistory: boolean;
  readonly flaggedOpponent: boolean;
  readonly calls: { readonly asked: number; readonly full: number };
  readonly models: readonly string[];
};

export type Version = {
  /** "judge-1". */
  readonly prompt: string;
  /** Whether calls, ids and results were covered; null: there are none, and no difference. */
  readonly hash: "plain" | "structure" | null;
  /** null: not priced. */
  readonly usd: number | null;
};

export function factsOf(score: Score, rules: DuelRules, clusterBy: ClusterBy): TurnFacts {
  const live = score.judges.filter((reply) => isOfPair(reply, score) && reply.superseded !== true);
  const replies: Record<string, { all: number; unread: number }> = {};
  for (const reply of live) {
    const count = (replies[reply.model] ??= { all: 0, unread: 0 });
    count.all++;
    if (reply.metrics === null) count.unread++;
  }
  const asked = score.disqualified === null ? judgesToAsk(score, rules).length : 0;
  return {
    file: score.file,
    cluster: clusterOf(score, clusterBy),
    repo: clusterOf(score, "repo"),
    instance: score.instance_id,
    score: score.score,
    ...(score.outcome === undefined ? {} : { ofOutcome: true as const }),
    parsed: score.parsed && score.score !== null,
    pending: score.pending,
    disqualified: score.disqualified?.reason ?? null,
    ballots: score.parsed && score.disqualified === null ? ballotsOf(score, rules) : [],
    decisive: score.decisive_score ?? null,
    lengths: score.lengths ?? null,
    replies,
    unread: live.flatMap((reply) => (reply.unread === null ? [] : [reply.unread])),
    otherSettings: live.some((reply) => reply.config_hash !== rules.config_hash),
    versions: live
      .filter(({ metrics }) => metrics !== null)
      .map((reply) => versionOf(reply, score)),
    flaggedHistory: (score.history_flags ?? []).length > 0,
    flaggedOpponent: (score.opponent_flags ?? []).length > 0,
    calls: { asked, full: score.disqualified === null ? rules.panel.length : 0 },
    models: [score.king_model, score.challenger_model].flatMap((model) => model ?? []),
  };
}

/** The same facts, made of parts that those of earlier turns have as well. */
export function sharedFacts(): (facts: TurnFacts) => TurnFacts {
  const { text, part } = makeSharing();
  return (facts) => ({
    ...facts,
    cluster: text(facts.cluster),
    repo: text(facts.repo),
    instance: text(facts.instance),
    ballots: facts.ballots.map(part),
    lengths: part(facts.lengths),
    replies: part(facts.replies),
    unread: part(facts.unread),
    versions: part(facts.versions),
    calls: part(facts.calls),
    models: part(facts.models),
  });
}

// ---------------------------------------------------------------------------------------------

function versionOf(reply: Judgement, { plain_hash }: Score): Version {
  return {
    // Builds that did not write it down had this one alone.
    prompt: reply.prompt_version ?? "judge-1",
    hash: plain_hash === undefined ? null : reply.pair_hash === plain_hash ? "plain" : "structure",
    usd: reply.cost_usd,
  };
}
