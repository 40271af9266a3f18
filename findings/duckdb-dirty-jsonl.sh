#!/usr/bin/env bash
# versions: @duckdb/node-api 1.5.5-r.5 (npm)
# behaviour: DuckDB's JSON reader is not for JSON Lines as agents log them: a key that is first met late
#   is an error, one lone surrogate ends the file, and ignore_errors turns such lines into rows of nulls
#   that count as rows. So we read JSON Lines by lines.
# seen: late key: an error at line 30001; surrogate: an error; with ignore_errors: 3 rows, one of them null.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit @duckdb/node-api@1.5.5-r.5 || exit 69
cat > run.mjs <<'JS'
import { DuckDBInstance } from "@duckdb/node-api";
import { writeFileSync } from "node:fs";
const db = await (await DuckDBInstance.create()).connect();
const read = (file, more = "") =>
  db.runAndReadAll(`from read_json('${file}', format='newline_delimited'${more})`).then(
    (found) => found.getRowObjectsJson(),
    (error) => error.message.split("\n")[0],
  );
const rows = Array.from({ length: 30_000 }, (_, a) => JSON.stringify({ a }));
writeFileSync("late.jsonl", [...rows, '{"a":1,"late":2}', ""].join("\n"));
writeFileSync("half.jsonl", '{"a":"x"}\n{"a":"\\ud800"}\n{"a":"y"}\n');
const late = await read("late.jsonl");
const half = await read("half.jsonl");
const ignored = JSON.stringify(await read("half.jsonl", ", ignore_errors=true"));
console.log(`late key: ${late}\nsurrogate: ${half}\nignore_errors: ${ignored}`);
const same = /unknown key "late"/.test(late) && /surrogate/.test(half);
process.exitCode = same && ignored === '[{"a":"x"},{"a":null},{"a":"y"}]' ? 0 : 1;
JS
node run.mjs
