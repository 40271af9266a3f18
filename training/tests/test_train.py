"""Every method trains on all its rows, and says so."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.conftest import Start, write_run

ROWS: dict[str, Any] = {
    "sft": tiny.sft_rows,
    "dpo": tiny.preference_rows,
    "kto": tiny.kto_rows,
    "sdft": tiny.privileged_rows,
}
EXTRA: dict[str, dict[str, Any]] = {
    "sft": {},
    "dpo": {"max_steps": 12, "learning_rate": 2e-3},
    "kto": {},
    "sdft": {
        "max_steps": 2,
        "num_generations": 2,
        "max_completion_length": 8,
        "gradient_accumulation_steps": 1,
    },
}


@pytest.mark.parametrize("method", list(ROWS))
def test_a_method_trains_on_all_200_rows_and_leaves_adapter_tokenizer_card_and_record(
    method: str, model: str, tmp_path: Path, start: Start
) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", ROWS[method](200))]
    run = write_run(tmp_path / "run", model, method, files, training=EXTRA[method])
    done = start("train", run)
    assert done.code == 0
    told = json.loads((tmp_path / "run" / "train.json").read_text())
    assert (told["rows_given"], told["rows_trained"], told["rows_left_out"]) == (200, 200, {})
    assert len(told["curve"]) == told["steps"]
    assert done.losses == [point["loss"] for point in told["curve"]]
    held = {path.name for path in (tmp_path / "run").iterdir()}
    assert {
        "adapter_model.safetensors",
        "adapter_config.json",
        "tokenizer.json",
        "README.md",
    } <= held
    assert "cache" not in held
    assert told["hours"] > 0
    assert told["peak_memory_mb"] > 100
    if method == "sdft":
        assert told["tokens_trained"] is None
    else:
        assert told["tokens_trained"] > 0


def test_sft_falls_below_the_unigram_entropy_of_the_set(
    model: str, tmp_path: Path, start: Start
) -> None:
    rows = tiny.sft_rows(200)
    files = [tiny.write_rows(tmp_path / "train.jsonl", rows)]
    training = {"max_steps": 60, "per_device_train_batch_size": 8, "learning_rate": 2e-2}
    lora = {"r": 16, "lora_alpha": 32, "target_modules": "all-linear"}
    run = write_run(tmp_path / "run", model, "sft", files, training=training, lora=lora)
    done = start("train", run)
    assert done.losses[-1] < unigram_entropy(model, rows)
    assert done.losses[0] > unigram_entropy(model, rows)


def test_the_margin_of_dpo_grows(model: str, tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.preference_rows(80))]
    training = {"max_steps": 20, "learning_rate": 5e-3}
    run = write_run(tmp_path / "run", model, "dpo", files, training=training)
    assert start("train", run).code == 0
    curve = json.loads((tmp_path / "run" / "train.json").read_text())["curve"]
    margins = [point["rewards/margins"] for point in curve]
    assert sum(margins[-5:]) / 5 > sum(margins[:5]) / 5 + 0.01


def test_a_validation_file_gives_a_loss_of_its_own(
    model: str, tmp_path: Path, start: Start
) -> None:
    rows = tiny.sft_rows(40)
    files = [tiny.write_rows(tmp_path / "train.jsonl", rows[:32])]
    held = [tiny.write_rows(tmp_path / "val.jsonl", rows[32:])]
    run = write_run(
        tmp_path / "run",
        model,
        "sft",
        files,
        dataset={"validation": held, "dev_split": 0.5},
        training={"eval_strategy": "steps", "eval_steps": 2},
    )
    done = start("train", run)
    assert [one["step"] for one in done.of("eval")] == [2, 4]
    [told] = done.of("rows")
    # The share is dealt only where there is no validation file.
    assert (told["to_train"], told["validation"], told["left_out"]) == (32, 8, {})


def test_all_weights_are_trained_without_lora(model: str, tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(16))]
    run = write_run(tmp_path / "run", model, "sft", files, lora=None, training={"max_steps": 2})
    assert start("train", run).code == 0
    assert (tmp_path / "run" / "model.safetensors").is_file()


def unigram_entropy(model: str, rows: list[dict[str, Any]]) -> float:
    """Nats a token of the answers, each token told by its share alone."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update(tokenizer(row["completion"][0]["content"] + "<|im_end|>\n")["input_ids"])
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values())
