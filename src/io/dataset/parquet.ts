/** A JSON Lines file of a set as Parquet beside it, written by DuckDB. */
import { errorMessage, UserError } from "../../errors.ts";
import { wantedPath } from "../disk-faults.ts";
import { literal } from "../sql.ts";
import { openDuckDb } from "./duckdb.ts";

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
  const types = Object.entries(columns).map(([name, type]) => `${literal(name)}: ${literal(type)}`);
  await copyRows(
    `SELECT * FROM read_json(${literal(from)}, format = 'newline_delimited', maximum_object_size = ${Math.max(maxLineBytes + 1, 1 << 20)}, columns = {${types.join(", ")}})`,
    to,
    {
      what: `${wantedPath(to)} cannot be written as Parquet`,
      hint: "leave --parquet out: the JSON Lines are whole without it",
    },
  );
}

/** Copies a Parquet file without some of its rows (0-based); the others keep their order. */
export async function copyParquetWithout(
  from: string,
  to: string,
  rows: readonly number[],
): Promise<void> {
  const gone = rows.length === 0 ? "-1" : rows.join(", ");
  await copyRows(
    `SELECT * EXCLUDE file_row_number FROM read_parquet(${literal(from)}, file_row_number = true) WHERE file_row_number NOT IN (${gone})`,
    to,
    {
      what: `${from} cannot be read or written`,
      hint: "is the file whole? delete the set's folder and build it again",
    },
  );
}

// ---------------------------------------------------------------------------------------------

/** Rows that are held until they are written; DuckDB's own 122,880 of ours come to hundreds of megabytes. */
const GROUP_ROWS = 10_240;

/** @throws UserError with DuckDB's first line behind `what`. */
async function copyRows(
  query: string,
  to: string,
  { what, hint }: { readonly what: string; readonly hint: string },
): Promise<void> {
  const { connection, close } = await openDuckDb("1GB");
  try {
    await connection.run(
      `COPY (${query}) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${GROUP_ROWS})`,
    );
  } catch (error) {
    const said = (errorMessage(error).split("\n")[0] ?? "").replaceAll(to, wantedPath(to));
    throw new UserError(`${what}: ${said}`, hint, {
      cause: error,
    });
  } finally {
    close();
  }
}
