"""torchrun with two processes on a CPU (gloo): what one process with twice the accumulation does.

Starting two interpreters takes longer than training: KINGMAKER_LONG_TESTS=1 runs it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from kingmaker_training import checkpoints
from tests import tiny
from tests.conftest import Start, start_apart, write_run

pytestmark = pytest.mark.skipif(
    os.environ.get("KINGMAKER_LONG_TESTS") != "1", reason="KINGMAKER_LONG_TESTS=1 runs it"
)

TORCHRUN = (
    *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--no-python"),
    *("--nproc-per-node", "2"),
)
# Dropout draws in each process from a state of its own.
LORA = {"r": 4, "lora_alpha": 8, "lora_dropout": 0.0, "target_modules": "all-linear"}
STEPS = {"per_device_train_batch_size": 2, "max_steps": 4, "learning_rate": 1e-2}
SAVES = {**STEPS, "save_strategy": "steps", "save_steps": 2}


def record(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "train.json").read_text())
    return told


def test_two_processes_train_what_one_with_twice_the_accumulation_does(
    model: str, tmp_path: Path, start: Start
) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(40))]
    two = {**SAVES, "gradient_accumulation_steps": 1}
    one = {**SAVES, "gradient_accumulation_steps": 2}
    apart = write_run(tmp_path / "two", model, "sft", files, training=two, lora=LORA)
    alone = write_run(tmp_path / "one", model, "sft", files, training=one, lora=LORA)

    done = start_apart("train", apart, *TORCHRUN)
    assert done.code == 0
    reference = start("train", alone)
    assert done.losses == pytest.approx(reference.losses, abs=1e-4)
    # One process speaks: every event once.
    assert len(done.of("step")) == 4
    assert len(done.of("done")) == 1

    told, other = record(tmp_path / "two"), record(tmp_path / "one")
    assert (told["processes"], other["processes"]) == (2, 1)
    for key in ("rows_given", "rows_trained", "steps", "tokens_trained"):
        assert told[key] == other[key]
    assert (told["rows_given"], told["rows_trained"]) == (40, 40)

    found = checkpoints.find(tmp_path / "two" / "steps", "1" * 64, 2)
    assert found.newest is not None
    assert (found.newest.step, found.passed_over) == (4, ())
    # A random state of each.
    names = {path.name for path in found.newest.path.glob("rng_state*.pth")}
    assert names == {"rng_state_0.pth", "rng_state_1.pth"}
    weights = weights_of(tmp_path / "two"), weights_of(tmp_path / "one")
    assert weights[0].keys() == weights[1].keys()
    for name, tensor in weights[0].items():
        assert (tensor - weights[1][name]).abs().max() < 1e-3, name


def weights_of(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")
