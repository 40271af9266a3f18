/**
 * Columns of JSON, whichever way they are read: as the text that the file holds. DuckDB gives that;
 * hyparquet and the viewer would give what it means, and then nobody could tell a null that the agent
 * wrote from one that a struct has in place of a field it lacks.
 */
import { withOwnFields } from "../struct-nulls.ts";
import type { FileMetaData, SchemaElement } from "hyparquet";

/** The same footer, with JSON named as the text that it is. */
export function jsonAsText(metadata: FileMetaData): FileMetaData {
  if (!metadata.schema.some(isJson)) return metadata;
  return { ...metadata, schema: metadata.schema.map((one) => (isJson(one) ? asText(one) : one)) };
}

/** A value as the viewer shows it, its JSON parts as text; `type` as the viewer's `features` name it. */
export function cellAsText(value: unknown, type: unknown): unknown {
  if (value === null || value === undefined) return value;
  const inner = Array.isArray(type) ? (type as unknown[])[0] : undefined;
  if (inner !== undefined) return listAsText(value, inner);
  if (!isRecord(type)) return value;
  const name = type["_type"];
  if (name === "Json" || type["dtype"] === "json") return textOf(value);
  if (name === "List" || name === "Sequence" || name === "LargeList") {
    return listAsText(value, type["feature"]);
  }
  if (name !== undefined || !isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, cellAsText(one, type[key])]),
  );
}

/** A row of the viewer's, by its `features`. */
export function rowAsText(
  row: Readonly<Record<string, unknown>>,
  features: unknown,
): Readonly<Record<string, unknown>> {
  const types = new Map(
    (Array.isArray(features) ? features : [])
      .filter(isRecord)
      .map((feature) => [feature["name"], feature["type"]] as const),
  );
  if (![...types.values()].some((type) => JSON.stringify(type).toLowerCase().includes('"json"'))) {
    return withOwnFields(row) as Readonly<Record<string, unknown>>;
  }
  const entries = Object.entries(row).map(([key, value]) => [
    key,
    cellAsText(value, types.get(key)),
  ]);
  return withOwnFields(Object.fromEntries(entries)) as Readonly<Record<string, unknown>>;
}

// ---------------------------------------------------------------------------------------------

function isJson(element: SchemaElement): boolean {
  return element.converted_type === "JSON" || element.logical_type?.type === "JSON";
}

function asText(element: SchemaElement): SchemaElement {
  return { ...element, converted_type: "UTF8", logical_type: { type: "STRING" } };
}

function listAsText(value: unknown, type: unknown): unknown {
  return Array.isArray(value) ? value.map((one: unknown) => cellAsText(one, type)) : value;
}

/** A text may be the cell's own text already, or what the JSON in it says. */
function textOf(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
