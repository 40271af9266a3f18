/** The provider `offline`, through the ledger: a recorded reply counts as a call that cost nothing. */
import { NO_USAGE } from "../../records/run-info.ts";
import type { ChatRequest, ItemRef, ModelRef, Outcome } from "../../work.ts";
import type { World } from "./options.ts";

export async function askOffline(
  { offline, ledger, clock, progress, keep }: World,
  request: ChatRequest,
  ref: ModelRef,
  item: ItemRef,
): Promise<Outcome> {
  if (offline === undefined) throw new Error("chat: nobody answers for the provider offline");
  const id = await ledger.intent({ ...item, ...ref }, NO_USAGE, 0);
  const started = clock();
  const outcome = offline({ ...request, ...ref });
  // As of a call that was paid for: a run that is killed counts it once.
  if (outcome.ok) keep?.(item, request, outcome.reply);
  await ledger.outcome(id, {
    usage: outcome.ok ? outcome.reply.usage : NO_USAGE,
    usd: 0,
    latencyMs: Math.round(clock() - started),
    outcome: outcome.ok ? "ok" : outcome.failure.kind,
    estimated: false,
  });
  progress.spent(
    outcome.ok ? outcome.reply.usage : NO_USAGE,
    0,
    outcome.ok ? null : outcome.failure.kind,
  );
  return outcome;
}
