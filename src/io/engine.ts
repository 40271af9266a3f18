/**
 * The local engine: this process carries the work items out, many in flight. Items are taken from
 * the list only when there is room, so that memory does not grow with the number of items; every
 * model has its own room, so that one provider's trouble does not hold up another's items.
 */
import type { Chat, Engine, FileOutcome, ModelRef, Places, WorkItem, WorkReport } from "../work.ts";

export type LocalEngineOptions = {
  readonly chat: Chat;
  /** Where to ask whether a model has room; without it the window alone decides. */
  readonly places?: Places;
  /** Items in hand at once for one model, those that wait for a place or a retry included. */
  readonly window: number;
  /** Aborted on Ctrl-C: nothing new is handed out, what is in flight is filed. */
  readonly signal: AbortSignal;
  /** Characters of items read past a full model in search of others' work. @default 32 million */
  readonly aheadChars?: number;
};

const AHEAD_CHARS = 32_000_000;

export function localEngine(options: LocalEngineOptions): Engine {
  return async (items, file, unasked = () => {}) => {
    const run = startRun(options, file, unasked);
    const source =
      Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    try {
      for (;;) {
        await run.untilRoom();
        if (run.isOver()) break;
        const next = await source.next();
        if (next.done === true) break;
        run.take(next.value);
      }
      if (run.isOver()) await source.return?.();
    } catch (error) {
      run.crash(error);
    }
    return run.end();
  };
}

// ---------------------------------------------------------------------------------------------

/** The items of one model at one provider. */
type Lane = {
  readonly model: ModelRef;
  active: number;
  readonly waiting: WorkItem[];
  closed: boolean;
};

type Run = {
  /** Resolves when another item may be taken, or the run is over. */
  untilRoom(): Promise<void>;
  /** Interrupted or crashed: the rest of the list is of no interest. */
  isOver(): boolean;
  take(item: WorkItem): void;
  crash(error: unknown): void;
  /** Waits for what is in flight. @throws what chat or file threw. */
  end(): Promise<WorkReport>;
};

function startRun(
  { chat, places, window, signal, aheadChars = AHEAD_CHARS }: LocalEngineOptions,
  file: FileOutcome,
  unasked: (item: WorkItem) => void,
): Run {
  const lanes = new Map<string, Lane>();
  const firstFailures = new Map<string, string>();
  let stopped: WorkReport["stopped"] = null;
  let crashed: { readonly error: unknown } | null = null;
  let asked = 0;
  let unanswered = 0;
  let active = 0;
  let ahead = 0;
  let wake = (): void => {};
  const changed = (): void => wake();
  signal.addEventListener("abort", changed);
  places?.onFree(() => {
    for (const lane of lanes.values()) startDue(lane);
    wake();
  });

  const isOver = (): boolean => signal.aborted || crashed !== null;

  function laneOf({ request }: WorkItem): Lane {
    const name = `${request.provider} ${request.model}`;
    const model = { provider: request.provider, model: request.model };
    const lane = lanes.get(name) ?? { model, active: 0, waiting: [], closed: false };
    lanes.set(name, lane);
    return lane;
  }

  const isFree = (lane: Lane): boolean =>
    lane.active < window && (places === undefined || places.hasFree(lane.model));

  /** One lane alone: while it is free. Among several, a full one does not end the reading. */
  function hasRoom(): boolean {
    const open = [...lanes.values()].filter(({ closed }) => !closed);
    const free = open.filter((lane) => lane.waiting.length === 0 && isFree(lane));
    return free.length === open.length || (free.length > 0 && ahead < aheadChars);
  }

  function add(item: WorkItem, place: "push" | "unshift"): void {
    const lane = laneOf(item);
    if (lane.closed || stopped !== null || isOver()) {
      leave(item);
      return;
    }
    lane.waiting[place](item);
    ahead += charsOf(item);
    startDue(lane);
  }

  /** For the next run. */
  function leave(item: WorkItem): void {
    unanswered++;
    unasked(item);
  }

  function startDue(lane: Lane): void {
    while (isFree(lane)) {
      const item = lane.waiting.shift();
      if (item === undefined) return;
      ahead -= charsOf(item);
      lane.active++;
      active++;
      void carryOut(lane, item);
    }
  }

  async function carryOut(lane: Lane, first: WorkItem): Promise<void> {
    try {
      const own = [first];
      for (let item = own.pop(); item !== undefined; item = own.pop()) {
        if (lane.closed || stopped !== null || isOver()) {
          for (const left of [item, ...own]) leave(left);
          break;
        }
        const followUps = await ask(lane, item);
        for (const next of [...followUps].reverse()) {
          if (laneOf(next) === lane) own.push(next);
          else add(next, "unshift");
        }
      }
    } catch (error) {
      crashed ??= { error };
    }
    lane.active--;
    active--;
    if (lane.closed || stopped !== null || isOver()) giveUpWaiting();
    else startDue(lane);
    wake();
  }

  async function ask(lane: Lane, item: WorkItem): Promise<readonly WorkItem[]> {
    const outcome = await chat(item.request, item);
    if (!outcome.ok || outcome.kept !== true) asked++;
    if (!outcome.ok) {
      const { kind, message, closed } = outcome.failure;
      const { model } = item.request;
      if (kind !== "context_too_long" && kind !== "rejected") unanswered++;
      if (kind === "budget") stopped ??= { why: "budget", message };
      if (closed === true) lane.closed = true;
      const name = `${kind} ${model}`;
      if (!firstFailures.has(name)) firstFailures.set(name, `${model}: ${message}`);
    }
    await untilSent();
    return file(item, outcome);
  }

  /** What waits where nothing will be asked any more is left for the next run. */
  function giveUpWaiting(): void {
    for (const lane of lanes.values()) {
      if (!lane.closed && stopped === null && !isOver()) continue;
      for (const item of lane.waiting.splice(0)) {
        leave(item);
        ahead -= charsOf(item);
      }
    }
  }

  return {
    isOver,
    take: (item) => add(item, "push"),
    crash(error) {
      crashed ??= { error };
    },
    async untilRoom() {
      while (!isOver() && stopped === null && !hasRoom()) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async end() {
      if (isOver()) giveUpWaiting();
      while (active > 0) await new Promise<void>((resolve) => (wake = resolve));
      signal.removeEventListener("abort", changed);
      if (crashed !== null) throw crashed.error;
      return {
        asked,
        unanswered,
        stopped: signal.aborted
          ? { why: "interrupted", message: "stopped by Ctrl-C" }
          : (stopped ?? allClosed(lanes, firstFailures)),
        first_failures: [...firstFailures.values()],
      };
    },
  };
}

/**
 * Answers come in bursts, and filing one takes as long as sending the next. The place that an answer
 * left is filled two rounds of the event loop later (its outcome is written, the next intent is
 * written): a provider that waits costs more than an answer that does.
 */
const untilSent = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const charsOf = ({ request }: WorkItem): number =>
  request.messages.reduce((sum, { content }) => sum + content.length, 0);

/** Every model that was to be asked is out of order. */
function allClosed(
  lanes: ReadonlyMap<string, Lane>,
  failures: ReadonlyMap<string, string>,
): WorkReport["stopped"] {
  const all = [...lanes.values()];
  if (all.length === 0 || all.some(({ closed }) => !closed)) return null;
  const message = [...failures].find(([name]) => name.startsWith("provider "))?.[1];
  return { why: "provider", message: message ?? "no provider answers" };
}
