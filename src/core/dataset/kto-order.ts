/**
 * The order of kto rows. Trainers take them as they come, and estimate how far the model has moved from a
 * row's neighbours: so both labels stand in every stretch, and the rows of one turn far apart.
 */

import { UserError } from "../../errors.ts";

export type KtoRows = {
  /** Rows of one split, in the order of the source. */
  readonly rows: readonly number[];
  readonly isGood: (row: number) => boolean;
  /** Rows of one turn have one number, in [0, 2^32). */
  readonly turnOf: (row: number) => number;
  readonly seed: number;
};

/** The rows by a seeded draw of their turns, both labels spread evenly. Same rows and seed, same order. */
export function ktoOrder({ rows, isGood, turnOf, seed }: KtoRows): number[] {
  const places = placesOf(rows, turnOf, seed);
  const byPlace = (good: boolean): number[] =>
    rows
      .flatMap((row, at) => (isGood(row) === good ? [{ row, place: places[at] ?? 0 }] : []))
      .sort((a, b) => a.place - b.place || a.row - b.row)
      .map(({ row }) => row);
  const order = spread(byPlace(true), byPlace(false));
  for (const apart of APART) keepApart(order, apart, isGood, turnOf);
  return order;
}

/**
 * @throws UserError when a set, or the split to learn from, has rows of one label alone: a trainer would
 *   learn that everything is good, or bad.
 */
export function refuseOneSided(
  bySplit: readonly (readonly number[])[],
  names: readonly string[],
  isGood: (row: number) => boolean,
): void {
  const all = bySplit.flat();
  for (const [rows, where] of [
    [all, "the set"],
    [bySplit[0] ?? [], names[0] ?? ""],
  ] as const) {
    const good = rows.filter(isGood).length;
    if (rows.length === 0 || (good > 0 && good < rows.length)) continue;
    const isWhole = where === "the set";
    throw new UserError(
      `kto: all ${rows.length} rows of ${where} have the label ${good > 0}: there is nothing to tell good from bad by`,
      isWhole
        ? "leave kto out of --format, or give input with answers of both kinds"
        : "try another --seed or a smaller --val-fraction, or give more groups",
    );
  }
}

// ---------------------------------------------------------------------------------------------

/** Where each row would like to stand, 0 to 1: its turn's drawn place, the turn's rows a circle apart. */
function placesOf(
  rows: readonly number[],
  turnOf: (row: number) => number,
  seed: number,
): Float64Array {
  const total = new Map<number, number>();
  for (const row of rows) total.set(turnOf(row), (total.get(turnOf(row)) ?? 0) + 1);
  const met = new Map<number, number>();
  return Float64Array.from(rows, (row) => {
    const turn = turnOf(row);
    const nth = met.get(turn) ?? 0;
    met.set(turn, nth + 1);
    return (mixed(turn, seed) / 2 ** 32 + nth / (total.get(turn) ?? 1)) % 1;
  });
}

/** Two lists as one, each spread over all of it. */
function spread(a: readonly number[], b: readonly number[]): number[] {
  const order: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const isA = j >= b.length || (i < a.length && (i + 0.5) * b.length <= (j + 0.5) * a.length);
    order.push((isA ? a[i++] : b[j++]) ?? 0);
  }
  return order;
}

/** Rows on either side without one of the same turn: as many as can be had. */
const APART = [8, 3, 1] as const;
/** Rows looked through for one to change places with. */
const LOOK_AHEAD = 256;

/** Rows change places with others of their label where fewer rows of one turn are then near each other. */
function keepApart(
  order: number[],
  apart: number,
  isGood: (row: number) => boolean,
  turnOf: (row: number) => number,
): void {
  const near = (row: number, at: number, except: number): number => {
    let count = 0;
    const last = Math.min(order.length - 1, at + apart);
    for (let other = Math.max(0, at - apart); other <= last; other++) {
      if (other === at || other === except) continue;
      if (turnOf(order[other] ?? 0) === turnOf(row)) count++;
    }
    return count;
  };
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    const here = near(row, at, -1);
    if (here === 0) continue;
    for (let step = 1; step <= LOOK_AHEAD && step < order.length; step++) {
      // Behind the end it goes on from the start: the last rows have nothing behind them.
      const there = (at + step) % order.length;
      const other = order[there] ?? 0;
      if (isGood(other) !== isGood(row) || turnOf(other) === turnOf(row)) continue;
      const before = here + near(other, there, -1);
      if (near(other, at, there) + near(row, there, at) >= before) continue;
      order[at] = other;
      order[there] = row;
      break;
    }
  }
}

/** 32 bits drawn from a number and a seed, as splitmix32 finishes. */
function mixed(value: number, seed: number): number {
  let bits = (value ^ Math.imul(seed + 0x9e37_79b9, 0x85eb_ca6b)) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
