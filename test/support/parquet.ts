/** Parquet files as the real sets have them: with page indexes (hyparquet-writer) and without (DuckDB). */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import type { SchemaElement } from "hyparquet";
import { ParquetWriter, fileWriter } from "hyparquet-writer";

export type TrajectoryRow = {
  readonly instance_id: string;
  readonly repo: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly exit_status: string;
};

const text = (name: string): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  repetition_type: "OPTIONAL",
});

const TRAJECTORY_SCHEMA: SchemaElement[] = [
  { name: "root", num_children: 5 },
  text("instance_id"),
  text("repo"),
  { name: "messages", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
  text("role"),
  text("content"),
  text("exit_status"),
  text("trajectory_format"),
];

export type PagedOptions = {
  /** Rows of a row group; one `write` a group, so that memory holds one group. */
  readonly groupRows: number;
  readonly pageBytes?: number;
  readonly codec?: "SNAPPY" | "GZIP" | "UNCOMPRESSED";
  readonly offsetIndex?: boolean;
};

/** SWE-ZERO-shaped rows with a page index. `row(n)` is asked for 0..rows-1 in order. */
export async function writePaged(
  path: string,
  rows: number,
  row: (index: number) => TrajectoryRow,
  options: PagedOptions,
): Promise<void> {
  const { groupRows, pageBytes = 1 << 20, codec = "GZIP", offsetIndex = true } = options;
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: TRAJECTORY_SCHEMA,
    codec,
    compressors: { GZIP: (input) => gzipSync(input, { level: 1 }) },
  });
  for (let start = 0; start < rows; start += groupRows) {
    const group = Array.from({ length: Math.min(groupRows, rows - start) }, (_, n) =>
      row(start + n),
    );
    const columns = ["instance_id", "repo", "messages", "exit_status"] as const;
    await writer.write({
      columnData: [
        ...columns.map((name) => ({ name, data: group.map((one) => one[name]), offsetIndex })),
        {
          name: "trajectory_format",
          data: group.map(() => "mini-swe-agent-1"),
          offsetIndex,
        },
      ],
      rowGroupSize: groupRows,
      pageSize: pageBytes,
    });
  }
  await writer.finish();
}

/** Any rows by DuckDB, which writes no page index. */
export async function writeGrouped(
  path: string,
  rows: readonly object[],
  options: { readonly groupRows: number; readonly codec?: "zstd" | "snappy" | "gzip" },
): Promise<void> {
  const lines = `${path}.jsonl`;
  writeFileSync(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const db = await instance.connect();
  await db.run("SET preserve_insertion_order = true");
  await db.run(
    `COPY (SELECT * FROM read_json('${lines}', maximum_object_size = 100000000)) TO '${path}' (FORMAT parquet, COMPRESSION ${options.codec ?? "zstd"}, ROW_GROUP_SIZE ${options.groupRows})`,
  );
  db.closeSync();
  instance.closeSync();
}
