/** The rows of a set's file as plain objects, JSON Lines or Parquet, one at a time. */
import { UserError } from "../errors.ts";
import { parseLine, readLines } from "../io/jsonl.ts";
import { openParquet } from "../io/parquet.ts";

type Row = Readonly<Record<string, unknown>>;

/** @throws UserError for a broken line and for what is no Parquet. */
export async function* rowsOf(file: string): AsyncGenerator<Row> {
  if (file.endsWith(".parquet")) yield* parquetRows(file);
  else yield* jsonRows(file);
}

/** Names of the columns, told by the first row; [] without rows. */
export async function columnsOf(file: string): Promise<readonly string[]> {
  if (file.endsWith(".parquet")) return (await openParquet(file)).columns;
  for await (const row of jsonRows(file)) return Object.keys(row);
  return [];
}

// ---------------------------------------------------------------------------------------------

async function* jsonRows(file: string): AsyncGenerator<Row> {
  for await (const { number, bytes } of readLines(file)) {
    const line = parseLine(bytes);
    if (!line.ok) {
      throw new UserError(
        `${file} line ${number} is not JSON: ${line.why}`,
        "build the set again with --force, and leave its files as they are",
      );
    }
    yield line.value;
  }
}

/** Rows read at once. */
const BATCH = 256;

async function* parquetRows(file: string): AsyncGenerator<Row> {
  const opened = await openParquet(file);
  for (let from = 0; from < opened.rows; from += BATCH) {
    const at = Array.from({ length: Math.min(BATCH, opened.rows - from) }, (_, n) => from + n);
    for (const one of await opened.read(at)) if (one.ok) yield one.row;
  }
}
