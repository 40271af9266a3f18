/** What a workspace has spent, for a budget that is to be shared out; the ledger is only read. */
import { readLedger } from "./read-ledger.ts";
import type { Store } from "./store.ts";

/** Tokens and USD; calls without an outcome count as what they reserved. */
export async function spentIn(
  store: Store,
): Promise<{ readonly tokens: number; readonly usd: number }> {
  const open = new Map<string, { tokens: number; usd: number }>();
  const sum = { tokens: 0, usd: 0 };
  for await (const line of readLedger(store)) {
    const cost = { tokens: line.tokens_in + line.tokens_out, usd: line.usd ?? 0 };
    if (line.event === "intent") {
      open.set(line.id, cost);
      continue;
    }
    open.delete(line.id);
    sum.tokens += cost.tokens;
    sum.usd += cost.usd;
  }
  for (const { tokens, usd } of open.values()) {
    sum.tokens += tokens;
    sum.usd += usd;
  }
  return sum;
}
