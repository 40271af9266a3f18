/** One item against what results files hold: filed, waiting, or open to be asked (again). */
import type { Reading } from "../../calls/exchange.ts";
import type { CallRules } from "../../calls/rules.ts";
import type { ChatFailure, FileOutcome, Outcome, WorkItem } from "../../work.ts";
import { NO_USAGE } from "../../records/run-info.ts";
import { replyOf } from "../chat/outcome.ts";
import type { BatchOptions, Desk } from "./desk.ts";
import { batchShare, lineOf, settingsOf, type Line } from "./request.ts";
import { lineAt, readingOf, type Asked, type Place } from "./results.ts";
import type { Tally } from "./tally.ts";

/** An item that nobody has answered, with the error lines that it got so far. */
export type Open = { readonly line: Line; readonly past: readonly string[] };

export type Filing = {
  /** What follows from an answer, or the item as it is to be asked. */
  look(at: Desk, item: WorkItem): Promise<WorkItem[] | Open>;
};

/** Errors in a row, each from another file, after which a refusal of the prompt itself is believed. */
const MOST_ERRORS = 3;

export function makeFiling(options: BatchOptions, file: FileOutcome, tally: Tally): Filing {
  const { config, rules } = options;

  async function look(at: Desk, item: WorkItem): Promise<WorkItem[] | Open> {
    const kept = at.kept(item);
    if (kept !== null) return [...(await file(item, { ok: true, reply: kept, kept: true }))];
    const line = lineOf({ ...options, doctored: at.doctored }, item);
    const writtenTo = at.written.get(line.custom_id);
    if (writtenTo !== undefined) return waitFor(item, writtenTo);
    const asked = at.past.asked.get(line.custom_id);
    if (asked === undefined) return { line, past: [] };
    const found = at.results.of.get(line.custom_id);
    if (found?.reply != null) return take(at, line, asked, found.reply);
    const n = asked.head.requests;
    if (!at.results.answered.has(n) && !at.past.ended.has(n)) return waitFor(item, n);
    const past = [...new Set([...asked.past, ...(found?.errors ?? [])])];
    if (found?.error == null) {
      if (await at.ledger.settle(asked.ask, UNKNOWN)) tally.unknown++;
      return { line, past };
    }
    return refusedOrOpen(at, line, asked, { place: found.error, past });
  }

  function waitFor(item: WorkItem, n: number): WorkItem[] {
    tally.wait(item, n);
    return [];
  }

  async function take(
    at: Desk,
    { item, custom_id }: Line,
    { ask, head }: Asked,
    place: Place,
  ): Promise<WorkItem[]> {
    const reading = await readAt(item, place);
    const answer = reading.ok ? reading.answer : reading.fault.answer;
    if (answer === null)
      throw new Error(`batch: the reply to ${custom_id} changed while it was read`);
    const { provider, model } = item.request;
    const usd = answer.usd ?? costOf(item, head.engine, answer.usage);
    const usage = answer.usage;
    const booked = { usage, usd, latencyMs: null, outcome: "ok", estimated: usage === null };
    if (await at.ledger.settle(ask, booked)) tally.taken++;
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
    { ask, head }: Asked,
    { place, past }: { readonly place: Place; readonly past: readonly string[] },
  ): Promise<WorkItem[] | Open> {
    const reading = await readAt(line.item, place);
    if (reading.ok) return { line, past };
    const { fault } = reading;
    const usd = costOf(line.item, head.engine, fault.usage);
    const cost = fault.usage === null ? { usage: NO_USAGE, usd: 0 } : { usage: fault.usage, usd };
    const rest = { latencyMs: null, outcome: fault.kind, estimated: false };
    await at.ledger.settle(ask, { ...cost, ...rest });
    const failure: ChatFailure = { kind: "provider", message: fault.message };
    tally.failures.add(line.item, failure);
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

  /** A provider's batch may cost a share of the usual price. */
  function costOf(
    { request: { provider, model } }: WorkItem,
    engine: string | undefined,
    usage: Parameters<CallRules["costOf"]>[0] | null,
  ): number | null {
    if (usage === null) return null;
    const price = settingsOf(config, provider).price[model];
    const usd = rules.costOf(usage, price);
    return usd === null ? null : usd * batchShare(engine, price);
  }

  return { look };
}

// ---------------------------------------------------------------------------------------------

const UNKNOWN = {
  usage: null,
  usd: null,
  latencyMs: null,
  outcome: "unknown",
  estimated: true,
} as const;
