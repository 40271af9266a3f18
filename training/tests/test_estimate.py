"""What a run would take, before any weight is loaded."""

from pathlib import Path

from tests import tiny
from tests.conftest import Start, write_run


def test_an_estimate_counts_tokens_steps_and_weights(
    model: str, tmp_path: Path, start: Start
) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(40))]
    training = {"max_steps": -1, "num_train_epochs": 2, "per_device_train_batch_size": 4}
    run = write_run(tmp_path / "run", model, "sft", files, training=training)
    done = start("estimate", run)
    [told] = done.of("estimate")
    [rows] = done.of("rows")
    assert (told["rows"], told["steps"], told["longest"]) == (40, 20, rows["longest"])
    assert told["tokens"] == 2 * rows["tokens"]
    from transformers import AutoModelForCausalLM

    held = AutoModelForCausalLM.from_pretrained(model)
    assert told["weights"] == sum(one.numel() for one in held.parameters())
    assert 0 < told["trained_weights"] < told["weights"]
    assert told["hours"] > 0
    assert told["memory_gb"] > 0
    assert not (tmp_path / "run" / "steps").exists()


def test_the_device_is_named(start: Start, tmp_path: Path) -> None:
    from kingmaker_training.__main__ import main

    assert main(["device"]) == 0
