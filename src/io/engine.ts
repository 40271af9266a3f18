/**
 * The local engine: this process carries the work items out, many in flight. Items are taken from
 * the list only when there is room, so that memory does not grow with the number of items; every
 * model has its own room, so that one provider's trouble does not hold up another's items.
 */
import type {
  Chat,
  ChatFailure,
  Engine,
  FileOutcome,
  ModelRef,
  Places,
  WorkItem,
  WorkReport,
} from "../work.ts";
import { countFailures, type Failures } from "./failures.ts";

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
  /** Told of failures while they happen, a line a model and kind now and then. */
  readonly note?: (line: string) => void;
};

const AHEAD_CHARS = 32_000_000;

export function localEngine(options: LocalEngineOptions): Engine {
  return async (items, file, unasked = () => {}, isWanted = () => true) => {
    const run = startRun(options, file, unasked, isWanted);
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
  /** Refused, and not known yet whose fault it is: asked again once others were answered. */
  readonly aside: Aside[];
  /** It answered in this run. */
  answers: boolean;
  closed: boolean;
};

type Aside = { readonly item: WorkItem; readonly failure: ChatFailure; readonly asked: number };

/** Askings of one refused item, after which it is left for the next run. */
const MOST_ASKINGS = 4;

const newLane = (model: ModelRef): Lane => ({
  model,
  active: 0,
  waiting: [],
  aside: [],
  answers: false,
  closed: false,
});

/** Recorded drops: the item was answered, if only with a no. */
const OWN_FAULTS: readonly ChatFailure["kind"][] = ["context_too_long", "rejected"];

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
  { chat, places, window, signal, aheadChars = AHEAD_CHARS, note }: LocalEngineOptions,
  file: FileOutcome,
  unasked: (item: WorkItem) => void,
  isWanted: (item: WorkItem) => boolean,
): Run {
  const lanes = new Map<string, Lane>();
  const failures = countFailures(note);
  const askings = new Map<string, number>();
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
    const lane = lanes.get(name) ?? newLane(model);
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
        if (!isWanted(item)) {
          leave(item);
          continue;
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
    if (outcome.ok) {
      if (outcome.kept !== true) heard(lane);
      await untilSent();
      return file(item, outcome);
    }
    const { failure } = outcome;
    if (failure.closed === true) lane.closed = true;
    if (failure.kind === "refused" && item.awaited === true)
      return fileFailure(item, settledFailure(lane, failure));
    if (failure.kind === "refused") {
      const before = askings.get(item.key) ?? 0;
      askings.set(item.key, before + 1);
      lane.aside.push({ item, failure, asked: before + 1 });
      return [];
    }
    return fileFailure(item, failure);
  }

  async function fileFailure(item: WorkItem, failure: ChatFailure): Promise<readonly WorkItem[]> {
    if (!OWN_FAULTS.includes(failure.kind)) unanswered++;
    if (failure.kind === "budget") stopped ??= { why: "budget", message: failure.message };
    failures.add(item, failure);
    await untilSent();
    return file(item, { ok: false, failure });
  }

  /** A model that answers others: what it refused before is asked once more, and then it is known. */
  function heard(lane: Lane): void {
    lane.answers = true;
    for (const { item } of lane.aside.splice(0)) add(item, "unshift");
  }

  /** Nobody else is left to be answered: who is still held is asked a last time, or left. */
  async function settleAside(): Promise<void> {
    for (const lane of lanes.values()) {
      for (const { item, failure, asked: times } of lane.aside.splice(0)) {
        const again = lane.answers && !lane.closed && stopped === null && !isOver();
        if (again && times < MOST_ASKINGS) add(item, "push");
        else if (isOver()) leave(item);
        else
          for (const next of await fileFailure(item, settledFailure(lane, failure)))
            add(next, "push");
      }
    }
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
      do {
        while (active > 0) await new Promise<void>((resolve) => (wake = resolve));
        if (crashed === null) await settleAside();
      } while (active > 0);
      signal.removeEventListener("abort", changed);
      if (crashed !== null) throw crashed.error;
      return {
        asked,
        unanswered,
        stopped: signal.aborted
          ? { why: "interrupted", message: "stopped by Ctrl-C" }
          : (stopped ?? allClosed(lanes, failures)),
        first_failures: failures.lines(),
        ...(failures.toMend().length === 0 ? {} : { to_mend: failures.toMend() }),
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

/** What a held refusal is when nobody else is left: plain words about the content are the item's own. */
const settledFailure = ({ closed }: Lane, failure: ChatFailure): ChatFailure => ({
  ...failure,
  kind: closed ? "settings" : (failure.otherwise ?? "settings"),
});

const charsOf = ({ request }: WorkItem): number =>
  request.messages.reduce((sum, { content }) => sum + content.length, 0);

/** Every model that was to be asked is out of order. */
function allClosed(lanes: ReadonlyMap<string, Lane>, failures: Failures): WorkReport["stopped"] {
  const all = [...lanes.values()];
  if (all.length === 0 || all.some(({ closed }) => !closed)) return null;
  const [mend] = failures.toMend();
  if (mend !== undefined) return { why: "settings", message: mend.message };
  return { why: "provider", message: failures.firstOf("provider") ?? "no provider answers" };
}
