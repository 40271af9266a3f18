#!/usr/bin/env bash
# versions: datasets 5.2.0 (PyPI)
# behaviour: where every text of a column in a JSON Lines file can be read as a time, it is read as one:
#   completions become datetimes, and if the features say `string` they are written out anew, with other
#   words than the file has. Parquet carries its types and keeps the text.
# seen: "2026-11-28T10:00:00" and "2026-11-29" are datetimes; with features "2026-11-28 10:00:00" and
#   "2026-11-29 00:00:00"; beside one other text, or from Parquet, they stay as they are.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
python3 -m venv env && env/bin/pip install --quiet datasets==5.2.0 2> pip.log || exit 69
export HF_HOME="$PWD/home" HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
cat > run.py <<'PY'
import json, sys
from pathlib import Path
import datasets
datasets.disable_progress_bars()
times = ["2026-11-28T10:00:00", "2026-11-29"]
typed = datasets.Features({name: datasets.Value("string") for name in ("prompt", "completion")})
def load(file, answers, features=None):
    rows = [{"prompt": "When was the tag made?", "completion": answer} for answer in answers]
    if file.endswith(".parquet"):
        datasets.Dataset.from_list(rows, features=typed).to_parquet(file)
    else:
        Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows))
    kind = Path(file).suffix[1:].replace("jsonl", "json")
    found = datasets.load_dataset(kind, data_files=file, split="train", features=features)
    return [str(found.features["completion"].dtype), *map(str, found["completion"])]
plain = load("plain.jsonl", times)
stated = load("stated.jsonl", times, typed)
mixed = load("mixed.jsonl", [*times, "yesterday"])
parquet = load("typed.parquet", times)
print(plain, stated, mixed, parquet, sep="\n")
changed = ["2026-11-28 10:00:00", "2026-11-29 00:00:00"]
same = plain == ["timestamp[s]", *changed] and stated == ["string", *changed]
sys.exit(0 if same and mixed == ["string", *times, "yesterday"] and parquet == ["string", *times] else 1)
PY
env/bin/python run.py
