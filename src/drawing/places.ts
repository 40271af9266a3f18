/**
 * Where the next turns are drawn from: rows in the order of the spread, single messages of all rows
 * (spread = "turns"), or all turns of one row after another ("every-turn"). Lazy, and the same for the same seed whichever way a source is read.
 */
import type { Config } from "../config.ts";
import { seededRng } from "../core/random.ts";
import { drawOrder, layOut, locate, shuffled, type RowSpread } from "../core/sample/order.ts";
import {
  groupOfPlace,
  groupOfRow,
  layOutPlaces,
  turnAtPlace,
  turnsIn,
} from "../core/sample/voices.ts";
import type { RowAddress, RowSource } from "../io/source/types.ts";
import { openVoices } from "./voices.ts";

export type Place = {
  /** The row in the files laid end to end. */
  readonly number: number;
  readonly address: RowAddress;
  /** Position of the turn in the row's messages; null: one of its turns is drawn. */
  readonly at: number | null;
  /** Messages (spread = "every-turn": rows) that were drawn before it, after the place before, and are or have no turn. */
  readonly passed: number;
  /** Turns of the same row that come behind it. */
  readonly left: number;
};

export type Places = {
  /** Up to `count` places, fewer where they are used up, or the signal has ended the search for them. */
  next(count: number): Promise<Place[]>;
  /** Once the places are used up: messages that were drawn after the last one, and are no turn. */
  passedLast(): number;
};

/** @throws UserError for a far source that does not say who speaks, where the spread has to know. */
export async function openPlaces(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  source: RowSource,
  signal: AbortSignal | undefined,
): Promise<Places> {
  const { spread } = settings;
  // Ready turns are not drawn: they are taken in the order of the files.
  if (shape === "ready") return rowPlaces(source, Array(rowsOf(source)).keys());
  if (spread === "turns") return messagePlaces(settings, source, signal);
  if (spread === "every-turn") return runPlaces(settings, source, signal);
  return rowPlaces(source, rowOrder(settings, spread, source));
}

// ---------------------------------------------------------------------------------------------

/** Messages looked up at once: enough to keep a far source busy. */
const LOOKED_UP = 256;

type Looked = Pick<Place, "number" | "address" | "at">;

const rowsOf = (source: RowSource): number =>
  source.files.reduce((sum, file) => sum + file.rows, 0);

function rowOrder(
  settings: Config["source"],
  spread: RowSpread,
  source: RowSource,
): Iterator<number> {
  const options = {
    spread,
    windowRows: settings.window_rows,
    groupDraws: settings.group_draws,
  };
  const rng = seededRng(settings.seed, "prompt/rows");
  return drawOrder(layOut(source.files), options, rng)[Symbol.iterator]();
}

function rowPlaces(source: RowSource, order: Iterator<number>): Places {
  const extents = layOut(source.files);
  return {
    passedLast: () => 0,
    next: (count) =>
      Promise.resolve(
        take(order, count).map((number) => ({
          number,
          address: locate(extents, number),
          at: null,
          passed: 0,
          left: 0,
        })),
      ),
  };
}

/** Rows are drawn uniformly, each once; of each come all turns that may be drawn, in their order. */
async function runPlaces(
  settings: Config["source"],
  source: RowSource,
  signal: AbortSignal | undefined,
): Promise<Places> {
  const voices = await openVoices(source, settings.spread);
  const groups = layOutPlaces(voices.files);
  const extents = layOut(source.files);
  const order = rowOrder(settings, "rows", source);
  let ready: Place[] = [];
  let passed = 0;
  let isUsedUp = false;

  const turnsOf = async (numbers: readonly number[]): Promise<readonly (readonly Place[])[]> => {
    const rows = numbers.map((number) => {
      const address = locate(extents, number);
      return { number, address, group: groupOfRow(groups, address) };
    });
    const spoken = await voices.of(rows.map(({ group }) => group));
    return rows.map(({ number, address, group }, n) => {
      const turns = turnsIn(spoken[n]?.[address.row - group.firstRow] ?? "", settings.max_turn);
      return turns.map((at, index) => ({
        number,
        address,
        at,
        passed: 0,
        left: turns.length - index - 1,
      }));
    });
  };

  return {
    passedLast: () => (isUsedUp ? passed : 0),
    async next(count) {
      while (ready.length < count && signal?.aborted !== true) {
        const drawn = take(order, Math.min(LOOKED_UP, count));
        isUsedUp = drawn.length === 0;
        if (isUsedUp) break;
        for (const [first, ...more] of await turnsOf(drawn)) {
          if (first !== undefined) ready.push({ ...first, passed }, ...more);
          passed = first === undefined ? passed + 1 : 0;
        }
      }
      const next = ready.slice(0, count);
      ready = ready.slice(count);
      return next;
    },
  };
}

/** Messages are drawn uniformly, each once, and those that are no turn passed over. */
async function messagePlaces(
  settings: Config["source"],
  source: RowSource,
  signal: AbortSignal | undefined,
): Promise<Places> {
  const voices = await openVoices(source, settings.spread);
  const groups = layOutPlaces(voices.files);
  const total = groups.at(-1)?.end ?? 0;
  const order = shuffled(total, seededRng(settings.seed, "prompt/messages"));
  const starts = layOut(source.files).map(({ start }) => start);
  let ready: Place[] = [];
  let passed = 0;
  let isUsedUp = false;

  const lookUp = async (numbers: readonly number[]): Promise<(Looked | null)[]> => {
    const drawn = numbers.map((number) => ({ number, group: groupOfPlace(groups, number) }));
    const rows = await voices.of(drawn.map(({ group }) => group));
    return drawn.map(({ number, group }, n) => {
      const turn = turnAtPlace(rows[n] ?? [], number - group.start, settings.max_turn);
      if (turn === null) return null;
      const row = group.firstRow + turn.row;
      const address = { file: group.file, row };
      return { number: (starts[group.file] ?? 0) + row, address, at: turn.at };
    });
  };

  return {
    passedLast: () => (isUsedUp ? passed : 0),
    async next(count) {
      while (ready.length < count && signal?.aborted !== true) {
        const drawn = take(order, LOOKED_UP);
        isUsedUp = drawn.length === 0;
        if (isUsedUp) break;
        for (const place of await lookUp(drawn)) {
          if (place !== null) ready.push({ ...place, passed, left: 0 });
          passed = place === null ? passed + 1 : 0;
        }
      }
      const next = ready.slice(0, count);
      ready = ready.slice(count);
      return next;
    },
  };
}

function take(order: Iterator<number>, count: number): number[] {
  const taken: number[] = [];
  while (taken.length < count) {
    const next = order.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
