/**
 * Rows with every key that any row of their set has. A loader takes the types from what comes first, and
 * a key that it meets later is an error: so messages of a set with calls all have a place for calls.
 */
import type { ColumnType, ColumnTypes } from "./column-types.ts";

/** The row with null where a message lacks a key, and "[]" where it has no tools. */
export function fullRow(
  row: Readonly<Record<string, unknown>>,
  columns: ColumnTypes,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, type]) => [
      name,
      name === "tools" ? (row[name] ?? NO_TOOLS) : full(row[name], type),
    ]),
  );
}

/**
 * The rows of a file that have to come first, so that whatever any of its rows carries is met at once:
 * for each bit the first row that has it.
 * @param bits of each row of the file, in order.
 */
export function firstRows(bits: Iterable<number>): number[] {
  const rows: number[] = [];
  let seen = 0;
  let row = 0;
  for (const own of bits) {
    if ((own & ~seen) !== 0) rows.push(row);
    seen |= own;
    row++;
  }
  return rows;
}

// ---------------------------------------------------------------------------------------------

const NO_TOOLS = "[]";

function full(value: unknown, type: ColumnType): unknown {
  if (value === undefined || value === null) return null;
  if (typeof type === "string") return value;
  if ("list" in type) {
    return Array.isArray(value) ? (value as unknown[]).map((one) => full(one, type.list)) : value;
  }
  const held = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(type.struct).map(([key, inner]) => [key, full(held[key], inner)]),
  );
}
