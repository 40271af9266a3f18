/**
 * report/ledger.jsonl: a line before every model call (intent) and a line after it (outcome), only
 * ever appended to. It is what the budget is counted from, over all runs of a workspace. Lines that
 * are due together go out in one write; a call is sent, and a result used, after its line is written.
 */
import {
  closeSync,
  constants,
  fdatasync,
  fsyncSync,
  readSync,
  fstatSync,
  ftruncateSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { UserError, errorMessage } from "../errors.ts";
import { ledgerLineSchema, type LedgerLine } from "../records/ledger.ts";
import type { Usage } from "../records/run-info.ts";
import type { ItemRef, ModelRef } from "../work.ts";
import { diskError, onDiskNow } from "./disk-faults.ts";
import { appendWhole } from "./store.ts";
import { makeFolderNow } from "./make-folder.ts";
import { openPlain } from "./plain-file.ts";

/** Tokens (in + out) and USD; `unpriced`: calls without a price, which `usd` does not hold. */
export type Spent = { readonly tokens: number; readonly usd: number; readonly unpriced: number };

export type CallOutcome = {
  readonly usage: Usage;
  /** null: unpriced. */
  readonly usd: number | null;
  /** null: not measured, a request that lay in a file. */
  readonly latencyMs: number | null;
  /** "ok" or the kind of fault. */
  readonly outcome: string;
  /** True when the provider did not say what it counted and the reservation stands for it. */
  readonly estimated: boolean;
};

/** A call that leaves in a request file; `id` is new for every asking. */
export type Submitted = ItemRef &
  ModelRef & { readonly id: string; readonly reserved: Usage; readonly usd: number | null };

export type Ledger = {
  /** Writes the line that must stand before a call is sent; gives the call's id. */
  intent(call: ItemRef & ModelRef, reserved: Usage, usd: number | null): Promise<string>;
  /** Writes the line that must stand before a result is used, and frees the reservation. */
  outcome(id: string, result: CallOutcome): Promise<void>;
  /**
   * Writes the intents of calls that an engine carries out, perhaps days from now and for another run;
   * what they reserve counts as spent until `settle`.
   */
  submit(engine: string, calls: readonly Submitted[]): Promise<void>;
  /** Writes the outcome of such a call, of whichever run; false when it had one already. */
  settle(
    id: string,
    result: Omit<CallOutcome, "usage"> & { usage: Usage | null },
  ): Promise<boolean>;
  /** What the calls that ended came to, earlier runs included, and what calls of killed runs reserved. */
  spent(): Spent;
  /** Reservations of this run's calls in flight. */
  reserved(): Spent;
  /** Calls of this run that were begun, and of those in files what ended in it. */
  calls(): number;
  close(): Promise<void>;
};

/**
 * Opens (or makes) the ledger of a workspace: repairs a torn last line, adds up what was spent, and books
 * the calls that were in flight at a kill once no provider can be at work on them any more.
 * @param timeoutS of a provider, in seconds; twice as long after a call began it is over.
 * @throws UserError when a line that is not the last is no ledger line.
 */
export function openLedger(
  root: string,
  now: () => Date,
  timeoutS: (provider: string) => number | undefined = () => undefined,
): Ledger {
  const path = join(root, "report", "ledger.jsonl");
  const file = openFile(path);
  const { total, open } = closingIfNot(file, () => sumUp(path, file));
  const submitted = new Map(
    open.flatMap((line) => (line.engine === undefined ? [] : [[line.id, line] as const])),
  );
  const own = open.filter(({ engine }) => engine === undefined);
  const isOver = (line: LedgerLine): boolean => {
    const age = now().getTime() - Date.parse(line.time);
    // The call waits by the settings that it began under; today's may be shorter.
    const waits = Math.max(line.timeout_s ?? 0, timeoutS(line.provider) ?? 0);
    return age > 2000 * (waits > 0 ? waits : DEFAULT_TIMEOUT_S);
  };
  closingIfNot(file, () => bookLost(path, file, own, isOver));
  const run = `${now().getTime().toString(36)}-${process.pid.toString(36)}`;
  const inFlight = new Map<string, Reservation>();
  const reserved = { tokens: 0, usd: 0, unpriced: 0 };
  let waiting: Waiting[] = [];
  let calls = 0;
  let dirty = false;
  let syncing: Promise<unknown> = Promise.resolve();
  let fault: { readonly error: unknown } | null = null;

  const flush = (): void => {
    const due = waiting;
    waiting = [];
    try {
      if (fault !== null) throw fault.error;
      appendWhole(file, due.map(({ text }) => text).join(""));
      dirty = true;
    } catch (error) {
      for (const { reject } of due) reject(diskError(path, "write", error));
      return;
    }
    for (const { resolve } of due) resolve();
  };
  const append = (line: LedgerLine): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.push({ text: `${JSON.stringify(line)}\n`, resolve, reject }) === 1) {
        setImmediate(flush);
      }
    });
  // Against the death of the process a write is enough; against a power cut, a second may be lost.
  const syncEverySecond = setInterval(() => {
    if (dirty)
      syncing = syncing.then(() => sync(file)).catch((error: unknown) => (fault ??= { error }));
    dirty = false;
  }, 1000).unref();

  return {
    async intent(call, usage, usd) {
      const id = `${run}-${++calls}`;
      const reservation = { ...call, tokens: tokensOf(usage), usd };
      inFlight.set(id, reservation);
      add(reserved, reservation.tokens, usd, 1);
      const line = lineOf(id, "intent", now(), call, usage, usd, null, null);
      const timeout_s = timeoutS(call.provider);
      await append(timeout_s === undefined ? line : { ...line, timeout_s });
      return id;
    },
    async outcome(id, { usage, usd, latencyMs, outcome, estimated }) {
      const reservation = inFlight.get(id);
      if (reservation === undefined) throw new Error(`ledger: no intent ${id} is open`);
      inFlight.delete(id);
      add(reserved, -reservation.tokens, reservation.usd, -1);
      add(total, tokensOf(usage), usd, 1);
      const line = lineOf(id, "outcome", now(), reservation, usage, usd, latencyMs, outcome);
      await append(estimated ? { ...line, estimated } : line);
    },
    async submit(engine, asked) {
      const time = now();
      const lines = asked.map(({ id, reserved: most, usd, ...call }) => ({
        ...lineOf(id, "intent", time, call, most, usd, null, null),
        engine,
      }));
      for (const line of lines) {
        submitted.set(line.id, line);
        add(total, line.tokens_in + line.tokens_out, line.usd, 1);
      }
      await Promise.all(lines.map(append));
    },
    async settle(id, { usage, usd, latencyMs, outcome, estimated }) {
      const intent = submitted.get(id);
      if (intent === undefined) return false;
      submitted.delete(id);
      if (outcome !== "not_sent") calls++;
      const most = usageOf(intent);
      const cost = usage === null ? intent.usd : usd;
      add(total, -tokensOf(most), intent.usd, -1);
      add(total, tokensOf(usage ?? most), cost, 1);
      const call = { ...(intent as LedgerLine & ItemRef), key: intent.item };
      const line = lineOf(id, "outcome", now(), call, usage ?? most, cost, latencyMs, outcome);
      await append(estimated ? { ...line, estimated } : line);
      return true;
    },
    spent: () => total,
    reserved: () => reserved,
    calls: () => calls,
    async close() {
      clearInterval(syncEverySecond);
      await syncing;
      try {
        if (waiting.length > 0) flush();
        if (dirty) onDiskNow(path, "write", () => fsyncSync(file));
      } finally {
        closeSync(file);
      }
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Waiting = { text: string; resolve: () => void; reject: (error: unknown) => void };
type Reservation = ItemRef & ModelRef & { readonly tokens: number; readonly usd: number | null };
type Sum = { tokens: number; usd: number; unpriced: number };

const usageOf = (line: LedgerLine): Usage => ({
  prompt_tokens: line.tokens_in,
  cached_tokens: line.tokens_cached,
  completion_tokens: line.tokens_out,
  reasoning_tokens: line.tokens_reasoning,
});

const tokensOf = (usage: Usage): number => usage.prompt_tokens + usage.completion_tokens;

/** `sign` 1 adds a call, -1 takes one away again (its tokens come negative already). */
function add(sum: Sum, tokens: number, usd: number | null, sign: 1 | -1): void {
  sum.tokens += tokens;
  sum.usd = Math.max(0, sum.usd + sign * (usd ?? 0));
  if (usd === null) sum.unpriced += sign;
}

function lineOf(
  id: string,
  event: "intent" | "outcome",
  time: Date,
  call: ItemRef & ModelRef,
  usage: Usage,
  usd: number | null,
  latency_ms: number | null,
  outcome: string | null,
): LedgerLine {
  return {
    id,
    event,
    time: time.toISOString(),
    stage: call.stage,
    item: call.key,
    role: call.role,
    provider: call.provider,
    model: call.model,
    tokens_in: usage.prompt_tokens,
    tokens_cached: usage.cached_tokens,
    tokens_out: usage.completion_tokens,
    tokens_reasoning: usage.reasoning_tokens,
    usd,
    latency_ms,
    outcome,
  };
}

const { O_RDWR, O_APPEND, O_CREAT } = constants;

function openFile(path: string): number {
  try {
    makeFolderNow(dirname(path));
    return openPlain(path, O_RDWR | O_APPEND | O_CREAT);
  } catch (error) {
    throw diskError(path, "write", error);
  }
}

/** A ledger that cannot be opened does not stay open. */
function closingIfNot<T>(file: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** In another thread: on a busy disk it takes long, and calls must go on meanwhile. */
const sync = promisify(fdatasync);

/** Of a provider that chain.toml no longer names. */
const DEFAULT_TIMEOUT_S = 600;

/**
 * Gives calls without an outcome one: "unknown", at what was reserved, which is the most that the provider
 * can have billed. Younger ones stay open: their reservation counts, and the next run looks again.
 */
function bookLost(
  path: string,
  file: number,
  open: readonly LedgerLine[],
  isOver: (line: LedgerLine) => boolean,
): void {
  const lines = open
    .filter(isOver)
    .map((line) => ({ ...line, event: "outcome", outcome: "unknown", estimated: true }));
  if (lines.length === 0) return;
  onDiskNow(path, "write", () => {
    appendWhole(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  });
}

/** Adds up all lines, a block at a time, and cuts a torn last line off. */
function sumUp(
  path: string,
  file: number,
): { readonly total: Sum; readonly open: readonly LedgerLine[] } {
  const total = { tokens: 0, usd: 0, unpriced: 0 };
  const open = new Map<string, LedgerLine>();
  const block = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  let lines = 0;
  let whole = 0;
  for (let at = 0; ;) {
    const size = readSync(file, block, 0, block.length, at);
    if (size === 0) break;
    at += size;
    const bytes = Buffer.concat([rest, block.subarray(0, size)]);
    const end = bytes.lastIndexOf(10) + 1;
    for (const text of bytes.toString("utf8", 0, Math.max(0, end - 1)).split("\n")) {
      if (end === 0) break;
      count(parseLine(path, ++lines, text));
    }
    whole += end;
    rest = bytes.subarray(end);
  }
  if (whole < fstatSync(file).size) ftruncateSync(file, whole);
  // In flight when their process died: the provider may have billed them, booked already or not.
  for (const line of open.values()) add(total, line.tokens_in + line.tokens_out, line.usd, 1);
  return { total, open: [...open.values()] };

  function count(line: LedgerLine): void {
    if (line.event === "intent") {
      open.set(line.id, line);
      return;
    }
    open.delete(line.id);
    add(total, line.tokens_in + line.tokens_out, line.usd, 1);
  }
}

function parseLine(path: string, number: number, text: string): LedgerLine {
  try {
    const parsed = ledgerLineSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new Error(parsed.error.issues[0]?.message ?? "wrong shape");
  } catch (error) {
    throw new UserError(
      `${path} line ${number} is no ledger line: ${errorMessage(error)}`,
      "mend or delete that line by hand: the budget is counted from this file",
      { cause: error },
    );
  }
}
