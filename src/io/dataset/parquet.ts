/** A JSON Lines file of a set as Parquet beside it, written by DuckDB. */
import { DuckDBInstance } from "@duckdb/node-api";
import { errorMessage, UserError } from "../../errors.ts";

/**
 * Writes `to` (zstd), row for row.
 * @param columns name -> DuckDB type, in order: guessed types would make dates of texts.
 * @param maxLineBytes the longest line; DuckDB takes two buffers of that size a thread.
 */
export async function writeParquet(
  from: string,
  to: string,
  columns: Readonly<Record<string, string>>,
  maxLineBytes: number,
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    memory_limit: "1GB",
    threads: "2",
  });
  const connection = await instance.connect();
  try {
    const types = Object.entries(columns).map(
      ([name, type]) => `${literal(name)}: ${literal(type)}`,
    );
    await connection.run(
      `COPY (SELECT * FROM read_json(${literal(from)}, format = 'newline_delimited', maximum_object_size = ${Math.max(maxLineBytes + 1, 1 << 20)}, columns = {${types.join(", ")}})) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } catch (error) {
    throw new UserError(
      `${to} cannot be written as Parquet: ${errorMessage(error).split("\n")[0] ?? ""}`,
      "leave --parquet out: the JSON Lines are whole without it",
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Copies a Parquet file without some of its rows (0-based); the others keep their order. */
export async function copyParquetWithout(
  from: string,
  to: string,
  rows: readonly number[],
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    memory_limit: "1GB",
    threads: "2",
  });
  const connection = await instance.connect();
  try {
    const gone = rows.length === 0 ? "-1" : rows.join(", ");
    await connection.run(
      `COPY (SELECT * EXCLUDE file_row_number FROM read_parquet(${literal(from)}, file_row_number = true) WHERE file_row_number NOT IN (${gone})) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } catch (error) {
    throw new UserError(
      `${from} cannot be read or written: ${errorMessage(error).split("\n")[0] ?? ""}`,
      "is the file whole? delete the set's folder and build it again",
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

// ---------------------------------------------------------------------------------------------

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
