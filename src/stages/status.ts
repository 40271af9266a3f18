/**
 * Where a workspace stands: per stage what is done, pending and dropped, what it has cost, and what
 * to run next. Changes nothing but, of many turns, what is known of the files (`.facts.jsonl`).
 */
import type { Config } from "../config.ts";
import type { Spending } from "../core/report/spending.ts";
import { outLine, outOf, type Out } from "../core/spend/out.ts";
import { targetLine, type TargetStatus } from "../core/target/status-line.ts";
import type { WorkspaceCounts } from "../io/counts.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../io/store.ts";
import type { Stage } from "../work.ts";
import type { Seats } from "../judging/seats-left.ts";
import type { LedgerKnown } from "../judging/target-state.ts";

export type StageStatus = {
  readonly stage: string;
  readonly done: number;
  readonly pending: number;
  /** Recorded drops and items that no run will ask again without --retry. */
  readonly failed: number;
  /** USD so far, with what calls in flight at a kill had reserved; unpriced calls are not in it. */
  readonly usd: number;
  /** Calls of models that have no price in chain.toml, those in flight too. */
  readonly unpriced: number;
  readonly calls: number;
};

export type Status = {
  readonly stages: readonly StageStatus[];
  /** The command that goes on, or null when everything is done. */
  readonly next: string | null;
  /** Turns in refined/ that `refine`, which is none of the five stages, would answer once more. */
  readonly refinable: number;
  /** Items in request files, whose answers come later. */
  readonly out: readonly Out[];
  /** How far [target] is; absent: chain.toml has none. */
  readonly target?: TargetStatus;
};

/** @param config null: chain.toml cannot be read, and what is done is what the files say by themselves */
export async function status(store: Store, config: Config | null = null): Promise<Status> {
  const look = (await isEmpty(store)) ? EMPTY : await lookAt(store, config);
  return withRefinable(statusFrom(look), store, config);
}

/** The same and, where chain.toml has a [target], how far it is, or what is wrong with what is kept of it and of the duel. */
export async function statusAndTarget(
  store: Store,
  config: Config | null,
): Promise<{ readonly state: Status; readonly said: readonly string[] }> {
  const look = (await isEmpty(store)) ? EMPTY : await lookAt(store, config);
  const state = await withRefinable(statusFrom(look), store, config);
  const faults = look.duelFault === null ? [] : [look.duelFault];
  const target = await targetOf(config, store, look.known);
  if (target === null) return { state, said: faults };
  if (typeof target === "string") return { state, said: [...new Set([...faults, target])] };
  const next = target.rounds_left.high === 0 ? state.next : "npm run stages -- --until target";
  return { state: { ...state, target, next }, said: faults };
}

/** What refine would take up is looked for where the five stages are done. */
async function withRefinable(
  state: Omit<Status, "refinable">,
  store: Store,
  config: Config | null,
): Promise<Status> {
  return { ...state, refinable: state.next === null ? await refinableIn(store, config) : 0 };
}

function statusFrom(look: Look): Omit<Status, "refinable"> {
  const { prompts, promptDrops, kingDrops, answers, scores, reported, spending, out } = look;
  const unjudged = Math.max(0, answers.challenged - scores.done - scores.unparsed);
  // Turns that came or went after the duel was weighed: it has to be weighed again, and told anew.
  const stale = unjudged > 0 ? 0 : staleTurns(look);
  const told = reported && stale === 0;
  const rows = [
    { stage: "prompt", done: prompts, pending: 0, failed: promptDrops },
    {
      stage: "king",
      done: answers.all,
      pending: Math.max(0, prompts - answers.all - kingDrops),
      failed: kingDrops,
    },
    {
      stage: "challenger",
      done: answers.challenged,
      pending: answers.all - answers.challenged - answers.dropped,
      failed: answers.dropped,
    },
    {
      stage: "validate",
      done: scores.done,
      pending: unjudged + stale,
      failed: scores.unparsed,
    },
    { stage: "report", done: told ? 1 : 0, pending: told ? 0 : 1, failed: 0 },
  ];
  const stages = rows.map((row) => ({ ...row, ...costOf(spending, row.stage) }));
  const first =
    prompts === 0 && answers.all === 0 ? "prompt" : stages.find((row) => row.pending > 0)?.stage;
  return { stages, out, next: first === undefined ? null : `npm run stage:${first}` };
}

/**
 * What of chain.toml and .env keeps a stage from running: a fault of the file, a key that is not there.
 * @param read as `readableConfig` gave it; null: it cannot be read
 */
export async function faultsOf(root: string, read: Config | null): Promise<readonly string[]> {
  const [{ loadConfig }, { usedProviders }, { checkProvider }] = await Promise.all([
    import("../config.ts"),
    import("../config/models.ts"),
    import("../io/chat/provider.ts"),
  ]);
  const faultOf = <T>(look: () => T): { value?: T; said?: string } => {
    try {
      return { value: look() };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { said: `${error.message} -> ${error.hint}` };
    }
  };
  const { value: config, said } = faultOf(() => read ?? loadConfig(root));
  if (config === undefined) return said === undefined ? [] : [said];
  const used = [...usedProviders(config)].filter((name) => name !== "offline");
  return used.flatMap((name) => faultOf(() => checkProvider(config, name)).said ?? []);
}

/** null where chain.toml cannot be read: `faultsOf` says what is wrong with it. */
export async function readableConfig(root: string): Promise<Config | null> {
  const { loadConfig } = await import("../config.ts");
  try {
    return loadConfig(root);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}

/**
 * null: chain.toml has no [target], or cannot be read, which `faultsOf` says. Words: what is wrong with what
 * a target run has kept.
 */
export async function targetOf(
  config: Config | null,
  store: Store,
  known?: LedgerKnown,
): Promise<TargetStatus | string | null> {
  // What reckons with a target is half of what a look would load.
  if (config?.target.accepted === undefined) return null;
  try {
    const [{ seededRng }, { statusOfTarget }] = await Promise.all([
      import("../core/random.ts"),
      import("../judging/target-state.ts"),
    ]);
    const rng = seededRng(config.source.seed, "target/outlook");
    return await statusOfTarget(config, store, rng, known);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} -> ${error.hint}`;
  }
}

/** The status as lines for a person. `wrong`: what has to be mended before a stage can run. */
export function statusLines(
  { stages, next, refinable, target, out }: Status,
  wrong: readonly string[] = [],
): string[] {
  const cell = (text: string | number, width: number): string => String(text).padStart(width);
  const failed = stages.find((row) => row.failed > 0 && row.stage !== "prompt");
  return [
    `${"stage".padEnd(12)}${cell("done", 8)}${cell("pending", 9)}${cell("dropped", 8)}${cell("calls", 8)}${cell("USD", 16)}`,
    ...stages.map(
      (row) =>
        `${row.stage.padEnd(12)}${cell(row.done, 8)}${cell(row.pending, 9)}${cell(row.failed, 8)}${cell(row.calls, 8)}${cell(moneyOf(row), 16)}${row.unpriced > 0 && row.usd > 0 ? ` + ${row.unpriced} unpriced` : ""}`,
    ),
    ...(failed === undefined
      ? []
      : [`--retry asks again for what was dropped: npm run stage:${failed.stage} -- --retry`]),
    ...out.map((one) => outLine(one)),
    ...(target === undefined ? [] : [targetLine(target)]),
    ...wrong.map((line) => `wrong: ${line}`),
    next === null
      ? `all ${wrong.length === 0 ? "stages are" : "that was asked for is"} done: read report/report.md`
      : wrong.length === 0
        ? `next: ${next}`
        : `then: ${next}`,
    ...(refinable === 0
      ? []
      : [
          `if you like: npm run stage:refine, a second answer for turns in refined/ (${refinable} ${refinable === 1 ? "has" : "have"} none; npm run estimate counts the calls)`,
        ]),
  ];
}

// ---------------------------------------------------------------------------------------------

/** Judged turns that the duel does not count as they are, as far as counts tell; at least 1 where it is of others. */
function staleTurns({ duel, duelFault, scores }: Look): number {
  // What was weighed is not known: all is not done.
  if (duelFault !== null) return 1;
  if (duel === null) return 0;
  const gone = Math.max(0, duel.turns - scores.done - scores.unparsed);
  const isSame = duel.print === null || duel.print === scores.print;
  return isSame ? gone : Math.max(1, gone);
}

/** The folders that stages write into. */
const WRITTEN = ["prompt", "answer", "score", "report"];

/** Calls without a price cost something that is not known: never $0. */
const moneyOf = ({ usd, unpriced }: StageStatus): string =>
  usd === 0 && unpriced > 0 ? `${unpriced} unpriced` : usd.toFixed(4);

/** Those that have no second answer, or one that was not judged. Without a panel's reasons refine is refused. */
async function refinableIn(store: Store, config: Config | null): Promise<number> {
  const names = await store.list("refined");
  if (names.length === 0 || (config !== null && config.judge.with !== "panel")) return 0;
  const { isRefinedName, refinedName } = await import("../records/refined.ts");
  const judged = new Set(await store.list("score"));
  return names.filter(
    (name) => name.endsWith(".json") && !isRefinedName(name) && !judged.has(refinedName(name)),
  ).length;
}

async function isEmpty(store: Store): Promise<boolean> {
  const lists = await Promise.all(WRITTEN.map((folder) => store.list(folder)));
  return lists.every((names) => names.length === 0);
}

type Look = WorkspaceCounts & {
  readonly spending: readonly Spending[];
  /** For a look at the target. */
  readonly known?: LedgerKnown;
  readonly out: readonly Out[];
};

const EMPTY: Look = {
  prompts: 0,
  promptDrops: 0,
  kingDrops: 0,
  answers: { all: 0, challenged: 0, dropped: 0 },
  scores: { done: 0, unparsed: 0, print: "" },
  reported: false,
  duel: null,
  duelFault: null,
  spending: [],
  out: [],
};

/** The schemas of the records take longer to load than all the rest of a first look: they come late. */
async function lookAt(store: Store, config: Config | null): Promise<Look> {
  const [
    { TOTALS, countWorkspace },
    { openFacts },
    { foldLedger, LEDGER_KIND },
    { LEDGER_FOLD },
    { sumSpending },
    { PLANNED },
  ] = await Promise.all([
    import("../io/counts.ts"),
    import("../io/facts/facts.ts"),
    import("../io/facts/fold-ledger.ts"),
    import("../core/spend/ledger-sums.ts"),
    import("../core/report/spending.ts"),
    // A target is reckoned of what is drawn: what that takes is loaded where there is one.
    config?.target.accepted === undefined ? { PLANNED: null } : import("../io/prompts.ts"),
  ]);
  const ofTarget = PLANNED === null ? [] : [PLANNED];
  const kinds = [TOTALS, LEDGER_KIND, ...ofTarget];
  const facts = openFacts(store, kinds, PLANNED === null ? null : "prompt/", "look");
  const counts = await countWorkspace(store, facts, await seatsOf(store, config));
  const { spending } = await foldLedger(store, facts, LEDGER_FOLD);
  // A disk that cannot be written is no reason not to look at it.
  await facts.save();
  return {
    ...counts,
    spending: sumSpending(spending).rows(),
    out: await named(store, outOf(spending.open)),
    known: { facts, spending },
  };
}

/** With the names of the batches at their provider. */
async function named(store: Store, out: readonly Out[]): Promise<readonly Out[]> {
  if (out.length === 0) return out;
  const { batchesOut } = await import("../io/batch/api/book.ts");
  return Promise.all(
    out.map(async (one) =>
      one.engine === "batch"
        ? { ...one, batches: await batchesOut(store, one.stage as Stage) }
        : one,
    ),
  );
}

/** What today's panel would still be asked: the same that the estimate counts. */
async function seatsOf(store: Store, config: Config | null): Promise<Seats | null> {
  if (config === null || (await store.list("score")).length === 0) return null;
  const { seatsUnder, votesOf } = await import("../judging/seats-left.ts");
  return seatsUnder(config, await votesOf(config, store));
}

function costOf(
  spending: readonly Spending[],
  stage: string,
): Pick<StageStatus, "usd" | "unpriced" | "calls"> {
  const own = spending.filter((row) => row.stage === stage);
  const total = (of: (row: Spending) => number): number =>
    own.reduce((sum, row) => sum + of(row), 0);
  return {
    usd: total((row) => row.usd + row.usd_lost),
    unpriced: total(
      ({ unpriced, unpriced_lost = 0, unpriced_booked = 0 }) =>
        unpriced + unpriced_lost + unpriced_booked,
    ),
    calls: total(({ calls, lost, booked = 0 }) => calls + lost + booked),
  };
}
