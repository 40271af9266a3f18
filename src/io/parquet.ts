/** Local Parquet files through DuckDB: counts and columns first, then single rows by their number. */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { UserError, errorMessage } from "../errors.ts";
import type { OpenFile, ReadRow } from "./source/types.ts";
import { ownFields } from "./struct-nulls.ts";
import { literal } from "./sql.ts";

/**
 * Opens a Parquet file.
 * @throws UserError for a file that is cut short or is no Parquet.
 */
export async function openParquet(path: string): Promise<OpenFile> {
  const chunks = await query(
    path,
    `SELECT row_group_id AS id, row_group_num_rows AS rows, path_in_schema AS leaf, num_values AS n FROM parquet_metadata(${literal(path)}) ORDER BY id`,
  );
  const described = await query(path, `DESCRIBE SELECT * FROM read_parquet(${literal(path)})`);
  const listColumns = described
    .filter((column) => String(column["column_type"]).endsWith("[]"))
    .map((column) => String(column["column_name"]));
  const groupRows: number[] = [];
  const counts = new Map<string, number[]>();
  for (const chunk of chunks) {
    groupRows[Number(chunk["id"])] = Number(chunk["rows"]);
    const leaf = String(chunk["leaf"]).replaceAll(", ", ".");
    const own = counts.get(leaf) ?? [];
    own.push(Number(chunk["n"]));
    counts.set(leaf, own);
  }
  return {
    rows: groupRows.reduce((sum, rows) => sum + rows, 0),
    groupRows,
    columns: described.map((column) => String(column["column_name"])),
    badLines: 0,
    rowNumber: (row) => row,
    read: (rows, columns) => readParquetRows(path, rows, columns),
    readTexts: (column) => readTexts(path, column),
    leaves: {
      counts,
      read(leaf, group) {
        const first = groupRows.slice(0, group).reduce((sum, rows) => sum + rows, 0);
        const part = leafPart(leaf, listColumns);
        return readPart(path, part, first, first + (groupRows[group] ?? 0));
      },
    },
  };
}

/** Values as JSON has them, without what structs fill in: big integers that fit are numbers, times are ISO texts. */
export function plainValue(value: unknown): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString("utf8");
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, ownFields(key, plainValue(inner))]),
  );
}

/** Rows by their number in the file, in the order asked; row groups without any are not touched. */
export async function readParquetRows(
  path: string,
  rows: readonly number[],
  columns: readonly string[] | undefined,
): Promise<ReadRow[]> {
  const names = columns === undefined ? "*" : columns.map(quoted).join(", ");
  const found = await query(
    path,
    `SELECT file_row_number AS "__row", ${names} FROM read_parquet(${literal(path)}, file_row_number = true) WHERE file_row_number IN (${rows.join(", ")})`,
  );
  const byNumber = new Map(found.map((row) => [Number(row["__row"]), row]));
  return rows.map((number) => {
    const { __row: _, file_row_number: __, ...row } = byNumber.get(number) ?? {};
    return { ok: true, row };
  });
}

// ---------------------------------------------------------------------------------------------

let connection: Promise<DuckDBConnection> | null = null;

/** One in-memory database a process, loaded when it is first wanted: that alone takes a sixth of a second. */
function connect(): Promise<DuckDBConnection> {
  connection ??= createDatabase();
  return connection;
}

/** It may not look for extensions to load from elsewhere. */
async function createDatabase(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    // Copies of remote files are filled in while they are open: nothing read of them may be kept.
    enable_external_file_cache: "false",
    // A row group of 10,000 long rows takes 800 MB to unpack; two threads would unpack two.
    memory_limit: "900MB",
    threads: "1",
    preserve_insertion_order: "false",
  });
  return instance.connect();
}

async function readTexts(path: string, column: string): Promise<(string | null)[]> {
  const rows = await query(
    path,
    `SELECT ${quoted(column)} AS v FROM read_parquet(${literal(path)}, file_row_number = true) ORDER BY file_row_number`,
  );
  return rows.map((row) => (typeof row["v"] === "string" ? row["v"] : null));
}

/** SQL for a leaf's part of its column: of a list of structs the field, else the struct's field. */
function leafPart(leaf: string, listColumns: readonly string[]): string {
  const [column = "", second = "", , field = ""] = leaf.split(".");
  return listColumns.includes(column)
    ? `[{${literal(field)}: item.${quoted(field)}} for item in ${quoted(column)}]`
    : `{${literal(second)}: ${quoted(column)}.${quoted(second)}}`;
}

async function readPart(
  path: string,
  part: string,
  first: number,
  end: number,
): Promise<unknown[]> {
  const rows = await query(
    path,
    `SELECT ${part} AS v FROM read_parquet(${literal(path)}, file_row_number = true) WHERE file_row_number >= ${first} AND file_row_number < ${end} ORDER BY file_row_number`,
  );
  return rows.map((row) => row["v"]);
}

async function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const db = await connect();
  try {
    const reader = await db.runAndReadAll(sql);
    const rows = reader.getRowObjectsJS() as Record<string, DuckDBValue>[];
    return rows.map((row) => plainValue(row) as Record<string, unknown>);
  } catch (error) {
    throw parquetError(path, error);
  }
}

/** What DuckDB says about a file, as something that a person can act upon. */
export function parquetError(path: string, error: unknown): UserError {
  const why = errorMessage(error).split("\n")[0] ?? "";
  if (why.startsWith("Out of Memory")) {
    return new UserError(
      `${path}: a row group is too large for the memory that it may take: ${why}`,
      "write the file again with smaller row groups (1,000 rows), or choose other files",
      { cause: error },
    );
  }
  return new UserError(
    `${path} cannot be read as Parquet: ${why.replace(/^[A-Za-z ]+Error: /, "")}`,
    "fetch the file again: it is cut short, or it is not a Parquet file",
    { cause: error },
  );
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
