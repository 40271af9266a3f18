/** What is known of a run as a whole, read anew when its files changed: duel, cost, models, when. */
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Config } from "../config.ts";
import { RECORDED_PROVIDER } from "../core/report/report-data.ts";
import { sumSpending, type SpendingState } from "../core/report/spending.ts";
import { LEDGER_FOLD } from "../core/spend/ledger-sums.ts";
import { openFacts } from "../io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../io/facts/fold-ledger.ts";
import { printOf } from "../io/facts/prints.ts";
import { LEDGER } from "../io/read-ledger.ts";
import { readRuns } from "../io/run-file.ts";
import type { Store } from "../io/store.ts";
import { duelSchema, type Duel } from "../records/duel.ts";
import { readable } from "./readable.ts";

export type RunFacts = {
  readonly name: string;
  /** Of the mode in force; null: validate has not run. */
  readonly duel: Duel | null;
  /** The ledger is still being added up: of calls and USD nothing is known yet. */
  readonly isCounting: boolean;
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

/**
 * While a stage writes, what was last known is given and read anew beside it; no page waits for a long ledger. `patience`:
 * milliseconds that the first page waits for it; Infinity: until it is added up.
 */
export function openRunFacts(
  { name, store, config }: RunSource,
  patience = Infinity,
): () => Promise<RunFacts> {
  const facts = openFacts(store, [LEDGER_KIND], null);
  let stamp = "";
  let known: RunFacts | null = null;
  let reading: Promise<RunFacts> | null = null;
  let isSaved = false;
  const readAll = async (now: string): Promise<RunFacts> => {
    const { spending } = (await readable(foldLedger(store, facts, LEDGER_FOLD))) ?? {};
    // A long ledger is not added up by every viewer anew.
    if (!isSaved && (printOf(store.path(LEDGER))?.size ?? 0) > LONG_BYTES) {
      isSaved = true;
      await facts.save();
    }
    known = { ...(await shortFacts({ name, store, config })), ...sumsOf(spending) };
    stamp = now;
    return known;
  };
  return async () => {
    const now = await stampOf(store);
    if (known !== null && now === stamp) return known;
    reading ??= readAll(now).finally(() => {
      reading = null;
    });
    if (known === null && patience === Infinity) return reading;
    // A fault of a file is told by whoever asks first, and by the pages that read it.
    reading.catch(() => null);
    if (known !== null) return known;
    const inTime = await Promise.race([reading, setTimeout(patience, null, { ref: false })]);
    return inTime ?? { ...(await shortFacts({ name, store, config })), ...NOT_COUNTED };
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

type Counted = Pick<RunFacts, "isCounting" | "usd" | "calls" | "unpriced">;

const NOT_COUNTED: Counted = { isCounting: true, usd: 0, calls: 0, unpriced: 0 };

/** Longer ones take a second. */
const LONG_BYTES = 10_000_000;

/** All but what the ledger says. */
async function shortFacts({
  name,
  store,
  config,
}: RunSource): Promise<Omit<RunFacts, keyof Counted>> {
  const duel = await readable(store.readIfThere("score/_duel.json", duelSchema));
  const runs = (await readable(readRuns(store))) ?? {};
  const starts = Object.values(runs).map(({ started }) => started);
  return {
    name,
    duel: duel?.mode === config.duel.mode ? duel : null,
    recorded: config.challenger.provider === RECORDED_PROVIDER,
    king: config.king.model,
    challenger: config.challenger.model,
    when: starts.sort().at(-1) ?? null,
  };
}

function sumsOf(spending: SpendingState | undefined): Counted {
  const rows = sumSpending(spending).rows();
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  return {
    isCounting: false,
    usd: sum((row) => row.usd),
    calls: sum((row) => row.calls),
    unpriced: sum((row) => row.unpriced),
  };
}
