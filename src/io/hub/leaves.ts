/**
 * A Parquet file seen through some of its leaf columns: footers pruned to them, and rows put together
 * again. Small leaves (roles, ids) are decoded once a row group, large ones (contents) page by page.
 */
import type { FileMetaData, SchemaElement } from "hyparquet";
import type { RawRow } from "../source/types.ts";

/** "messages.list.element.role" */
export type Leaf = string;

/** The footer without the leaves that are not kept; groups that have none left go as well. */
export function pruneMetadata(metadata: FileMetaData, kept: ReadonlySet<Leaf>): FileMetaData {
  const schema = pruneSchema(metadata.schema, 0, [], kept).elements;
  return {
    ...metadata,
    schema,
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.filter((chunk) =>
        kept.has(chunk.meta_data?.path_in_schema.join(".") ?? ""),
      ),
    })),
  };
}

/** Two views of the same rows as one: lists are zipped, structs have the fields of both. */
export function mergeRows(a: RawRow, b: RawRow): RawRow {
  return mergeValues(a, b) as RawRow;
}

// ---------------------------------------------------------------------------------------------

function mergeValues(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b))
    return a.map((value, index) => mergeValues(value, b[index]));
  if (isStruct(a) && isStruct(b)) {
    const merged: Record<string, unknown> = { ...a };
    for (const [key, value] of Object.entries(b))
      merged[key] = key in a ? mergeValues(a[key], value) : value;
    return merged;
  }
  return a ?? b;
}

function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The element at `at` with what is kept below it; `next` is where its sibling stands. */
function pruneSchema(
  schema: readonly SchemaElement[],
  at: number,
  path: readonly string[],
  kept: ReadonlySet<Leaf>,
): { elements: SchemaElement[]; next: number } {
  const element = schema[at];
  if (element === undefined) return { elements: [], next: at + 1 };
  // The root has no name in paths.
  const own = at === 0 ? [] : [...path, element.name];
  const children = element.num_children ?? 0;
  if (children === 0) return { elements: kept.has(own.join(".")) ? [element] : [], next: at + 1 };
  const below: SchemaElement[] = [];
  let count = 0;
  let next = at + 1;
  for (let child = 0; child < children; child++) {
    const pruned = pruneSchema(schema, next, own, kept);
    if (pruned.elements.length > 0) count++;
    below.push(...pruned.elements);
    next = pruned.next;
  }
  const isKept = count > 0 || at === 0;
  return { elements: isKept ? [{ ...element, num_children: count }, ...below] : [], next };
}
