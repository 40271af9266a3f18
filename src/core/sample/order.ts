/**
 * In which order the rows of a data set are drawn. A row is its number in the files laid end to end;
 * orders are lazy, so that drawing 2,000 of 12 million rows costs 2,000 steps.
 */
import { randomIndex, type Rng } from "../random.ts";

export type Spread = RowSpread | "turns" | "every-turn";
/** Spreads that are told by rows alone; for the others it is looked who speaks (voices.ts). */
export type RowSpread = "rows" | "windows" | "groups";

/** A file's rows in the numbering of the whole: [start, end), with its row groups' first rows. */
export type Extent = {
  readonly start: number;
  readonly end: number;
  /** First rows of the row groups, ascending, `start` included; [start] where there are none. */
  readonly groups: readonly number[];
};

/** Lays files end to end. `groupRows`: rows of each row group, [] when the file has none. */
export function layOut(
  files: readonly { readonly rows: number; readonly groupRows: readonly number[] }[],
): Extent[] {
  const extents: Extent[] = [];
  let start = 0;
  for (const file of files) {
    const groups: number[] = [];
    let first = start;
    for (const rows of file.groupRows) {
      groups.push(first);
      first += rows;
    }
    extents.push({
      start,
      end: start + file.rows,
      groups: groups.length === 0 ? [start] : groups,
    });
    start += file.rows;
  }
  return extents;
}

/** File index and row in the file of a row of the whole. The row has to be in one of the extents. */
export function locate(
  extents: readonly Extent[],
  row: number,
): { readonly file: number; readonly row: number } {
  let low = 0;
  let high = extents.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((extents[middle]?.start ?? Infinity) <= row) low = middle;
    else high = middle - 1;
  }
  return { file: low, row: row - (extents[low]?.start ?? 0) };
}

/**
 * 0..total-1 in a uniformly random order, each once: Fisher and Yates, of which only the swapped
 * places are kept.
 */
export function* shuffled(total: number, rng: Rng): Generator<number> {
  const moved = new Map<number, number>();
  for (let last = total - 1; last >= 0; last--) {
    const pick = randomIndex(rng, last + 1);
    yield moved.get(pick) ?? pick;
    moved.set(pick, moved.get(last) ?? last);
    moved.delete(last);
  }
}

export type OrderOptions = {
  readonly spread: RowSpread;
  /** Rows of a window. */
  readonly windowRows: number;
  /** Rows taken from a row group before the next one is drawn; the rest follow in a later round. */
  readonly groupDraws: number;
};

/**
 * Every row once. "rows": uniform over all rows. "windows": whole windows of neighbouring rows in
 * random order. "groups": some random rows of each row group, groups in random order; when all groups
 * have had their turn, the next round takes further rows of each.
 */
export function drawOrder(
  extents: readonly Extent[],
  options: OrderOptions,
  rng: Rng,
): Iterable<number> {
  switch (options.spread) {
    case "rows":
      return shuffled(extents.at(-1)?.end ?? 0, rng);
    case "windows":
      return windowOrder(extents, options.windowRows, rng);
    case "groups":
      return groupOrder(extents, options.groupDraws, rng);
    default:
      return options.spread satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

type Span = { readonly start: number; readonly end: number };

function* windowOrder(extents: readonly Extent[], windowRows: number, rng: Rng): Generator<number> {
  const windows = extents.flatMap((extent) => cut(extent, windowRows));
  for (const index of shuffled(windows.length, rng)) {
    const window = windows[index];
    if (window === undefined) continue;
    for (let row = window.start; row < window.end; row++) yield row;
  }
}

function* groupOrder(extents: readonly Extent[], draws: number, rng: Rng): Generator<number> {
  const groups = extents.flatMap((extent) =>
    extent.groups.map((start, index) => ({ start, end: extent.groups[index + 1] ?? extent.end })),
  );
  let open = [...shuffled(groups.length, rng)].map((index) => {
    const group = groups[index] ?? { start: 0, end: 0 };
    return { start: group.start, rows: shuffled(group.end - group.start, rng) };
  });
  while (open.length > 0) {
    const still: typeof open = [];
    for (const group of open) {
      let taken = 0;
      for (; taken < draws; taken++) {
        const next = group.rows.next();
        if (next.done === true) break;
        yield group.start + next.value;
      }
      if (taken === draws) still.push(group);
    }
    open = still;
  }
}

function cut(span: Span, rows: number): Span[] {
  const found: Span[] = [];
  for (let start = span.start; start < span.end; start += rows) {
    found.push({ start, end: Math.min(start + rows, span.end) });
  }
  return found;
}
