#!/usr/bin/env bash
# versions: @duckdb/node-api 1.5.5-r.5 (npm)
# behaviour: read_json makes a column of texts that can all be read as dates a column of dates, and the
#   texts are gone: an answer comes back in other signs than the model wrote. One row that is no date
#   keeps them all. `columns` with VARCHAR says that texts are texts.
# seen: "2026-1-2" comes back as 2026-01-02, typed DATE; beside "no" and with `columns` it is "2026-1-2".
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit @duckdb/node-api@1.5.5-r.5 || exit 69
cat > run.mjs <<'JS'
import { DuckDBInstance } from "@duckdb/node-api";
import { writeFileSync } from "node:fs";
const db = await (await DuckDBInstance.create()).connect();
const read = async (answers, more = "") => {
  writeFileSync("answers.jsonl", answers.map((answer) => JSON.stringify({ answer })).join("\n"));
  const from = `from read_json('answers.jsonl', format='newline_delimited'${more})`;
  const found = await db.runAndReadAll(`select typeof(answer) as type, answer::varchar as text ${from}`);
  return found.getRowObjectsJson()[0];
};
const dates = ["2026-1-2", "2026-11-28"];
const alone = await read(dates);
const beside = await read([...dates, "no"]);
const typed = await read(dates, ", columns={answer: 'VARCHAR'}");
console.log(alone, beside, typed);
const kept = (row) => row.type === "VARCHAR" && row.text === "2026-1-2";
const changed = alone.type === "DATE" && alone.text === "2026-01-02";
process.exitCode = changed && kept(beside) && kept(typed) ? 0 : 1;
JS
node run.mjs
