#!/usr/bin/env bash
# versions: hyparquet 1.31.5, @duckdb/node-api 1.5.5-r.5 (npm)
# behaviour: a column of DuckDB's JSON type (datasets' Json() is one too) comes out of hyparquet parsed, by
#   JavaScript's rules: a recorded call's arguments cannot be put back as the model wrote them, and a cell
#   that says null is the same as no cell. We mark such columns as plain text before they are read.
# seen: {"line": 1.0, "id": 12345678901234567890} becomes {"line":1,"id":12345678901234567000}; 'null' and
#   an empty cell are both null; without the mark in the footer the text is as it was.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit hyparquet@1.31.5 @duckdb/node-api@1.5.5-r.5 || exit 69
cat > run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
const said = '{"line": 1.0, "id": 12345678901234567890}';
const db = await (await DuckDBInstance.create()).connect();
const rows = `(values ('${said}'::json), ('null'::json), (null::json)) as t(arguments)`;
await db.run(`copy (select * from ${rows}) to 'calls.parquet'`);
const bytes = readFileSync("calls.parquet");
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const read = async (metadata) =>
  (await parquetReadObjects({ file, metadata })).map((row) => JSON.stringify(row.arguments));
const parsed = await read(parquetMetadata(file));
const unmarked = parquetMetadata(file);
for (const element of unmarked.schema.filter((one) => one.name === "arguments"))
  Object.assign(element, { converted_type: "UTF8", logical_type: { type: "STRING" } });
const texts = await read(unmarked);
console.log(parsed, texts);
const changed = JSON.stringify(parsed) === JSON.stringify(['{"line":1,"id":12345678901234567000}', "null", "null"]);
const kept = JSON.stringify(texts) === JSON.stringify([said, "null", null].map((text) => JSON.stringify(text)));
process.exitCode = changed && kept ? 0 : 1;
JS
node run.mjs
