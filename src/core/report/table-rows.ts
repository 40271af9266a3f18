/**
 * Answers, scores and verdicts as flat rows, for questions that no report answers. Nothing that stays in answer/
 * is in them: no hidden words, no rejected tries, no evidence.
 */
import type { Answer } from "../../records/answer.ts";
import type { RunInfo } from "../../records/run-info.ts";
import { METRICS, type MetricValues, type Score } from "../../records/score.ts";
import { hidesChallenger, shownReason } from "../exit/hidden.ts";

/** Column -> DuckDB type, in order. */
export const TABLES = {
  answers: {
    file: "VARCHAR",
    instance_id: "VARCHAR",
    repo: "VARCHAR",
    run: "VARCHAR",
    turn: "INTEGER",
    dataset: "VARCHAR",
    messages: "INTEGER",
    history_chars: "INTEGER",
    king: "VARCHAR",
    challenger: "VARCHAR",
    reference: "VARCHAR",
    king_model: "VARCHAR",
    king_attempts: "INTEGER",
    king_tokens_in: "BIGINT",
    king_tokens_out: "BIGINT",
    king_usd: "DOUBLE",
    challenger_model: "VARCHAR",
    challenger_attempts: "INTEGER",
    challenger_tokens_in: "BIGINT",
    challenger_tokens_out: "BIGINT",
    challenger_usd: "DOUBLE",
    audit: "VARCHAR",
    audit_kinds: "VARCHAR[]",
    dropped: "VARCHAR",
  },
  scores: {
    file: "VARCHAR",
    instance_id: "VARCHAR",
    repo: "VARCHAR",
    mode: "INTEGER",
    score: "DOUBLE",
    correctness: "DOUBLE",
    grounding: "DOUBLE",
    progress: "DOUBLE",
    protocol: "DOUBLE",
    efficiency: "DOUBLE",
    decisive_score: "DOUBLE",
    style: "VARCHAR",
    parsed: "BOOLEAN",
    pending: "INTEGER",
    disqualified: "VARCHAR",
    votes_win: "INTEGER",
    votes_draw: "INTEGER",
    votes_loss: "INTEGER",
    king_chars: "INTEGER",
    challenger_chars: "INTEGER",
  },
  verdicts: {
    file: "VARCHAR",
    model: "VARCHAR",
    provider: "VARCHAR",
    judge_order: "VARCHAR",
    attempt: "INTEGER",
    counts: "BOOLEAN",
    correctness: "DOUBLE",
    grounding: "DOUBLE",
    progress: "DOUBLE",
    protocol: "DOUBLE",
    efficiency: "DOUBLE",
    unread: "VARCHAR",
    reason: "VARCHAR",
    tokens_in: "BIGINT",
    tokens_out: "BIGINT",
    usd: "DOUBLE",
    time: "VARCHAR",
  },
} as const;

export type TableName = keyof typeof TABLES;
export type TableRow = Readonly<Record<string, unknown>>;

export function answerTableRow(file: string, answer: Answer): TableRow {
  const { instance_id, repo, run, turn, origin, messages, audit } = answer;
  return {
    file,
    instance_id,
    repo: repo ?? null,
    run: run ?? null,
    turn: turn ?? null,
    dataset: origin?.dataset ?? null,
    messages: messages.length,
    history_chars: messages.reduce((sum, { content }) => sum + content.length, 0),
    king: answer.king,
    challenger: hidesChallenger(answer) ? null : answer.challenger,
    reference: answer.assistant,
    ...callCells("king", answer.king_run),
    ...callCells("challenger", answer.challenger_run),
    audit: audit?.verdict ?? null,
    audit_kinds: [...new Set((audit?.findings ?? []).map(({ kind }) => kind))].sort(),
    dropped: answer.challenger_drop?.reason ?? null,
  };
}

export function scoreTableRow(score: Score): TableRow {
  const { disqualified, votes, lengths } = score;
  return {
    file: score.file,
    instance_id: score.instance_id,
    repo: score.repo ?? null,
    mode: score.mode,
    score: score.score,
    ...metricCells(score.metrics),
    decisive_score: score.decisive_score ?? null,
    style: score.style,
    parsed: score.parsed,
    pending: score.pending,
    disqualified:
      disqualified === null ? null : shownReason(disqualified.reason, disqualified.detail),
    votes_win: votes?.win ?? null,
    votes_draw: votes?.draw ?? null,
    votes_loss: votes?.loss ?? null,
    king_chars: lengths?.opponent ?? null,
    challenger_chars: lengths?.challenger ?? null,
  };
}

/** A row a reply; `counts`: it is about the present pair and was not asked anew since. */
export function verdictTableRows(score: Score, isHidden: boolean): TableRow[] {
  return score.judges.map((judge) => ({
    file: score.file,
    model: judge.model,
    provider: judge.provider,
    judge_order: judge.order,
    attempt: judge.attempt,
    counts:
      judge.superseded !== true &&
      [score.pair_hash, score.plain_hash].includes(judge.pair_hash) &&
      judge.metrics !== null,
    ...metricCells(judge.metrics),
    unread: judge.unread,
    reason: isHidden ? null : judge.reason,
    tokens_in: judge.usage.prompt_tokens,
    tokens_out: judge.usage.completion_tokens,
    usd: judge.cost_usd,
    time: judge.time,
  }));
}

// ---------------------------------------------------------------------------------------------

const metricCells = (metrics: MetricValues | null): TableRow =>
  Object.fromEntries(METRICS.map((name) => [name, metrics?.[name] ?? null]));

const callCells = (who: "king" | "challenger", run: RunInfo | undefined): TableRow => ({
  [`${who}_model`]: run?.model ?? null,
  [`${who}_attempts`]: run?.attempts ?? null,
  [`${who}_tokens_in`]: run?.usage.prompt_tokens ?? null,
  [`${who}_tokens_out`]: run?.usage.completion_tokens ?? null,
  [`${who}_usd`]: run?.cost_usd ?? null,
});
