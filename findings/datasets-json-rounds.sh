#!/usr/bin/env bash
# versions: datasets 5.2.0 with pandas 3.1.1 (PyPI)
# behaviour: Dataset.to_json hands rows to pandas, which writes 10 decimals of a number: a call's argument
#   of 2.5e-11 is 0.0 in the file, a place on a map has moved, and nothing is said. Also where the
#   arguments are of the type Json. Parquet keeps them, and so do arguments as JSON text, as our sets
#   have them; of rows that people have in both forms, Parquet is the one to draw from.
# seen: of four numbers none is what it was; as text and in Parquet all are.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
python3 -m venv env && env/bin/pip install --quiet datasets==5.2.0 pandas==3.1.1 2> pip.log || exit 69
export HF_HOME="$PWD/home" HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
cat > run.py <<'PY'
import json, sys
from pathlib import Path
import datasets
datasets.disable_progress_bars()
numbers = [0.1 + 0.2, 2.5e-11, 37.77492950000001, 1.23456789012e-05]
def row(number):
    given = {"x": number}
    call = {"name": "set_value", "arguments": given, "text": json.dumps(given)}
    return {"messages": [{"role": "assistant", "tool_calls": [call]}]}
def said(rows, kind):
    calls = [one["messages"][0]["tool_calls"][0] for one in rows]
    given = [json.loads(c["text"]) if kind == "text" else c["arguments"] for c in calls]
    return [one["x"] for one in given]
rows = datasets.Dataset.from_list([row(n) for n in numbers])
rows.to_json("rows.jsonl")
rows.to_parquet("rows.parquet")
lines = [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]
read = datasets.Dataset.from_parquet("rows.parquet")
print("JSON Lines:", said(lines, "object"))
print("as text:", said(lines, "text"), "Parquet:", said(read, "object"))
changed = all(a != b for a, b in zip(said(lines, "object"), numbers))
kept = said(lines, "text") == numbers == said(read, "object")
sys.exit(0 if changed and kept else 1)
PY
env/bin/python run.py
