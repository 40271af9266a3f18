/**
 * The engines over request files: what is to be asked goes into engine/<stage>/requests-<n>.jsonl, and what
 * results*.jsonl beside it hold is filed. Somebody else runs the files (`batch-file`), or a carrier takes them
 * to a provider's batch API or a Ray cluster; the stage does not wait. As soon as results of a file are there,
 * its lines without an answer are asked again, once, in the next file. Few items are asked by this process.
 * With `local` alone, only what is out already is looked after.
 */
import type { Engine, FileOutcome, WorkItem, WorkReport } from "../../work.ts";
import { makeBudget, over } from "../chat/budget.ts";
import { MOST_BYTES, MOST_LINES, type Carrier } from "./carrier.ts";
import { openDesk, type BatchOptions, type Desk } from "./desk.ts";
import { makeFiling, type Open } from "./filing.ts";
import { readMap } from "./maps.ts";
import { settingsOf, type Line } from "./request.ts";
import { makeTally, reportOf } from "./tally.ts";
import { makeWriter, type Writer } from "./writer.ts";

export function batchEngine(options: BatchOptions): Engine {
  let looking: Promise<Desk> | null = null;
  return async (items, file, unasked = () => {}) => {
    const desk = (): Promise<Desk> => (looking ??= openDesk(options));
    const run = startRun(options, desk, file, unasked);
    return run.carryOut(items);
  };
}

// ---------------------------------------------------------------------------------------------

type Items = Iterable<WorkItem> | AsyncIterable<WorkItem>;

type Run = { carryOut(items: Items): Promise<WorkReport> };

function startRun(
  options: BatchOptions,
  openNow: () => Promise<Desk>,
  file: FileOutcome,
  unasked: (item: WorkItem) => void,
): Run {
  const { config, signal } = options;
  const { name, online_below } = config.engine;
  const tally = makeTally(unasked, () => options.progress.out?.());
  const filing = makeFiling(options, file, tally);
  let desk: Desk | null = null;

  /** Files what is answered; hands on what nobody was asked yet. */
  async function* unanswered(items: Items): AsyncGenerator<Open> {
    for await (const first of items) {
      if (signal.aborted) return;
      desk ??= await openNow();
      const [mend] = desk.past.to_mend;
      // What was refused as a whole would be refused again: it is mended first.
      if (mend !== undefined) tally.stopped ??= { why: "settings", message: mend.message };
      const queue = [first];
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        const open = await filing.look(desk, item);
        if (Array.isArray(open)) queue.unshift(...open);
        else yield open;
      }
    }
  }

  /** Writes all but a few, which are asked here. */
  async function byFile(items: Items): Promise<WorkReport> {
    const held: Open[] = [];
    let writer: Writer | null = null;
    let last: number | null = null;
    try {
      for await (const open of unanswered(items)) {
        if (tally.stopped !== null) {
          tally.leave(open.line.item);
          continue;
        }
        if (writer === null && held.push(open) < online_below) continue;
        const due = writer === null ? held.splice(0) : [open];
        if (desk === null) throw new Error("batch: items come from an open desk");
        writer ??= writerFor(options, desk);
        for (const one of due) write(desk, writer, one);
      }
      last = (await writer?.close()) ?? null;
    } finally {
      writer?.end();
    }
    if (desk !== null && last !== null) await sendAll(options, desk, last);
    tally.here = held.length;
    const online = held.length === 0 ? null : await options.online(itemsOf(held), file, unasked);
    return reportOf(options, tally, desk, online);
  }

  function write(at: Desk, writer: Writer, { line, past }: Open): void {
    if (tally.stopped === null) tally.stopped = noRoom(options, at, writer, line);
    if (tally.stopped !== null) {
      tally.leave(line.item);
      return;
    }
    const n = writer.add(line, past);
    at.written.set(line.custom_id, n);
    at.engines.set(n, name);
    tally.wait(line.item, n);
  }

  return {
    async carryOut(items) {
      if (name !== "local") return byFile(items);
      const online = await options.online(itemsOf(unanswered(items)), file, unasked);
      return reportOf(options, tally, desk, online);
    },
  };
}

async function* itemsOf(opens: AsyncIterable<Open> | Iterable<Open>): AsyncGenerator<WorkItem> {
  for await (const { line } of opens) yield line.item;
}

const carrierOf = ({ config, carriers }: BatchOptions): Carrier | undefined =>
  carriers.find(({ engine }) => engine === config.engine.name);

function writerFor(options: BatchOptions, at: Desk): Writer {
  const { ledger, results, next } = at;
  const { store, stage, config } = options;
  const run = `${options.now().getTime().toString(36)}-${process.pid.toString(36)}-e${++at.passes}`;
  const carrier = carrierOf(options);
  return makeWriter({
    store,
    stage,
    ledger,
    run,
    first: next,
    results: results.files,
    engine: config.engine.name,
    limits: (provider) => carrier?.limits(provider) ?? { lines: MOST_LINES, bytes: MOST_BYTES },
  });
}

/** Hands the files that were just written to their carrier; what went wrong is said, and looked at again. */
async function sendAll(options: BatchOptions, at: Desk, last: number): Promise<void> {
  const { store, stage } = options;
  const carrier = carrierOf(options);
  for (let n = at.next; carrier !== undefined && n <= last; n++) {
    const map = options.signal.aborted ? null : await readMap(store, stage, n);
    if (map === null) continue;
    const sent = await carrier.send(n, map);
    if (sent.state === "out") at.past.out.set(n, sent);
    if (sent.state === "never_left") {
      at.notes.push(...sent.notes);
      at.unsent.set(n, sent.to_mend[0] ?? null);
    }
    if (sent.state !== "ended") at.toMend.push(...sent.to_mend);
  }
  at.next = last + 1;
}

/** Why the budget has no room for a line; null: it has. */
function noRoom(
  { config }: BatchOptions,
  at: Desk,
  writer: Writer,
  { item: { request }, most, usd }: Line,
): WorkReport["stopped"] {
  const { provider, model } = request;
  const price = settingsOf(config, provider).price[model];
  makeBudget(config.budget, at.ledger).checkPrice(provider, model, price);
  const spent = at.ledger.spent();
  const flying = writer.pending();
  const tokens = spent.tokens + flying.tokens + most.prompt_tokens + most.completion_tokens;
  const fault = over(config.budget, tokens, spent.usd + flying.usd + (usd ?? 0), spent);
  return fault === null ? null : { why: "budget", message: fault.message };
}
