/**
 * Audits the answers of a workspace again, without a model call: for answers that were written before
 * there was an audit, by hand or elsewhere, and after a change of [audit]. Tries are left as they are.
 */
import { leakLimits } from "../builders/leak-limits.ts";
import type { Config } from "../config.ts";
import { asBlind, auditAnswer, type AuditThresholds } from "../core/audit/audit.ts";
import { auditLines } from "../core/audit/lines-of-summary.ts";
import { auditedAnswer, summarizeAudits, type AuditedAnswer } from "../core/audit/summary.ts";
import { blindOf, kingAudit, limitsOf, seenBy } from "../core/challenger/filing.ts";
import { makeTally } from "../core/tally.ts";
import { UserError } from "../errors.ts";
import { listAnswers } from "../io/answers.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { makeNeighbours } from "../io/neighbours.ts";
import { makeRollouts } from "../io/rollouts.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import type { PullRequest } from "../records/pull-request.ts";
import type { Rollouts } from "../records/rollouts.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { Deps } from "../deps.ts";

export async function audit(
  config: Config,
  deps: Pick<Deps, "store" | "progress">,
  options: StageOptions,
): Promise<StageSummary> {
  const { store, progress } = deps;
  const files = await listAnswers(store, options);
  if (files.length === 0) {
    throw new UserError("audit: answer/ holds no answers", "run `npm run stage:king` first");
  }
  const tally = makeTally();
  const done: AuditedAnswer[] = [];
  const neighbours = makeNeighbours(store);
  const rollouts = makeRollouts(store, config.audit.rollouts);
  const limits = await leakLimits(config, deps, false);
  progress.begin("audit", files.length);
  for (const { name, path } of files) {
    const answer = await store.read(path, answerSchema);
    if (config.source.exclude_ids.includes(answer.instance_id)) {
      tally.dropped("excluded_id");
      progress.step("dropped");
      continue;
    }
    const of = { name, instance_id: answer.instance_id };
    const pr = await readHiddenOf(store, of, config.challenger.hidden);
    const others = await neighbours(answer.instance_id);
    const audited = auditRecord(
      { answer, pr, others, rollouts: await rollouts(answer.instance_id) },
      limits,
    );
    if (!isSame(audited, answer)) await store.write(path, audited);
    done.push(auditedAnswer(name, audited));
    tally.kept();
    progress.step("kept");
  }
  progress.end();
  return tally.summary("audit", null, auditLines(summarizeAudits(done)));
}

// ---------------------------------------------------------------------------------------------

type Read = {
  readonly answer: Answer;
  readonly pr: PullRequest | null;
  readonly others: readonly PullRequest[];
  readonly rollouts: Rollouts | null;
};

/** An answer without a challenger yet gets the king's audit alone. */
function auditRecord({ answer, pr, others, rollouts }: Read, limits: AuditThresholds): Answer {
  const king = kingAudit(answer, pr, limits, others, rollouts);
  if (answer.challenger === "") return { ...answer, ...king };
  const found = auditAnswer(
    {
      ...seenBy(answer),
      answer: answer.challenger,
      pr,
      others,
      canaries: answer.canaries,
      blind: blindOf(answer, rollouts),
    },
    limitsOf(answer, limits),
  );
  return { ...answer, audit: isBlind(answer) ? asBlind(found) : found, ...king };
}

const isBlind = (answer: Answer): boolean => answer.challenger_choice !== undefined;
const isSame = (a: Answer, b: Answer): boolean => JSON.stringify(a) === JSON.stringify(b);
