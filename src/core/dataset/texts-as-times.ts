/**
 * Columns of text that a JSON loader takes for times. `datasets` (5.2.0, by pyarrow) does so where every
 * text of a column can be read as one, and writes it in other signs even where the card says string: see
 * findings/datasets-text-to-time.sh.
 */
import type { ColumnType, ColumnTypes } from "./column-types.ts";

export type TimeCheck = {
  see(row: Readonly<Record<string, unknown>>): void;
  /** Names of the columns all of whose texts read as times, "completion.content". */
  found(): string[];
};

/** Looks at all texts of `columns` until one of a column is no time. */
export function textsAsTimes(columns: ColumnTypes): TimeCheck {
  // Names of columns that may still be times, and whether any text of theirs was seen.
  const open = new Map(textLeaves(columns).map((leaf) => [leaf, false]));
  return {
    see(row) {
      for (const leaf of open.keys()) {
        const texts = textsAt(row, leaf.split("."));
        if (texts.every(isTime)) open.set(leaf, open.get(leaf) === true || texts.length > 0);
        else open.delete(leaf);
      }
    },
    found: () => [...open].filter(([, seen]) => seen).map(([leaf]) => leaf),
  };
}

// ---------------------------------------------------------------------------------------------

/** What pyarrow reads as a time: a day, then hours to seconds, then a zone (hours to 23, minutes to 59). */
const TIME =
  /^\d{4}-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3])(?::[0-5]\d){0,2}(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

function isTime(text: string): boolean {
  const [, month, day] = TIME.exec(text) ?? [];
  if (month === undefined || day === undefined) return false;
  const date = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

function textLeaves(columns: ColumnTypes): string[] {
  return Object.entries(columns).flatMap(([name, type]) => leavesOf(type, name));
}

function leavesOf(type: ColumnType, name: string): string[] {
  if (typeof type === "string") return type === "string" ? [name] : [];
  if ("list" in type) return leavesOf(type.list, name);
  return Object.entries(type.struct).flatMap(([key, inner]) => leavesOf(inner, `${name}.${key}`));
}

/** All texts below a path; lists are gone through, what is null or no text is none. */
function textsAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => textsAt(one, path));
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "string" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return textsAt(Object.entries(value).find(([name]) => name === key)?.[1], rest);
}
