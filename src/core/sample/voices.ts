/**
 * Who speaks where in a split, without a word of what is said: enough to draw a turn uniformly from all
 * turns, or all turns of a row. A split is numbered by the values of its role column, row group after row group, as Parquet
 * footers count them: a row without messages is one value.
 */
import { isAssistant } from "./messages.ts";

/** A row's messages in order, a letter each: "a" an assistant's, "o" any other. "": no messages. */
export type Voices = string;

/** A row group's places in the numbering of the whole: [start, end). */
export type PlaceGroup = {
  readonly file: number;
  /** Row group in the file. */
  readonly group: number;
  readonly firstRow: number;
  readonly start: number;
  readonly end: number;
};

/** Lays row groups end to end. `places`: by row group, as its footer or a pass over it counts them. */
export function layOutPlaces(
  files: readonly { readonly rows: readonly number[]; readonly places: readonly number[] }[],
): PlaceGroup[] {
  let start = 0;
  return files.flatMap(({ rows, places }, file) => {
    let firstRow = 0;
    return places.map((count, group) => {
      const laid = { file, group, firstRow, start, end: start + count };
      firstRow += rows[group] ?? 0;
      start += count;
      return laid;
    });
  });
}

/** The row group that a place lies in. */
export function groupOfPlace(groups: readonly PlaceGroup[], place: number): PlaceGroup {
  let low = 0;
  let high = groups.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((groups[middle]?.end ?? Infinity) > place) high = middle;
    else low = middle + 1;
  }
  const found = groups[low];
  if (found === undefined) throw new RangeError(`no row group holds place ${place}`);
  return found;
}

/** The row group that a row of a file lies in. */
export function groupOfRow(
  groups: readonly PlaceGroup[],
  { file, row }: { readonly file: number; readonly row: number },
): PlaceGroup {
  const found = groups.findLast((group) => group.file === file && group.firstRow <= row);
  if (found === undefined) throw new RangeError(`no row group of file ${file} holds row ${row}`);
  return found;
}

/** Places that a row takes. */
export function placesOf(voices: Voices): number {
  return Math.max(1, voices.length);
}

/**
 * Row of the group and position in its messages of the group's n-th place; null: there is no turn that
 * may be drawn, since it is another's message, the first of its row, at or past `maxTurn`, or none at all.
 */
export function turnAtPlace(
  rows: readonly Voices[],
  place: number,
  maxTurn: number,
): { readonly row: number; readonly at: number } | null {
  let first = 0;
  for (const [row, voices] of rows.entries()) {
    const at = place - first;
    first += placesOf(voices);
    if (place >= first) continue;
    return isTurn(voices, at, maxTurn) ? { row, at } : null;
  }
  throw new RangeError(`a row group of ${first} places has none of number ${place}`);
}

/** Positions in the row of all its turns that may be drawn, ascending. */
export function turnsIn(voices: Voices, maxTurn: number): number[] {
  return Array.from(voices, (_, at) => at).filter((at) => isTurn(voices, at, maxTurn));
}

/** The leaf of a conversation's column that says who speaks; null: none, or more than one. */
export function roleLeafOf(leaves: Iterable<string>, column: string): string | null {
  const found = [...leaves].filter((leaf) => {
    const path = leaf.split(".");
    // A list of structs ends in the field, a struct of lists begins with it.
    return path.length === 4 && path[0] === column && (isRole(path[3]) || isRole(path[1]));
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** From what the role leaf holds of a row: [{role}], [{from}], {role: []} or {from: []}. */
export function voicesOf(value: unknown): Voices {
  const list = isRecord(value) ? (value["role"] ?? value["from"]) : value;
  if (!Array.isArray(list)) return "";
  const roles: unknown[] = list.map((item: unknown) =>
    isRecord(item) ? (item["role"] ?? item["from"]) : item,
  );
  return roles.map((role) => (isAssistant(role) ? "a" : "o")).join("");
}

// ---------------------------------------------------------------------------------------------

function isTurn(voices: Voices, at: number, maxTurn: number): boolean {
  if (at === 0 || voices[at] !== "a") return false;
  const before = voices.slice(0, at).split("a").length - 1;
  return before < maxTurn;
}

const isRole = (name: string | undefined): boolean => name === "role" || name === "from";

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
