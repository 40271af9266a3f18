/**
 * The types of columns, as three readers want them told: DuckDB, which writes Parquet, the card's YAML, and
 * those who look whether a file's rows have them.
 */

import { yamlText } from "../text/yaml.ts";
/** `json`: text that is JSON, which a loader with the card hands over as what it says. */
export type ColumnType =
  Plain | { readonly list: ColumnType } | { readonly struct: Readonly<Record<string, ColumnType>> };

type Plain = "string" | "json" | "bool" | "int64" | "float64";

export type ColumnTypes = Readonly<Record<string, ColumnType>>;

/** The type for DuckDB; text for what is JSON, which every version of `datasets` reads. */
export function duckdbType(type: ColumnType): string {
  if (typeof type === "string") return DUCKDB[type];
  if ("list" in type) {
    return type.list === "json" ? "VARCHAR" : `${duckdbType(type.list)}[]`;
  }
  const fields = Object.entries(type.struct).map(
    ([name, inner]) => `"${name.replaceAll('"', '""')}" ${duckdbType(inner)}`,
  );
  return `STRUCT(${fields.join(", ")})`;
}

/**
 * The `features` of a card, as lines of YAML.
 * @param isParquet lists of JSON objects are one text there.
 */
export function featureLines(columns: ColumnTypes, isParquet: boolean): string[] {
  return Object.entries(columns).flatMap(([name, type]) => fieldLines(name, type, isParquet));
}

/** The types of a row as they are written; null: it has other columns, or a value of another type. */
export function misfit(
  row: Readonly<Record<string, unknown>>,
  columns: ColumnTypes,
): string | null {
  const unknown = Object.keys(row).find((name) => !(name in columns));
  if (unknown !== undefined) return `${unknown} is a column that the card does not name`;
  for (const [name, type] of Object.entries(columns)) {
    const bad = misfitOf(row[name], type, name);
    if (bad !== null) return bad;
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

const DUCKDB = {
  string: "VARCHAR",
  json: "VARCHAR",
  bool: "BOOLEAN",
  int64: "BIGINT",
  float64: "DOUBLE",
} as const;

function fieldLines(name: string, type: ColumnType, isParquet: boolean): string[] {
  const [first = "", ...rest] = typeLines(type, isParquet);
  return [`- name: ${yamlText(name)}`, `  ${first}`, ...rest.map((line) => `  ${line}`)];
}

function typeLines(type: ColumnType, isParquet: boolean): string[] {
  if (typeof type === "string") return [`dtype: ${type}`];
  if ("struct" in type) {
    return [
      "struct:",
      ...Object.entries(type.struct).flatMap(([name, inner]) => fieldLines(name, inner, isParquet)),
    ];
  }
  const { list } = type;
  if (typeof list === "string") {
    return [list === "json" && isParquet ? "dtype: json" : `list: ${list}`];
  }
  if ("struct" in list) return ["list:", ...typeLines(list, isParquet).slice(1)];
  return ["list:", ...typeLines(list, isParquet).map((line) => `  ${line}`)];
}

function misfitOf(value: unknown, type: ColumnType, where: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof type === "string") {
    return isOf(value, type) ? null : `${where} is ${shown(value)}, and the card says ${type}`;
  }
  if ("list" in type) {
    if (!Array.isArray(value)) return `${where} is ${shown(value)}, and the card says a list`;
    for (const one of value as unknown[]) {
      const bad = type.list === "json" ? null : misfitOf(one, type.list, `${where}[]`);
      if (bad !== null) return bad;
    }
    return null;
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return `${where} is ${shown(value)}, and the card says a struct`;
  }
  for (const [key, inner] of Object.entries(value)) {
    const field = type.struct[key];
    if (field === undefined) return `${where}.${key} is a key that the card does not name`;
    const bad = misfitOf(inner, field, `${where}.${key}`);
    if (bad !== null) return bad;
  }
  return null;
}

function isOf(value: unknown, type: Plain): boolean {
  switch (type) {
    case "string":
    case "json":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int64":
      return Number.isInteger(value);
    case "float64":
      return typeof value === "number";
    default:
      return type satisfies never;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${JSON.stringify(value)}`;
}
