/**
 * Parquet gives the arguments of all tools one struct, and fills the fields that a call lacks with null:
 * those are no words of the agent. Arguments that are JSON text keep the nulls that were written.
 */

/** What a call was given stands under one of these, by the shape of the API. */
const ARGUMENTS = new Set(["arguments", "input"]);

/** A field of a struct, without such nulls where it holds a call's arguments; within lists nulls stay. */
export function ownFields(key: string, value: unknown): unknown {
  return ARGUMENTS.has(key) ? withoutNulls(value) : value;
}

/** The same for every field inside a value. */
export function withOwnFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOwnFields);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, ownFields(key, withOwnFields(inner))]),
  );
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}
