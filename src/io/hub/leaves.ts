/**
 * A Parquet file seen through some of its leaf columns: footers pruned to them, and rows put together
 * again. Small leaves (roles, ids) are decoded once a row group, large ones (contents) page by page.
 */
import type { FileMetaData, SchemaElement } from "hyparquet";
import type { RawRow } from "../source/types.ts";

/** "messages.list.element.role" */
export type Leaf = string;

/** The footer without the leaves that are not kept. The same leaves of a footer are pruned once. */
export function pruneMetadata(metadata: FileMetaData, leaves: readonly Leaf[]): FileMetaData {
  const known = pruned.get(metadata) ?? new Map<string, FileMetaData>();
  pruned.set(metadata, known);
  const key = leaves.join(",");
  const found = known.get(key) ?? pruneTo(metadata, new Set(leaves));
  known.set(key, found);
  return found;
}

/** Values of every plain leaf by row group: a null or an empty list counts as one. */
export function leafCounts(metadata: FileMetaData): ReadonlyMap<Leaf, readonly number[]> {
  const counts = new Map<Leaf, number[]>();
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined) continue;
      const leaf = chunk.path_in_schema.join(".");
      const own = counts.get(leaf) ?? [];
      own.push(Number(chunk.num_values));
      counts.set(leaf, own);
    }
  }
  return new Map([...counts].filter(([leaf]) => plainPath(metadata, leaf) !== null));
}

/** Two views of the same rows as one: lists are zipped, structs have the fields of both. */
export function mergeRows(a: RawRow, b: RawRow): RawRow {
  return mergeValues(a, b) as RawRow;
}

/** Schema elements from the top-level column down to the leaf. */
export type LeafPath = readonly SchemaElement[];

/**
 * The path of a leaf whose nesting `leafValue` knows: plain columns, structs, and lists in the usual
 * three levels (messages.list.element). null for anything else, and for a leaf that is not there.
 */
export function plainPath(metadata: FileMetaData, leaf: Leaf): LeafPath | null {
  const path: SchemaElement[] = [];
  let at = 1;
  for (const [depth, name] of leaf.split(".").entries()) {
    while (at < metadata.schema.length && metadata.schema[at]?.name !== name)
      at = nextSibling(metadata.schema, at);
    const element = metadata.schema[at];
    if (element === undefined) return null;
    path[depth] = element;
    at++;
  }
  const isPlain = path.every((element, n) => {
    if (element.repetition_type !== "REPEATED") return true;
    return isList(path[n - 1]) && element.num_children === 1 && n + 1 < path.length;
  });
  return isPlain ? path : null;
}

/**
 * A leaf's value in one row as a part of its column: nested arrays as hyparquet gives them before it
 * puts structs together, where every optional element is an array of one or none.
 */
export function leafValue(path: LeafPath, nested: unknown): unknown {
  return valueAt(path, 0, nested);
}

// ---------------------------------------------------------------------------------------------

const pruned = new WeakMap<FileMetaData, Map<string, FileMetaData>>();

function pruneTo(metadata: FileMetaData, kept: ReadonlySet<Leaf>): FileMetaData {
  return {
    ...metadata,
    schema: pruneSchema(metadata.schema, 0, [], kept).elements,
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.filter((chunk) =>
        kept.has(chunk.meta_data?.path_in_schema.join(".") ?? ""),
      ),
    })),
  };
}

function valueAt(path: LeafPath, at: number, nested: unknown): unknown {
  const element = path[at];
  if (at === path.length - 1 || element === undefined) return nested ?? null;
  let inside = nested;
  if (element.repetition_type === "OPTIONAL") {
    if (!Array.isArray(nested) || nested.length === 0) return null;
    inside = nested[0] as unknown;
  }
  if (isList(element) && path[at + 1]?.repetition_type === "REPEATED")
    return Array.isArray(inside) ? inside.map((item) => valueAt(path, at + 2, item)) : null;
  return { [path[at + 1]?.name ?? ""]: valueAt(path, at + 1, inside) };
}

function isList(element: SchemaElement | undefined): boolean {
  return element?.converted_type === "LIST" || element?.logical_type?.type === "LIST";
}

function nextSibling(schema: readonly SchemaElement[], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++)
    next = nextSibling(schema, next);
  return next;
}

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
