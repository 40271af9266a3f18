"""`merge RUN.json`: an adapter and its base become one model, computed and written in float32."""

import shutil
from pathlib import Path

from kingmaker_training.config import MergeRun, read
from kingmaker_training.errors import UserError
from kingmaker_training.files import sync
from kingmaker_training.models import found_base, load_adapter, load_model, load_tokenizer
from kingmaker_training.progress import tell


def merge(path: str) -> int:
    """The folder appears by one rename. @raises UserError"""
    told = read(path, MergeRun)
    output = Path(told.output)
    if not (Path(told.adapter) / "adapter_config.json").is_file():
        raise UserError(
            f"{told.adapter} holds no adapter", "name the folder of a trained checkpoint"
        )
    tokenizer = load_tokenizer(told.adapter)
    base = load_model(found_base(told.adapter, told.base), "float32")
    model = load_adapter(base, told.adapter).merge_and_unload(safe_merge=True)
    if told.do_sample:
        # Without it servers of transformers answer greedily, whatever temperature is asked for.
        model.generation_config.do_sample = True
    temp = output.with_name(f".{output.name}.tmp")
    shutil.rmtree(temp, ignore_errors=True)
    model.save_pretrained(temp)
    tokenizer.save_pretrained(temp)
    for file in temp.iterdir():
        sync(file)
    shutil.rmtree(output, ignore_errors=True)
    temp.rename(output)
    sync(output.parent)
    tell("merged", output=str(output))
    return 0
