"""One step of TRL's trainers on the sets, with the settings of the card: what the loss falls on."""

from pathlib import Path
from typing import Any

import pytest
from sets import Built
from tiny_model import save_tiny_model

# Beside the card's settings: what makes one step on a CPU.
STEP = {"max_steps": 1, "use_cpu": True, "bf16": False, "report_to": "none", "save_strategy": "no"}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a model: DPO and KTO load their reference from it again."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_model(folder)
    return str(folder)


def rows_of(built: Built, fmt: str) -> Any:
    """The training rows as the card's first line loads them."""
    from datasets import load_dataset

    return load_dataset(str(built.folder), fmt, split="train")


def learned(trainer: Any, labels: str = "labels") -> list[str]:
    """What each row's loss falls on, decoded."""
    texts = []
    for row in trainer.train_dataset:
        batch = trainer.data_collator([row])
        ids = [int(i) for i in batch[labels][0] if int(i) != -100]
        texts.append(trainer.processing_class.decode(ids))
    return texts


def answers(rows: Any, column: str, tokenizer: Any) -> list[str]:
    """The judged answers as the template writes them behind an opened assistant turn."""
    start = "<|im_start|>assistant\n"
    texts = []
    for row in rows:
        message = {k: v for k, v in row[column][0].items() if v is not None}
        text = tokenizer.apply_chat_template([message], tokenize=False)
        assert text.startswith(start)
        texts.append(text.removeprefix(start))
    return texts


@pytest.mark.parametrize("name", ["export", "export_of_calls", "repair", "speedrun"])
def test_sft_learns_the_judged_answers_and_nothing_else(
    name: str, sets: dict[str, Built], tiny: str, tmp_path: Path
) -> None:
    from trl import SFTConfig, SFTTrainer

    rows = rows_of(sets[name], "prompt-completion")
    args = SFTConfig(str(tmp_path), max_length=None, per_device_train_batch_size=1, **STEP)
    trainer = SFTTrainer(tiny, args=args, train_dataset=rows)
    trainer.train()
    tokenizer = trainer.processing_class
    assert len(trainer.train_dataset) == len(rows)
    assert learned(trainer) == answers(rows, "completion", tokenizer)


@pytest.mark.parametrize("name", ["export", "export_of_calls", "repair"])
def test_dpo_compares_the_two_judged_answers(
    name: str, sets: dict[str, Built], tiny: str, tmp_path: Path
) -> None:
    from trl import DPOConfig, DPOTrainer

    rows = rows_of(sets[name], "preference")
    args = DPOConfig(str(tmp_path), max_length=None, per_device_train_batch_size=1, **STEP)
    trainer = DPOTrainer(tiny, args=args, train_dataset=rows)
    trainer.train()
    tokenizer = trainer.processing_class
    assert len(trainer.train_dataset) == len(rows)
    for column in ("chosen", "rejected"):
        ids = [row[f"{column}_ids"] for row in trainer.train_dataset]
        assert [tokenizer.decode(one) for one in ids] == answers(rows, column, tokenizer)


@pytest.mark.parametrize("name", ["export", "export_of_calls", "repair"])
def test_kto_trains_all_rows_with_both_labels(
    name: str, sets: dict[str, Built], tiny: str, tmp_path: Path
) -> None:
    from trl import KTOConfig, KTOTrainer

    rows = rows_of(sets[name], "kto")
    assert set(rows["label"]) == {True, False}
    args = KTOConfig(str(tmp_path), max_length=None, per_device_train_batch_size=4, **STEP)
    trainer = KTOTrainer(tiny, args=args, train_dataset=rows)
    trainer.train()
    tokenizer = trainer.processing_class
    assert len(trainer.train_dataset) == len(rows)
    ids = [row["completion_ids"] for row in trainer.train_dataset]
    assert [tokenizer.decode(one) for one in ids] == answers(rows, "completion", tokenizer)
    assert list(trainer.train_dataset["label"]) == list(rows["label"])


def test_sdft_trains_on_what_only_the_teacher_sees(
    sets: dict[str, Built], tiny: str, tmp_path: Path
) -> None:
    from trl.experimental.sdft import SDFTConfig, SDFTTrainer

    rows = rows_of(sets["export"], "privileged")
    assert all(rows["privileged_context"])
    args = SDFTConfig(
        str(tmp_path),
        max_prompt_length=65536,
        per_device_train_batch_size=2,
        num_generations=2,
        max_completion_length=4,
        **STEP,
    )
    trainer = SDFTTrainer(tiny, args=args, train_dataset=rows)
    assert trainer.train().global_step == 1
    assert len(trainer.train_dataset) == len(rows)
