"""Which of TRL's trainers a method has, and every default of TRL's that is not left as it is."""

import dataclasses
import difflib
from typing import Any

from kingmaker_training.config import Method, TrainRun
from kingmaker_training.errors import UserError

# Set by us whatever the settings say: each would lose rows, words or the way back, silently.
OURS: dict[str, str] = {
    "max_length": "rows are counted before, and never cut: use --max-tokens",
    "max_prompt_length": "it is set from the longest prompt",
    "packing": "packed rows are no longer counted one by one",
    "padding_free": "it needs a kernel that is not in the lock",
    "output_dir": "use --name",
    "seed": "use --seed",
    "data_seed": "use --seed",
    "use_cpu": "use --cpu",
    "completion_only_loss": "the loss is on the judged answer alone",
    "assistant_only_loss": "the loss is on the judged answer alone",
    "resume_from_checkpoint": "a run goes on by itself at its newest whole checkpoint",
    "save_only_model": "a checkpoint without its optimizer goes on with other losses",
    "ignore_data_skip": "a run that goes on takes the rows that it has not seen",
    "push_to_hub": "use --push",
    "remove_unused_columns": "columns are chosen before",
    "dataset_kwargs": "rows are prepared before",
    "skip_prepare_dataset": "rows are prepared before",
    "load_best_model_at_end": "the last step is what train.json is about",
}


def arguments(
    run: TrainRun, config_class: type[Any], longest: int, has_eval: bool
) -> dict[str, Any]:
    """Keyword arguments of TRL's config. @raises UserError for what is unknown or ours to set."""
    check_names(run, config_class)
    import torch

    on_cpu = run.device == "cpu" or not torch.cuda.is_available()
    ours: dict[str, Any] = {
        "output_dir": f"{run.output}/steps",
        "seed": run.seed,
        "data_seed": run.seed,
        "use_cpu": on_cpu,
        # TRL's default is True on CPUs as well, and gives other losses there.
        "bf16": not on_cpu and torch.cuda.is_bf16_supported(),
        # A quarter more time for memory that CPUs rarely lack.
        "gradient_checkpointing": not on_cpu,
        # Integrations report to whoever is installed otherwise.
        "report_to": "none",
        "disable_tqdm": True,
        # A curve of every step; the default takes ten together.
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        # What is rotated away is gone: the newest may be unmarked still when the one before goes.
        "save_total_limit": 2,
    }
    names = {field.name for field in dataclasses.fields(config_class)}
    if "max_length" in names:
        # 1024 by default: longer rows are cut or dropped without a word.
        ours["max_length"] = None
    if "max_prompt_length" in names:
        # 512 by default, cut from the left: the task goes first.
        ours["max_prompt_length"] = longest
    given = {**ours, **run.training}
    if int(given["save_total_limit"] or 2) < 2:
        raise UserError(
            f"training.save_total_limit is {given['save_total_limit']}: "
            "a run that is killed while it saves would have nothing to go on from",
            "set it to 2 or more",
        )
    if not has_eval:
        given["eval_strategy"] = "no"
    return given


def pair(method: Method) -> tuple[type[Any], type[Any]]:
    """(trainer class, config class)"""
    import trl

    if method == "sdft":
        from trl.experimental.sdft import SDFTConfig, SDFTTrainer

        return SDFTTrainer, SDFTConfig
    return {
        "sft": (trl.SFTTrainer, trl.SFTConfig),
        "dpo": (trl.DPOTrainer, trl.DPOConfig),
        "kto": (trl.KTOTrainer, trl.KTOConfig),
    }[method]


def lora_config(run: TrainRun) -> Any | None:
    """@raises UserError for what peft does not know."""
    if run.lora is None:
        return None
    from peft import LoraConfig

    try:
        return LoraConfig(task_type="CAUSAL_LM", **run.lora)
    except (TypeError, ValueError) as error:
        raise UserError(f"lora: {error}", "mend the section lora of the configuration") from error


# -------------------------------------------------------------------------------------------------


def check_names(run: TrainRun, config_class: type[Any]) -> None:
    names = {field.name for field in dataclasses.fields(config_class)}
    for name in run.training:
        if name in OURS:
            raise UserError(f"training.{name} cannot be set: {OURS[name]}", "take it out")
        if name not in names:
            near = difflib.get_close_matches(name, sorted(names - OURS.keys()), n=1)
            raise UserError(
                f"training.{name} is not a setting of TRL's {config_class.__name__}",
                f"did you mean {near[0]}?" if near else "take it out",
            )
