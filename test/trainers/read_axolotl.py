"""What axolotl's reader makes of a set: python read_axolotl.py SET MODEL."""

import sys
from pathlib import Path
from typing import Any

import yaml
from reading import answer


def settings(folder: Path, name: str, model: str) -> Any:
    from axolotl.utils.dict import DictDefault

    given = yaml.safe_load((folder / name).read_text())
    return DictDefault(given | {"base_model": model})


def rows_of(folder: Path, entry: Any) -> Any:
    from datasets import load_dataset

    return load_dataset("json", data_files=str(folder / entry["path"]), split="train")


def sft(folder: Path, model: str) -> dict[str, Any]:
    from axolotl.datasets import TokenizedPromptDataset
    from axolotl.prompt_strategies.chat_template import load
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    cfg = settings(folder, "axolotl-sft.yaml", model)
    cfg["chat_template"] = "tokenizer_default"
    [entry] = cfg["datasets"]
    strategy = load(tokenizer, cfg, ds_cfg=entry)
    rows = TokenizedPromptDataset(strategy, rows_of(folder, entry), process_count=1)
    return {"labels": [tokenizer.decode([i for i in row["labels"] if i != -100]) for row in rows]}


def dpo(folder: Path, model: str) -> dict[str, Any]:
    from axolotl.prompt_strategies.dpo.chat_template import default
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    cfg = settings(folder, "axolotl-dpo.yaml", model)
    cfg["chat_template"] = "tokenizer_default"
    [entry] = cfg["datasets"]
    transform, _ = default(cfg, dataset_idx=0)
    made = [transform(row, tokenizer=tokenizer) for row in rows_of(folder, entry)]
    return {name: [row[name] for row in made] for name in ("chosen", "rejected")}


if __name__ == "__main__":
    given, tiny = Path(sys.argv[1]), sys.argv[2]
    answer({"sft": sft(given, tiny), "dpo": dpo(given, tiny)})
