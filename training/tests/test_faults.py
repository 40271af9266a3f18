"""What can go wrong, told as it is: no model, settings that would lose rows, memory, disk."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.conftest import Ran, Start, start_apart, write_run


def fault(ran: Ran) -> tuple[str, str]:
    assert ran.code == 1
    [told] = ran.of("fault")
    return told["message"], told["hint"]


SETTINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"training": {"max_length": 512}}, "training.max_length cannot be set", "take it out"),
    ({"training": {"packing": True}}, "packed rows are no longer counted", "take it out"),
    (
        {"training": {"learning_rat": 1.0}},
        "training.learning_rat is not a setting of TRL's SFTConfig",
        "did you mean learning_rate?",
    ),
    (
        {"training": {"save_total_limit": 1}},
        "training.save_total_limit is 1",
        "set it to 2 or more",
    ),
    ({"training": {"optim": "no-such"}}, "training: ", "mend the section training"),
    ({"lora": {"rank": 8}}, "lora: ", "mend the section lora"),
]


@pytest.mark.parametrize(("changes", "what", "mend"), SETTINGS)
def test_settings_that_are_unknown_or_would_lose_rows_are_refused(
    changes: dict[str, Any], what: str, mend: str, model: str, tmp_path: Path, start: Start
) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(4))]
    message, hint = fault(
        start("train", write_run(tmp_path / "run", model, "sft", files, **changes))
    )
    assert what in message
    assert mend in hint


def test_kto_with_a_batch_of_one_is_refused(model: str, tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.kto_rows(8))]
    training = {"per_device_train_batch_size": 1}
    run = write_run(tmp_path / "run", model, "kto", files, training=training)
    assert "kto: TRL refuses these settings" in fault(start("train", run))[0]


def test_a_model_that_is_not_there_is_told(tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(4))]
    run = write_run(tmp_path / "run", "nobody/none", "sft", files)
    message, hint = fault(start("train", run))
    assert "nobody/none cannot be loaded" in message
    assert "--model" in hint


def test_a_gated_model_is_told() -> None:
    import httpx2 as httpx
    from huggingface_hub.errors import GatedRepoError

    from kingmaker_training.errors import UserError
    from kingmaker_training.models import guarded

    def load() -> None:
        request = httpx.Request("GET", "http://localhost/model")
        response = httpx.Response(403, request=request)
        try:
            raise GatedRepoError("gated", response=response)
        except GatedRepoError as error:
            raise OSError("you are trying to access a gated repo") from error

    with pytest.raises(UserError, match="owner/model is gated") as told:
        guarded("owner/model", load)
    assert "HF_TOKEN" in told.value.hint


def test_an_adapter_in_place_of_a_model_is_told(model: str, tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    for file in Path(model).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "owner/base"}')
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(4))]
    message, hint = fault(start("train", write_run(tmp_path / "run", str(folder), "sft", files)))
    assert "is an adapter, not a model" in message
    assert "owner/base" in hint


WORDS = [
    (
        "torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB')",
        "memory ran out",
        "per_device_train_batch_size",
    ),
    (
        'RuntimeError("DefaultCPUAllocator: can\'t allocate memory")',
        "memory ran out",
        "--max-tokens",
    ),
    ("MemoryError()", "memory ran out", "lora.r"),
]


@pytest.mark.parametrize(("raised", "what", "mend"), WORDS)
def test_memory_that_ran_out_says_what_to_lower(raised: str, what: str, mend: str) -> None:
    import torch

    from kingmaker_training.errors import UserError
    from kingmaker_training.faults import told_faults

    class Run:
        def __init__(self) -> None:
            self.training = {"per_device_train_batch_size": 4}
            self.output = "x"

    with pytest.raises(UserError, match=what) as told, told_faults(Run()):  # type: ignore[arg-type]
        raise eval(raised, {"torch": torch})
    assert mend in told.value.hint


# No file may grow over 60 kB: the optimizer's does. The rows' own cache stays in memory.
LIMIT = """
import os, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
os.environ["HF_DATASETS_IN_MEMORY_MAX_SIZE"] = "1000000000"
"""


def test_a_disk_that_fills_while_it_saves_is_told_and_the_run_goes_on_afterwards(
    model: str, tmp_path: Path, start: Start
) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(40))]
    training = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2}
    run = write_run(tmp_path / "run", model, "sft", files, training=training)
    limit = LIMIT
    message, hint = fault(start_apart("train", run, code=limit))
    assert "the disk is full, or a file grew over a limit" in message
    assert "goes on at the newest whole checkpoint" in hint
    assert start("train", run).code == 0
    assert (tmp_path / "run" / "train.json").is_file()


def test_two_runs_in_one_folder_are_refused(model: str, tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(4))]
    run = write_run(tmp_path / "run", model, "sft", files)
    path = str(tmp_path / "run" / ".running")
    held = (
        f"import fcntl, time; f = open({path!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('held', flush=True); time.sleep(600)"
    )
    other = subprocess.Popen([sys.executable, "-c", held], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        other.stdout.readline()
        assert "is being trained by another process" in fault(start("train", run))[0]
    finally:
        other.kill()


def test_a_run_that_lost_the_one_who_started_it_ends(model: str, tmp_path: Path) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(40))]
    run = write_run(tmp_path / "run", model, "sft", files, training={"max_steps": 100_000})
    child = subprocess.Popen(
        [sys.executable, "-m", "kingmaker_training", "train", str(run)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "KINGMAKER_PARENT": "1"},
        cwd=Path(__file__).parents[1] / "src",
    )
    assert child.stdout is not None
    assert child.stdin is not None
    for line in child.stdout:
        if '"step"' in line and json.loads(line)["event"] == "step":
            break
    child.stdin.close()
    child.stdout.read()
    assert child.wait() == 130
    assert list((tmp_path / "run" / "steps").glob("checkpoint-*/kingmaker.json")) != []


def test_a_run_file_with_an_unknown_key_is_refused(tmp_path: Path, start: Start) -> None:
    run = write_run(tmp_path / "run", "m", "sft", [], surprise=1)
    assert "has the wrong shape" in fault(start("train", run))[0]


def test_numbers_that_are_not_finite_become_null_and_are_named(
    capfd: pytest.CaptureFixture[str],
) -> None:
    from kingmaker_training.progress import tell

    tell("step", loss=float("nan"), tokens=3)
    assert json.loads(capfd.readouterr().out) == {
        "event": "step",
        "loss": None,
        "tokens": 3,
        "non_finite": ["loss"],
    }
