/**
 * The engine `batch-file`: what is to be asked goes into engine/<stage>/requests-<n>.jsonl, and what
 * results*.jsonl beside it hold is filed. Somebody else runs the files; the stage does not wait. As soon
 * as results of a file are there, its lines without an answer are asked again, once, in the next file.
 * Few items are asked by this process. With `local` alone, only what is out already is looked after.
 */
import type { CallRules, CarriedReply, Reading, Said } from "../../calls.ts";
import type { Config } from "../../config.ts";
import type { ChatFailure, ChatReply, ItemRef, ModelRef, Outcome } from "../../work.ts";
import type { Engine, FileOutcome, Stage, WorkItem, WorkReport } from "../../work.ts";
import { NO_USAGE } from "../../records/run-info.ts";
import { makeBudget, over } from "../chat/budget.ts";
import { replyOf } from "../chat/outcome.ts";
import { countFailures } from "../failures.ts";
import type { Ledger } from "../ledger.ts";
import type { Store } from "../store.ts";
import { requestsPath } from "./maps.ts";
import { readPast, type Past } from "./past.ts";
import { lineOf, settingsOf, type Line } from "./request.ts";
import { lineAt, readingOf, readResults, type Asked, type Place, type Results } from "./results.ts";
import { makeWriter, type Writer } from "./writer.ts";

export type BatchFileOptions = {
  readonly store: Store;
  readonly config: Config;
  readonly rules: CallRules;
  readonly readLine: (value: unknown) => CarriedReply | null;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Opened with the first item. */
  readonly open: () => Promise<Opened>;
  /** Asks what is asked by this process. */
  readonly online: Engine;
};

export type Opened = {
  readonly ledger: Ledger;
  readonly doctored: (model: ModelRef) => Said | null;
  /** A reply that an earlier run paid for and did not file. */
  readonly kept: (item: WorkItem) => ChatReply | null;
};

/** Errors in a row, each from another file, after which a refusal of the prompt itself is believed. */
const MOST_ERRORS = 3;

export function batchFileEngine(options: BatchFileOptions): Engine {
  let looking: Promise<Desk> | null = null;
  return async (items, file, unasked = () => {}) => {
    const desk = (): Promise<Desk> => (looking ??= openDesk(options));
    const run = startRun(options, desk, file, unasked);
    return run.carryOut(items);
  };
}

// ---------------------------------------------------------------------------------------------

/** What is known of the stage's files, over all passes of a run. */
type Desk = Opened & {
  readonly past: Past;
  readonly results: Results;
  /** Name -> the request file that it was written to in this run. */
  readonly written: Map<string, number>;
  next: number;
  passes: number;
};

async function openDesk(options: BatchFileOptions): Promise<Desk> {
  const { store, stage } = options;
  const opened = await options.open();
  const past = await readPast(store, stage, opened.ledger);
  const results = await readResults({ ...options, ...past });
  return { ...opened, past, results, written: new Map(), next: past.next, passes: 0 };
}

type Run = {
  carryOut(items: Iterable<WorkItem> | AsyncIterable<WorkItem>): Promise<WorkReport>;
};

/** An item that nobody has answered, with the error lines that it got so far. */
type Open = { readonly line: Line; readonly past: readonly string[] };

function startRun(
  options: BatchFileOptions,
  openNow: () => Promise<Desk>,
  file: FileOutcome,
  unasked: (item: WorkItem) => void,
): Run {
  const { config, rules, stage, signal, store } = options;
  const isFile = config.engine.name === "batch-file";
  const failures = countFailures();
  /** Request file -> items that wait for its results. */
  const waiting = new Map<number, number>();
  let taken = 0;
  let unknown = 0;
  let left = 0;
  let stopped: WorkReport["stopped"] = null;
  let desk: Desk | null = null;

  function leave(item: WorkItem): void {
    left++;
    unasked(item);
  }

  function wait(item: WorkItem, n: number): void {
    waiting.set(n, (waiting.get(n) ?? 0) + 1);
    leave(item);
  }

  /** Files what is answered; hands on what nobody was asked yet. */
  async function* unanswered(
    items: Iterable<WorkItem> | AsyncIterable<WorkItem>,
  ): AsyncGenerator<Open> {
    for await (const first of items) {
      if (signal.aborted) return;
      desk ??= await openNow();
      const queue = [first];
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        const open = await look(desk, item);
        if (Array.isArray(open)) queue.unshift(...open);
        else yield open;
      }
    }
  }

  /** What follows from an answer, or the item as it is to be asked. */
  async function look(at: Desk, item: WorkItem): Promise<WorkItem[] | Open> {
    const kept = at.kept(item);
    if (kept !== null) return [...(await file(item, { ok: true, reply: kept, kept: true }))];
    const line = lineOf({ config, rules, doctored: at.doctored }, item);
    const writtenTo = at.written.get(line.custom_id);
    if (writtenTo !== undefined) {
      wait(item, writtenTo);
      return [];
    }
    const asked = at.past.asked.get(line.custom_id);
    if (asked === undefined) return { line, past: [] };
    const found = at.results.of.get(line.custom_id);
    if (found?.reply != null) return take(at, line, asked, found.reply);
    if (!at.results.answered.has(asked.head.requests)) {
      wait(item, asked.head.requests);
      return [];
    }
    const past = [...new Set([...asked.past, ...(found?.errors ?? [])])];
    if (found?.error == null) {
      if (await at.ledger.settle(asked.ask, UNKNOWN)) unknown++;
      return { line, past };
    }
    return refusedOrOpen(at, line, asked, { place: found.error, past });
  }

  async function take(
    at: Desk,
    { item, custom_id }: Line,
    { ask }: Asked,
    place: Place,
  ): Promise<WorkItem[]> {
    const reading = await readAt(item, place);
    const answer = reading.ok ? reading.answer : reading.fault.answer;
    if (answer === null)
      throw new Error(`batch: the reply to ${custom_id} changed while it was read`);
    const { provider, model } = item.request;
    const usd = costOf(item, answer.usage, answer.usd);
    const usage = answer.usage;
    const booked = { usage, usd, latencyMs: null, outcome: "ok", estimated: usage === null };
    if (await at.ledger.settle(ask, booked)) taken++;
    const { request_id } = reading.ok ? reading : reading.fault;
    // How long the file lay about is no latency of the model.
    const call = { request_id, usage: usage ?? NO_USAGE, usd, latencyMs: 0 };
    const reply = replyOf({ provider, model }, answer, call);
    return [...(await file(item, { ok: true, reply }))];
  }

  /** Asked again, unless it is the prompt itself that is refused time and again. */
  async function refusedOrOpen(
    at: Desk,
    line: Line,
    { ask }: Asked,
    { place, past }: { readonly place: Place; readonly past: readonly string[] },
  ): Promise<WorkItem[] | Open> {
    const reading = await readAt(line.item, place);
    if (reading.ok) return { line, past };
    const { fault } = reading;
    const usd = costOf(line.item, fault.usage, null);
    const cost = fault.usage === null ? { usage: NO_USAGE, usd: 0 } : { usage: fault.usage, usd };
    await at.ledger.settle(ask, {
      ...cost,
      latencyMs: null,
      outcome: fault.kind,
      estimated: false,
    });
    const failure: ChatFailure = { kind: "provider", message: fault.message };
    failures.add(line.item, failure);
    const blame = rules.blame(fault);
    if (past.length < MOST_ERRORS || (blame !== "content" && blame !== "context"))
      return { line, past };
    const kind = blame === "content" ? "rejected" : "context_too_long";
    const outcome: Outcome = { ok: false, failure: { ...failure, kind } };
    return [...(await file(line.item, outcome))];
  }

  async function readAt({ request }: WorkItem, place: Place): Promise<Reading> {
    const carried = options.readLine(await lineAt(place));
    if (carried === null) throw new Error(`batch: ${place.file} changed while it was read`);
    return readingOf({ config, rules }, request.provider, carried);
  }

  function costOf(
    { request: { provider, model } }: ItemRef & Pick<WorkItem, "request">,
    usage: Parameters<CallRules["costOf"]>[0] | null,
    said: number | null,
  ): number | null {
    if (said !== null || usage === null) return said;
    return rules.costOf(usage, settingsOf(config, provider).price[model]);
  }

  /** True when there is room for it in the budget. */
  function fits(at: Desk, writer: Writer, { item: { request }, most, usd }: Line): boolean {
    const { provider, model } = request;
    const price = settingsOf(config, provider).price[model];
    makeBudget(config.budget, at.ledger).checkPrice(provider, model, price);
    const spent = at.ledger.spent();
    const flying = writer.pending();
    const tokens = spent.tokens + flying.tokens + most.prompt_tokens + most.completion_tokens;
    const fault = over(config.budget, tokens, spent.usd + flying.usd + (usd ?? 0), spent);
    if (fault !== null) stopped = { why: "budget", message: fault.message };
    return fault === null;
  }

  function writerFor(at: Desk): Writer {
    const { ledger, results, next } = at;
    const runId = `${options.now().getTime().toString(36)}-${process.pid.toString(36)}-e${++at.passes}`;
    const { files } = results;
    const more = { ledger, results: files, run: runId, first: next, engine: "batch-file" };
    return makeWriter({ store, stage, ...more });
  }

  async function* itemsOf(opens: AsyncIterable<Open> | Iterable<Open>): AsyncGenerator<WorkItem> {
    for await (const { line } of opens) yield line.item;
  }

  /** Writes all but a few, which are asked here. */
  async function byFile(items: Parameters<Run["carryOut"]>[0]): Promise<WorkReport> {
    const held: Open[] = [];
    let writer: Writer | null = null;
    for await (const open of unanswered(items)) {
      if (stopped !== null) {
        leave(open.line.item);
        continue;
      }
      if (writer === null && held.push(open) < config.engine.online_below) continue;
      const due = writer === null ? held.splice(0) : [open];
      if (desk === null) throw new Error("batch: items come from an open desk");
      writer ??= writerFor(desk);
      for (const one of due) write(desk, writer, one);
    }
    const last = (await writer?.close()) ?? null;
    if (desk !== null && last !== null) desk.next = last + 1;
    return report(held.length === 0 ? null : await options.online(itemsOf(held), file, unasked));
  }

  function write(at: Desk, writer: Writer, { line, past }: Open): void {
    if (stopped === null && fits(at, writer, line)) {
      const n = writer.add(line, past);
      at.written.set(line.custom_id, n);
      wait(line.item, n);
    } else leave(line.item);
  }

  function report(online: WorkReport | null): WorkReport {
    const said = [...lines(), ...failures.lines(), ...(online?.first_failures ?? [])];
    const waits: WorkReport["stopped"] =
      waiting.size === 0 ? null : { why: "engine", message: waitWords(options, waiting) };
    const end: WorkReport["stopped"] = signal.aborted
      ? { why: "interrupted", message: "stopped by Ctrl-C" }
      : (stopped ?? online?.stopped ?? waits);
    const { to_mend } = online ?? {};
    return {
      asked: taken + (online?.asked ?? 0),
      unanswered: left + (online?.unanswered ?? 0),
      stopped: end,
      first_failures: said,
      ...(to_mend === undefined ? {} : { to_mend }),
    };
  }

  function lines(): readonly string[] {
    return [
      ...(desk?.past.notes ?? []),
      ...(desk?.results.notes ?? []),
      ...(unknown === 0
        ? []
        : [`${unknown} calls without a word: booked as unknown, at their estimated price`]),
      ...[...waiting].map(([n, count]) => fileWords(options, n, count)),
    ];
  }

  return {
    async carryOut(items) {
      if (isFile) return byFile(items);
      return report(await options.online(itemsOf(unanswered(items)), file, unasked));
    },
  };
}

const UNKNOWN = {
  usage: null,
  usd: null,
  latencyMs: null,
  outcome: "unknown",
  estimated: true,
} as const;

function waitWords({ stage }: BatchFileOptions, waiting: ReadonlyMap<number, number>): string {
  const count = [...waiting.values()].reduce((sum, n) => sum + n, 0);
  const files = [...waiting.keys()].sort((a, b) => a - b).map((n) => `requests-${n}.jsonl`);
  return `${count} items wait for results of ${files.join(", ")} in engine/${stage}/; run the same command again when these are complete`;
}

function fileWords({ stage }: BatchFileOptions, n: number, count: number): string {
  const path = requestsPath(stage, n);
  const out = `engine/${stage}/results-${n}.jsonl`;
  return `${path}: ${count} lines wait. Run them, e.g. \`vllm run-batch -i ${path} -o /tmp/results-${n}.jsonl --model MODEL\`, and move the results to ${out} when they are complete: what they lack is asked again at once`;
}
