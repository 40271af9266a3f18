#!/usr/bin/env bash
# versions: datasets 5.2.0 (PyPI)
# behaviour: load_dataset(FOLDER) finds its cache by the folder's last name and the card, not by the
#   files: a set that was rebuilt, or another one of the same name elsewhere, is served from the old
#   cache. A `version` per config in the card that changes with the rows ends it.
# seen: after the only row was rewritten the old text is loaded, from another folder of that name too;
#   with another version in the card the new one.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
python3 -m venv env && env/bin/pip install --quiet datasets==5.2.0 2> pip.log || exit 69
export HF_HOME="$PWD/home" HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
cat > run.py <<'PY'
import json, sys
from pathlib import Path
import datasets
datasets.disable_progress_bars()
def load(folder, text, version):
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "train.jsonl").write_text(json.dumps({"text": text}) + "\n")
    info = f"dataset_info:\n- config_name: default\n  version: {version}\n"
    config = "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train.jsonl\n"
    Path(folder, "README.md").write_text(f"---\n{config}{info}---\n")
    return datasets.load_dataset(folder, split="train")["text"][0]
seen = [
    load("one/set", "old", "1.0.0"),
    load("one/set", "new", "1.0.0"),
    load("two/set", "other", "1.0.0"),
    load("one/set", "new", "1.0.1"),
]
print(seen)
sys.exit(0 if seen == ["old", "old", "old", "new"] else 1)
PY
env/bin/python run.py
