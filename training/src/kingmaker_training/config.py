"""What a run is told: the files that Kingmaker writes, read once, frozen, unknown keys refused.

The shapes are those of src/records/ (train-run.ts, evaluate-run.ts); schemas/ has
them as JSON schemas, and a test holds the models below against them.
"""

import json
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kingmaker_training.errors import UserError

Method = Literal["sft", "dpo", "kto", "sdft"]
Device = Literal["auto", "cpu"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Dataset(Strict):
    """The set: its files by split, absolute, and what is left out of them."""

    path: str
    hash: str
    train: list[str]
    validation: list[str]
    # Share of the train file that is trained on, where there is no validation file. null: all.
    dev_split: float | None = Field(gt=0, le=1)
    # Answers with fewer characters are left out; 0: none.
    min_patch_chars: int = Field(ge=0)
    # Whether rows with an empty answer are trained on.
    include_empty: bool
    # The first so many rows after the rest was left out; null: all.
    max_examples: int | None = Field(ge=1)
    # Longer rows are left out; null: rows over the model's own limit are refused.
    max_tokens: int | None = Field(ge=1)


class TrainRun(Strict):
    """artifacts/checkpoints/<name>/run.json"""

    schema_: int = Field(alias="schema", ge=1)
    name: str
    method: Method
    model: str
    dataset: Dataset
    # Keyword arguments of peft's LoraConfig; null: all weights are trained.
    lora: dict[str, Any] | None
    # Keyword arguments of TRL's config of that method.
    training: dict[str, Any]
    seed: int = Field(ge=0)
    device: Device
    # Over all that the losses depend on: a checkpoint of another run is not gone on with.
    run_hash: str
    # Absolute folder of the run.
    output: str


class Sampling(Strict):
    """Answers that are written anew, for form and next action."""

    count: int = Field(ge=0)
    max_new_tokens: int = Field(ge=1)


class EvaluateRun(Strict):
    """evaluation/<name>/run.json"""

    schema_: int = Field(alias="schema", ge=1)
    name: str
    checkpoint: str
    # null: the adapter's own base; a whole model has none unless it is named.
    base: str | None
    files: list[str]
    split: str
    batch_tokens: int = Field(ge=1)
    dtype: Literal["float32", "bfloat16"]
    device: Device
    seed: int = Field(ge=0)
    sampling: Sampling
    # Whether an adapter's base is told beside it.
    base_too: bool
    run_hash: str
    output: str


class MergeRun(Strict):
    """What `merge` is told: an adapter becomes a whole model."""

    schema_: int = Field(alias="schema", ge=1)
    adapter: str
    base: str | None
    output: str
    # Written into generation_config.json: servers that follow it sample only then.
    do_sample: bool


class Job(Strict):
    """One command and the file that it reads."""

    command: Literal["train", "evaluate", "merge"]
    run: str


class JobsRun(Strict):
    """What `jobs` is told: commands in their order."""

    schema_: int = Field(alias="schema", ge=1)
    jobs: list[Job]


T = TypeVar("T", bound=Strict)


def read(path: str, model: type[T]) -> T:
    """@raises UserError for a file that is missing, no JSON, or of another shape."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}", "let Kingmaker write it"
        ) from error
    try:
        return model.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()
        raise UserError(
            f"{path} has the wrong shape: {' '.join(first[1:3] or first)}",
            "let Kingmaker write it again",
        ) from error
