/** What the calls of a workspace cost, from the ledger's lines: failed calls too, unpriced ones said. */
import { z } from "zod";
import { ledgerLineSchema, type LedgerLine } from "../../records/ledger.ts";

export type Spending = {
  readonly stage: string;
  readonly model: string;
  readonly provider: string;
  /** Calls that ended, well or not. */
  readonly calls: number;
  readonly failed: number;
  readonly tokens_in: number;
  readonly tokens_cached: number;
  readonly tokens_out: number;
  readonly tokens_reasoning: number;
  /** Of the priced calls. */
  readonly usd: number;
  /** USD of calls that failed; part of `usd`. */
  readonly usd_failed: number;
  readonly unpriced: number;
  /** Sum over calls in milliseconds. */
  readonly latency_ms: number;
  /** Calls whose outcome was never written: in flight when a run died. Not part of `calls`. */
  readonly lost: number;
  /** USD reserved by the lost ones. */
  readonly usd_lost: number;
  /** Lost calls that were booked at the most they can have cost; not part of `calls`. Absent: none. */
  readonly booked?: number;
  /** USD of these; part of `usd`. */
  readonly usd_booked?: number;
  /** Lost and booked calls without a price: what they cost is in no sum. Absent: none. */
  readonly unpriced_lost?: number;
  readonly unpriced_booked?: number;
};

/** What was added up so far, as JSON can say it. */
export const spendingState = z.object({
  sums: z.array(
    z.object({
      stage: z.string(),
      model: z.string(),
      provider: z.string(),
      calls: z.number(),
      failed: z.number(),
      tokens_in: z.number(),
      tokens_cached: z.number(),
      tokens_out: z.number(),
      tokens_reasoning: z.number(),
      usd: z.number(),
      usd_failed: z.number(),
      unpriced: z.number(),
      latency_ms: z.number(),
      lost: z.number(),
      usd_lost: z.number(),
      booked: z.number().exactOptional(),
      usd_booked: z.number().exactOptional(),
      unpriced_booked: z.number().exactOptional(),
    }),
  ),
  /** Calls without an outcome. */
  open: z.array(ledgerLineSchema),
});
export type SpendingState = z.infer<typeof spendingState>;

export type SpendingSum = {
  add(line: LedgerLine): void;
  state(): SpendingState;
  /** One entry a stage and model, in the order of the stages, then by name. Empty ledger: []. */
  rows(): Spending[];
};

/** Adds the ledger up line by line, in bounded memory but for calls in flight. @param from goes on from there */
export function sumSpending(from: SpendingState | null = null): SpendingSum {
  const sums = new Map<string, Mutable>();
  for (const sum of from?.sums ?? []) sums.set(keyOf(sum), { ...sum });
  const open = new Map<string, LedgerLine>((from?.open ?? []).map((line) => [line.id, line]));
  const entryOf = (line: LedgerLine): Mutable => {
    const key = keyOf(line);
    const entry = sums.get(key) ?? emptyEntry(line);
    sums.set(key, entry);
    return entry;
  };
  return {
    add(line) {
      if (line.event === "intent") {
        open.set(line.id, line);
        return;
      }
      open.delete(line.id);
      const entry = entryOf(line);
      entry.tokens_in += line.tokens_in;
      entry.tokens_cached += line.tokens_cached;
      entry.tokens_out += line.tokens_out;
      entry.tokens_reasoning += line.tokens_reasoning;
      if (line.outcome === "unknown") {
        entry.booked = (entry.booked ?? 0) + 1;
        entry.usd += line.usd ?? 0;
        entry.usd_booked = (entry.usd_booked ?? 0) + (line.usd ?? 0);
        if (line.usd === null) entry.unpriced_booked = (entry.unpriced_booked ?? 0) + 1;
        return;
      }
      const failed = line.outcome !== "ok";
      entry.calls++;
      if (failed) entry.failed++;
      entry.latency_ms += line.latency_ms ?? 0;
      if (line.usd === null) entry.unpriced++;
      else {
        entry.usd += line.usd;
        if (failed) entry.usd_failed += line.usd;
      }
    },
    state: () => ({ sums: [...sums.values()], open: [...open.values()] }),
    rows() {
      const lost = new Map<string, Lost>();
      for (const line of open.values()) {
        entryOf(line);
        const key = keyOf(line);
        const sum = lost.get(key) ?? NONE_LOST;
        lost.set(key, {
          n: sum.n + 1,
          usd: sum.usd + (line.usd ?? 0),
          unpriced: sum.unpriced + (line.usd === null ? 1 : 0),
        });
      }
      return [...sums]
        .map(([key, entry]) => {
          const { n, usd, unpriced } = lost.get(key) ?? NONE_LOST;
          const more = unpriced === 0 ? {} : { unpriced_lost: unpriced };
          return { ...entry, lost: n, usd_lost: usd, ...more };
        })
        .sort(
          (a, b) =>
            stageIndex(a.stage) - stageIndex(b.stage) ||
            (a.stage + a.model < b.stage + b.model ? -1 : 1),
        );
    },
  };
}

/** Where a stage stands in the chain; unknown ones come last. */
export function stageIndex(stage: string): number {
  const index = STAGE_ORDER.indexOf(stage);
  return index < 0 ? STAGE_ORDER.length : index;
}

// ---------------------------------------------------------------------------------------------

const STAGE_ORDER = ["prompt", "king", "challenger", "audit", "validate", "refine", "report"];

const keyOf = ({
  stage,
  provider,
  model,
}: Pick<Spending, "stage" | "provider" | "model">): string => `${stage}\n${provider}\n${model}`;

type Lost = { readonly n: number; readonly usd: number; readonly unpriced: number };
const NONE_LOST: Lost = { n: 0, usd: 0, unpriced: 0 };

type Mutable = { -readonly [K in keyof Spending]: Spending[K] };

function emptyEntry({ stage, model, provider }: LedgerLine): Mutable {
  return {
    stage,
    model,
    provider,
    calls: 0,
    failed: 0,
    tokens_in: 0,
    tokens_cached: 0,
    tokens_out: 0,
    tokens_reasoning: 0,
    usd: 0,
    usd_failed: 0,
    unpriced: 0,
    latency_ms: 0,
    lost: 0,
    usd_lost: 0,
  };
}
