"""Loading models and tokenizers, with what can go wrong told as it is."""

import json
from pathlib import Path
from typing import Any

from kingmaker_training.errors import UserError


def load_tokenizer(name: str) -> Any:
    """@raises UserError for a model that is not there, is gated, or has no chat template."""
    from transformers import AutoTokenizer

    tokenizer = guarded(name, lambda: AutoTokenizer.from_pretrained(name))
    if tokenizer.chat_template is None:
        raise UserError(
            f"{name} has no chat template, and rows are conversations",
            "take the instruct model of the family, or put a chat_template.jinja into its folder",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_config(name: str) -> Any:
    from transformers import AutoConfig

    return guarded(name, lambda: AutoConfig.from_pretrained(name))


def load_model(name: str, dtype: str) -> Any:
    """@raises UserError as load_tokenizer, and when memory does not hold it."""
    import torch
    from transformers import AutoModelForCausalLM

    if (Path(name) / "adapter_config.json").is_file():
        raise UserError(
            f"{name} is an adapter, not a model",
            f"merge it first (--merge on the run that made it), or name its base: {base_of(name)}",
        )
    model = guarded(
        name, lambda: AutoModelForCausalLM.from_pretrained(name, dtype=getattr(torch, dtype))
    )
    # peft writes it into the adapter: only an absolute path is found from everywhere.
    if Path(name).is_dir():
        model.config._name_or_path = str(Path(name).resolve())
        model.name_or_path = model.config._name_or_path
    return model


def base_of(adapter: str) -> str:
    """The base that an adapter names."""
    told = json.loads((Path(adapter) / "adapter_config.json").read_text(encoding="utf-8"))
    return str(told.get("base_model_name_or_path") or "")


def found_base(adapter: str, given: str | None) -> str:
    """The base to load for an adapter. @raises UserError for a path that leads nowhere."""
    base = given or base_of(adapter)
    if base == "":
        raise UserError(f"{adapter} names no base model", "name it with --base ID_OR_FOLDER")
    if given is None and not Path(base).is_absolute() and is_path(base):
        raise UserError(
            f"{adapter}: its base model is {base}, a path that is relative to where it was trained",
            "name it with --base FOLDER",
        )
    return base


def load_adapter(model: Any, adapter: str) -> Any:
    """@raises UserError when the adapter is another base's."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, adapter)
    except (RuntimeError, ValueError) as error:
        first = str(error).strip().splitlines()
        raise UserError(
            f"{adapter} does not fit the model {model.name_or_path}: {' '.join(first[:2])[:300]}",
            f"name the model that it was trained on with --base (it says {base_of(adapter)})",
        ) from error


def device_of(wanted: str) -> str:
    import torch

    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


# -------------------------------------------------------------------------------------------------


def is_path(name: str) -> bool:
    """owner/name is an id of the Hub; a path has dots or more parts."""
    return name.startswith(".") or name.count("/") != 1 or (Path(name).exists())


def guarded(name: str, load: Any) -> Any:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        return load()
    except (OSError, ValueError) as error:
        for cause in chain(error):
            if isinstance(cause, GatedRepoError):
                raise UserError(
                    f"{name} is gated: the Hub gives it only to accounts that accepted its terms",
                    "accept them on its page, and put your token into .env as HF_TOKEN=hf_...",
                ) from error
            if isinstance(cause, RepositoryNotFoundError):
                raise UserError(
                    f"{name} is not on the Hub, or your token may not see it",
                    "check the name, or set HF_TOKEN in .env",
                ) from error
        first = str(error).strip().splitlines()
        where = "folder" if Path(name).is_dir() else "model"
        raise UserError(
            f"the {where} {name} cannot be loaded: {(first or ['no reason given'])[0][:300]}",
            "name a model of the Hub or a folder with config.json, weights, tokenizer (--model); "
            "without a network it has to be in the cache or in a folder",
        ) from error


def chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:
        found.append(step)
        step = step.__cause__ or step.__context__
    return found
