"""What LLaMA-Factory's reader makes of a set: python read_llamafactory.py SET MODEL."""

import sys
from pathlib import Path
from typing import Any

import yaml
from reading import answer, without_audio


def read(folder: Path, model: str, stage: str) -> dict[str, Any]:
    """Rows of a stage, by the settings file that lies beside them."""
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from llamafactory.model import load_tokenizer

    given = yaml.safe_load((folder / f"llamafactory-{stage}.yaml").read_text())
    given |= {
        "model_name_or_path": model,
        "template": "qwen",
        "dataset_dir": str(folder),
        "output_dir": f"{model}/out",
        "report_to": "none",
    }
    # The others are read by a run of their own, and rows are to be looked at in their order.
    given.pop("eval_dataset", None)
    model_args, data_args, training_args, _, _ = get_train_args(given)
    tokenizers = load_tokenizer(model_args)
    tokenizer = tokenizers["tokenizer"]
    template = get_template_and_fix_tokenizer(tokenizer, data_args)
    kind = {"sft": "sft", "dpo": "rm", "kto": "kto"}[stage]
    module = get_dataset(template, model_args, data_args, training_args, stage=kind, **tokenizers)
    columns = {"dpo": ("chosen_labels", "rejected_labels")}.get(stage, ("labels",))
    return {
        name: [
            tokenizer.decode([i for i in row[name] if i != -100]) for row in module["train_dataset"]
        ]
        for name in columns
    }


if __name__ == "__main__":
    without_audio()
    given, tiny = Path(sys.argv[1]), sys.argv[2]
    answer({stage: read(given, tiny, stage) for stage in ("sft", "dpo", "kto")})
