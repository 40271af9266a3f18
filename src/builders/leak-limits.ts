/** The audit's limits in force: those of chain.toml, or the one that the workspace's kings set. */
import type { Config } from "../config.ts";
import { AUDIT_VERSION, type AuditThresholds } from "../core/audit/audit.ts";
import { kingLimit, MIN_KINGS, type KingScore } from "../core/audit/king-limit.ts";
import { kingAudit } from "../core/challenger/filing.ts";
import { listAnswers } from "../io/answers.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { makeNeighbours } from "../io/neighbours.ts";
import { makeRollouts } from "../io/rollouts.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import { LEAK_LIMIT_FILE, leakLimitSchema, type LeakLimit } from "../records/leak-limit.ts";
import { SCHEMA } from "../records/schema.ts";
import type { Progress } from "../work.ts";

/**
 * @param freeze write the kings' limit down, so that later turns of the workspace are held to the same.
 * Only `leak_min = "king"` reads or writes a file.
 */
export async function leakLimits(
  config: Pick<Config, "audit" | "challenger" | "source">,
  { store, progress }: { readonly store: Store; readonly progress: Progress },
  freeze: boolean,
): Promise<AuditThresholds> {
  const { suspect_min, leak_min, retry_min } = config.audit;
  if (leak_min !== "king") return { suspect_min, leak_min, retry_min };
  const frozen = await store.readIfThere(LEAK_LIMIT_FILE, leakLimitSchema);
  if (frozen !== null) {
    if (frozen.reason === "too_few_kings") progress.note(`${tooFew(frozen)}, and stays frozen`);
    if (frozen.version !== AUDIT_VERSION) {
      progress.note(
        `${LEAK_LIMIT_FILE} is of ${frozen.version}, the audit is ${AUDIT_VERSION}: it stays frozen; delete the file to have it taken anew`,
      );
    }
    return { suspect_min, leak_min: frozen.leak_min, retry_min };
  }
  const limit: LeakLimit = {
    schema: SCHEMA,
    ...kingLimit(await kingScores(store, config)),
    version: AUDIT_VERSION,
  };
  if (freeze) {
    await store.write(LEAK_LIMIT_FILE, limit);
    if (limit.reason === "too_few_kings")
      progress.note(`${tooFew(limit)}, and is frozen for this workspace`);
  }
  return { suspect_min, leak_min: limit.leak_min, retry_min };
}

// ---------------------------------------------------------------------------------------------

/** A workspace that began with a few turns would keep the default for ever, and nobody would know. */
const tooFew = ({ kings, leak_min }: LeakLimit): string =>
  `${LEAK_LIMIT_FILE} is of ${kings} kings with something to say, ${MIN_KINGS} are needed: the default ${leak_min} stands (delete the file to have it taken anew)`;

/** As each king is audited, too: with its neighbours, and the blind runs where these count. */
async function kingScores(
  store: Store,
  { audit, challenger, source }: Pick<Config, "audit" | "challenger" | "source">,
): Promise<readonly KingScore[]> {
  const scores: KingScore[] = [];
  const neighbours = makeNeighbours(store);
  const rollouts = makeRollouts(store, audit.rollouts);
  for (const { name, path } of await listAnswers(store)) {
    const answer = await store.read(path, answerSchema);
    const { instance_id, king } = answer;
    if (king === "" || source.exclude_ids.includes(instance_id)) continue;
    const pr = await readHiddenOf(store, { name, instance_id }, challenger.hidden);
    if (pr === null) continue;
    const [others, runs] = [await neighbours(instance_id), await rollouts(instance_id)];
    const { king_audit } = kingAudit(answer, pr, ANY, others, runs);
    if (king_audit !== undefined) scores.push({ text: king, score: king_audit.score ?? 0 });
  }
  return scores;
}

/** Scores do not depend on the limits. */
const ANY = { suspect_min: 1, leak_min: 2 };
