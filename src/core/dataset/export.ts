/**
 * Judged turns as training examples: which turns may be learned from, and which pairs of answers are
 * sure enough to be a preference. Works on the exported record alone: nothing else may be published.
 */
import type { Bucket, Exported } from "../../records/exported.ts";
import type { Message } from "../../records/message.ts";
import type { Review } from "../../records/review.ts";
import type { Score } from "../../records/score.ts";
import { isCurrent, personScore } from "../report/person.ts";
import { judgeViews } from "../report/verdicts.ts";
import { repoFromId } from "../sample/shapes.ts";
import type { Example, Metadata } from "./example.ts";
import { modelNames, originName, withProvenance } from "./provenance.ts";
import type { Grouping } from "./settings.ts";
import { winnerOf } from "./winner.ts";

export const EXPORT_REASONS = [
  /** The audit says that the challenger used what only the pull request knows. */
  "leak",
  /** An answer held a key, a token or a password. */
  "secret",
  /** The challenger never kept to the form, or is empty. */
  "malformed",
  /** A turn of `refined`, which was not asked for, or of `defeat` where no pair was asked for. */
  "not_asked_for",
  /** Lost before a judge was asked, or the score file is gone: no verdicts to agree. */
  "not_judged",
  /** The score or one of the two orders says otherwise than the bucket, or draws. */
  "orders_disagree",
  /** A person called it a draw. */
  "person_draw",
  /** Both answers are the same, or one is missing. */
  "no_second_answer",
] as const;
export type ExportReason = (typeof EXPORT_REASONS)[number];

/** A turn with its secrets masked. */
export type JudgedTurn = {
  /** The name in final/, refined/ or defeat/. */
  readonly file: string;
  readonly bucket: Bucket;
  readonly exported: Exported;
  readonly score: Score | null;
  readonly review: Review | null;
  /** Kinds of secrets that the answers held, by answer. */
  readonly secrets: {
    readonly challenger: boolean;
    readonly opponent: boolean;
    readonly reference: boolean;
  };
};

export type ExportWants = {
  /** Also learn from `refined`. */
  readonly refined: boolean;
  /** Formats have a place for these. */
  readonly sft: boolean;
  readonly preference: boolean;
  readonly negative: boolean;
  readonly stepwise: boolean;
  /** Of the model that is to be trained: what it said as king is its own words. */
  readonly policy: string | null;
  readonly groupBy: Grouping;
};

export type TurnExamples = {
  readonly examples: readonly Example[];
  /** Why the turn gave no example, or no pair; null when it gave all that was asked for. */
  readonly reason: ExportReason | null;
};

/**
 * The examples of a turn: its challenger to learn (final, refined on request), and the pair that score,
 * both orders and bucket agree on. In `defeat` the pair is the other way round.
 */
export function examplesOf(turn: JudgedTurn, wants: ExportWants): TurnExamples {
  const { exported, bucket, secrets } = turn;
  const out = (reason: ExportReason): TurnExamples => ({ examples: [], reason });
  const fault = learnable(turn);
  if (fault !== null) return out(fault);
  if (bucket === "refined" && !wants.refined) return out("not_asked_for");
  const base = exportBase(turn, wants.groupBy);
  const said = exported.challenger_message;
  const examples: Example[] = [];
  if (wants.sft && bucket !== "defeat") {
    examples.push({ ...base, kind: "sft", answer: exported.challenger, said: { answer: said } });
  }
  if (!wants.preference && !wants.negative) {
    return { examples, reason: examples.length === 0 ? "not_asked_for" : null };
  }
  const winner = winnerOf(turn);
  if (!winner.ok) return { examples, reason: winner.reason };
  const metadata = { ...base.metadata, rejected_by: rejectedBy(turn, winner.winner, wants.policy) };
  const opponent = opponentOf(turn);
  const isChallenger = winner.winner === "challenger";
  const [chosen, rejected] = isChallenger
    ? [exported.challenger, opponent]
    : [opponent, exported.challenger];
  const [better, worse] = isChallenger ? [said, opponentSaid(turn)] : [opponentSaid(turn), said];
  if (opponent.trim() === "" || chosen === rejected)
    return { examples, reason: "no_second_answer" };
  if (secrets.opponent) return { examples, reason: "secret" };
  // Of a pair both are learned from; against the reference the other one is the run's own.
  const king = turn.score?.mode === 1 ? null : exported.king_run?.model;
  const models = modelNames(exported.challenger_run?.model, king);
  if (wants.preference) {
    const both = { chosen: better, rejected: worse };
    examples.push({
      ...base,
      metadata: { ...metadata, models },
      kind: "preference",
      chosen,
      rejected,
      said: both,
    });
  }
  if (wants.negative) {
    const model = isChallenger ? king : exported.challenger_run?.model;
    examples.push({
      ...base,
      metadata: { ...metadata, models: modelNames(model) },
      kind: "negative",
      answer: rejected,
      said: { answer: worse },
    });
  }
  return { examples, reason: null };
}

/** Why nobody may learn from the turn's challenger; null: it may be learned. */
export function learnable({ exported, secrets }: JudgedTurn): ExportReason | null {
  if (exported.audit?.verdict === "leak" || exported.reason.startsWith("leak")) return "leak";
  if (secrets.challenger) return "secret";
  const isForm = exported.challenger.trim() !== "" && exported.challenger_run?.malformed == null;
  return isForm ? null : "malformed";
}

/** Who wrote the answer that lost. "policy": the very model that is to be trained. */
export type RejectedBy = "policy" | "king" | "challenger" | "reference";

function rejectedBy(
  { exported, score }: JudgedTurn,
  winner: "challenger" | "opponent",
  policy: string | null,
): RejectedBy {
  const isOwn = (model: string | undefined): boolean => policy !== null && model === policy;
  if (winner === "opponent") {
    return isOwn(exported.challenger_run?.model) ? "policy" : "challenger";
  }
  if (score?.mode === 1) return "reference";
  return isOwn(exported.king_run?.model) ? "policy" : "king";
}

/** Against whom the challenger was judged: the king, in mode 1 the reference. */
export function opponentOf({ exported, score }: Pick<JudgedTurn, "exported" | "score">): string {
  return score?.mode === 1 ? exported.assistant : exported.king;
}

/** The same with its calls; undefined where it has none. */
function opponentSaid({ exported, score }: JudgedTurn): Message | undefined {
  return score?.mode === 1 ? exported.assistant_message : exported.king_message;
}

/** The bucket a person gave, or the one the file lies in. */
export function bucketInForce(
  bucket: Bucket,
  review: Review | null,
  score: Score | null,
  limits: { readonly final_min: number; readonly defeat_max: number },
): Bucket {
  if (review === null || !isCurrent(review, score)) return bucket;
  if (review.bucket !== null) return review.bucket;
  if (review.verdict === null) return bucket;
  const value = personScore(review.verdict);
  return value >= limits.final_min ? "final" : value < limits.defeat_max ? "defeat" : "refined";
}

/** What every example of a turn begins with. */
export function exportBase(turn: JudgedTurn, groupBy: Grouping): Base {
  const { exported } = turn;
  const repo = exported.repo || repoFromId(exported.instance_id);
  return {
    prompt: exported.messages.map(promptMessage),
    group: groupBy === "instance" || repo === "" ? exported.instance_id : repo,
    metadata: withProvenance(metadataOf(turn, repo), {
      run: exported.run ?? "",
      turn: exported.turn ?? -1,
      origin: originName(exported.origin),
      models: modelNames(exported.challenger_run?.model),
    }),
    ...(exported.protocol === "tools" ? { tools: exported.tools ?? [] } : {}),
  };
}

// ---------------------------------------------------------------------------------------------

type Base = Pick<Example, "prompt" | "group" | "metadata" | "tools">;

function promptMessage(message: Message): Message {
  const { role, content, reasoning, tool_calls, tool_call_id, name } = message;
  return {
    role,
    content,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(tool_calls === undefined ? {} : { tool_calls }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Margin in points: challenger minus opponent. Agreement: share of judges on the winning side. */
function metadataOf(turn: JudgedTurn, repo: string): Metadata {
  const { exported, score, review } = turn;
  const judges = score === null ? [] : judgeViews(score);
  const side = Math.sign(exported.score - 50);
  const agreeing = judges.filter((judge) => Math.sign(judge.score - 50) === side).length;
  return {
    instance_id: exported.instance_id,
    repo,
    file: turn.file,
    bucket: turn.bucket,
    score: exported.score,
    margin: Math.round((2 * exported.score - 100) * 1e4) / 1e4,
    judges: judges.length,
    judges_agreeing: judges.length === 0 ? -1 : Math.round((1e4 * agreeing) / judges.length) / 1e4,
    against: score?.mode === 1 ? "reference" : "king",
    audit: exported.audit?.verdict ?? "unchecked",
    decided_by: review !== null && isCurrent(review, score) ? "person" : "panel",
    challenger_model: exported.challenger_run?.model ?? "",
    king_model: exported.king_run?.model ?? "",
    // The first answer's file, of rows that learn from a second one.
    refined_from: exported.refined_from ?? "",
    // Of pairs and their losers alone.
    rejected_by: "",
  };
}
