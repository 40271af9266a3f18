#!/usr/bin/env bash
# versions: @duckdb/node-api 1.5.5-r.5 (npm), pyarrow 25.0.0 (PyPI)
# behaviour: the sum of whole numbers is a HUGEINT in DuckDB, which Parquet has not: COPY writes it as a
#   DOUBLE without a word, so that a table of token counts has floats for whoever reads it elsewhere, and
#   what is large loses its last digits. A cast to BIGINT keeps them.
# seen: sum: double, 9007199254740992 where it was ...993; with the cast: int64, 9007199254740993.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit @duckdb/node-api@1.5.5-r.5 || exit 69
python3 -m venv env && env/bin/pip install --quiet pyarrow==25.0.0 2> pip.log || exit 69
node --input-type=module -e '
import { DuckDBInstance } from "@duckdb/node-api";
const db = await (await DuckDBInstance.create()).connect();
await db.run("create table calls as select * from (values (9007199254740000::bigint), (993)) as t(tokens)");
await db.run("copy (select sum(tokens) as tokens from calls) to \"sum.parquet\"".replaceAll("\"", "\x27"));
await db.run("copy (select sum(tokens)::bigint as tokens from calls) to \"cast.parquet\"".replaceAll("\"", "\x27"));
'
cat > run.py <<'PY'
import sys
import pyarrow.parquet as parquet
def read(file):
    column = parquet.read_table(file)["tokens"]
    return f"{column.type} {int(column[0].as_py())}"
seen = [read("sum.parquet"), read("cast.parquet")]
print(seen)
sys.exit(0 if seen == ["double 9007199254740992", "int64 9007199254740993"] else 1)
PY
env/bin/python run.py
