/**
 * Which answers go before the grounding judge. Claims leave no trace in the text, so suspects alone would
 * be the wrong ones to ask about: what counts is whether the changed lines had been read.
 */
import type { Answer, Audit } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { readHidden } from "../audit/hidden.ts";
import { shownShare } from "../audit/lines.ts";
import { readVisible } from "../audit/visible.ts";
import { historyHash, sha256Hex } from "../turn/hash.ts";

/**
 * suspects: those alone. tenth: and a seeded tenth of all others, as a meter. unread: and every answer from
 * before a line of the change was read.
 */
export type GroundingOf = "suspects" | "tenth" | "unread";

/** Share of a hunk's lines that counts as having read it. */
const READ = 0.3;

export function isForJudge(
  answer: Pick<Answer, "messages" | "instance_id">,
  pr: PullRequest,
  audit: Pick<Audit, "verdict">,
  of: GroundingOf,
): boolean {
  if (audit.verdict === "suspect") return true;
  if (of === "suspects") return false;
  // By the turn alone, so that a run that is killed asks about the same ones.
  if (of === "tenth") {
    const hash = sha256Hex(`grounding/${answer.instance_id}/${historyHash(answer.messages)}`);
    return Number.parseInt(hash.slice(0, 8), 16) % 10 === 0;
  }
  const changes = readHidden(pr).hunks.filter((hunk) => hunk.part === "patch" && !hunk.isNewFile);
  const shown = readVisible(answer.messages).observed();
  return !changes.some((hunk) => shownShare(hunk, shown) >= READ);
}
