/** What is known of a run as a whole, read anew when its files changed: duel, cost, models, when. */
import { stat } from "node:fs/promises";
import type { Config } from "../config.ts";
import { RECORDED_PROVIDER } from "../core/report/report-data.ts";
import { sumSpending } from "../core/report/spending.ts";
import { readLedger } from "../io/read-ledger.ts";
import { readRuns } from "../io/run-file.ts";
import type { Store } from "../io/store.ts";
import { duelSchema, type Duel } from "../records/duel.ts";
import { readable } from "./readable.ts";

export type RunFacts = {
  readonly name: string;
  /** Of the mode in force; null: validate has not run. */
  readonly duel: Duel | null;
  /** Of the priced calls, over all runs. */
  readonly usd: number;
  readonly calls: number;
  readonly unpriced: number;
  /** Replies were replayed, no model was asked. */
  readonly recorded: boolean;
  /** Models as chain.toml names them. */
  readonly king: string;
  readonly challenger: string;
  /** Start of the last stage that ran, ISO 8601; null: none did. */
  readonly when: string | null;
};

export type RunSource = {
  readonly name: string;
  readonly store: Store;
  readonly config: Pick<Config, "king" | "challenger" | "duel">;
};

/** While a stage writes, what was last known is given and read anew beside it: no page waits for a ledger. */
export function openRunFacts({ name, store, config }: RunSource): () => Promise<RunFacts> {
  let stamp = "";
  let known: RunFacts | null = null;
  let reading: Promise<RunFacts> | null = null;
  return async () => {
    const now = await stampOf(store);
    if (known !== null && now === stamp) return known;
    reading ??= readFacts({ name, store, config })
      .then((facts) => {
        known = facts;
        stamp = now;
        return facts;
      })
      .finally(() => {
        reading = null;
      });
    if (known === null) return reading;
    // A fault of a file is told by whoever asks first, and by the pages that read it.
    reading.catch(() => null);
    return known;
  };
}

export function gateWord(duel: Duel | null): string {
  if (duel === null) return "not judged";
  return duel.accepted === null ? "not decided" : duel.accepted ? "accepted" : "not accepted";
}

// ---------------------------------------------------------------------------------------------

const FILES = ["score/_duel.json", "report/ledger.jsonl", "report/run.json"];

async function stampOf(store: Store): Promise<string> {
  const stamps = FILES.map((file) =>
    stat(store.path(file)).then(
      ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
      () => "-",
    ),
  );
  return (await Promise.all(stamps)).join(" ");
}

async function readFacts({ name, store, config }: RunSource): Promise<RunFacts> {
  const duel = await readable(store.readIfThere("score/_duel.json", duelSchema));
  const runs = (await readable(readRuns(store))) ?? {};
  const spending = (await readable(spendingOf(store))) ?? [];
  const sum = (of: (entry: (typeof spending)[number]) => number): number =>
    spending.reduce((all, entry) => all + of(entry), 0);
  const starts = Object.values(runs).map(({ started }) => started);
  return {
    name,
    duel: duel?.mode === config.duel.mode ? duel : null,
    usd: sum((entry) => entry.usd),
    calls: sum((entry) => entry.calls),
    unpriced: sum((entry) => entry.unpriced),
    recorded: config.challenger.provider === RECORDED_PROVIDER,
    king: config.king.model,
    challenger: config.challenger.model,
    when: starts.sort().at(-1) ?? null,
  };
}

async function spendingOf(
  store: Store,
): Promise<ReturnType<ReturnType<typeof sumSpending>["rows"]>> {
  const sum = sumSpending();
  for await (const line of readLedger(store)) sum.add(line);
  return sum.rows();
}
