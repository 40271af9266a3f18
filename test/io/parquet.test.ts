import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { openParquet, parquetError, plainValue } from "../../src/io/parquet.ts";
import { tempProject } from "../support/project.ts";

async function write(path: string, select: string, groupRows: number): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const db = await instance.connect();
  await db.run(
    `COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows})`,
  );
  db.closeSync();
  instance.closeSync();
}

test("single rows of one row group of 10,000 long rows are read in the order asked", async () => {
  const path = join(tempProject(), "a.parquet");
  await write(
    path,
    "SELECT 'o__n-' || i AS instance_id, [{role: 'user', content: repeat(md5(i::varchar), 1400)}] AS messages FROM range(10000) t(i)",
    10_240,
  );
  const file = await openParquet(path);
  expect(file.groupRows).toEqual([10_000]);
  const rows = await file.read([9999, 0, 5000], ["instance_id", "messages"]);
  expect(rows.map((row) => row.ok && row.row["instance_id"])).toEqual([
    "o__n-9999",
    "o__n-0",
    "o__n-5000",
  ]);
  expect(rows[1]).toMatchObject({ row: { messages: [{ role: "user" }] } });
});

test("columns, counts and a whole column are read; nested values become plain ones", async () => {
  const path = join(tempProject(), "a'b.parquet");
  await write(
    path.replaceAll("'", "''"),
    "SELECT i::varchar AS id, i AS n, TIMESTAMP '2024-01-02 03:04:05' AS at, {a: [i, NULL]} AS s FROM range(5000) t(i)",
    2048,
  );
  const file = await openParquet(path);
  expect(file.columns).toEqual(["id", "n", "at", "s"]);
  expect(file.groupRows).toEqual([2048, 2048, 904]);
  const ids = await file.readTexts("id");
  expect([ids.length, ids[4999]]).toEqual([5000, "4999"]);
  expect(await file.read([3000])).toEqual([
    {
      ok: true,
      row: { id: "3000", n: 3000, at: "2024-01-02T03:04:05.000Z", s: { a: [3000, null] } },
    },
  ]);
});

test("integers that a number cannot hold stay exact, as text", () => {
  expect(plainValue({ a: 12n, b: 2n ** 60n })).toEqual({ a: 12, b: "1152921504606846976" });
});

test("a row group that does not fit into memory is an error that says to write smaller ones", async () => {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "10MB", threads: "1" });
  const db = await instance.connect();
  const said: unknown = await db
    .runAndReadAll("SELECT list(repeat(md5(i::varchar), 1000)) FROM range(20000) t(i)")
    .catch((error: unknown) => error);
  db.closeSync();
  instance.closeSync();
  const error = parquetError("a.parquet", said);
  expect(error.message).toMatch(
    /^a\.parquet: a row group is too large for the memory that it may take: Out of Memory Error: failed to allocate [^\n]*$/,
  );
  expect(error.hint).toBe(
    "write the file again with smaller row groups (1,000 rows), or choose other files",
  );
});
