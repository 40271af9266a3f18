"""A run that is stopped or killed goes on where it was, with the same losses."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kingmaker_training import checkpoints
from tests import tiny
from tests.conftest import Start, start_apart, write_run

STEPS = {"max_steps": 6, "save_strategy": "steps", "save_steps": 2}
KILL = """
import os, signal
from kingmaker_training import callbacks
real = callbacks.Watcher.on_step_end
def on_step_end(self, args, state, control, **rest):
    if state.global_step == {step}:
        os.kill(os.getpid(), signal.{signal})
    return real(self, args, state, control, **rest)
callbacks.Watcher.on_step_end = on_step_end
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resume")
    tiny.write_rows(folder / "train.jsonl", tiny.sft_rows(40))
    return folder


def told(folder: Path, model: str, name: str) -> Path:
    return write_run(folder / name, model, "sft", [str(folder / "train.jsonl")], training=STEPS)


@pytest.fixture(scope="module")
def straight(model: str, work: Path) -> list[float]:
    """The losses of six steps without a stop."""
    return start_apart("train", told(work, model, "straight")).losses


@pytest.fixture(scope="module")
def killed(model: str, work: Path) -> Path:
    """A run that was killed in step 5, with checkpoints at 2 and 4."""
    run = told(work, model, "killed")
    assert start_apart("train", run, code=KILL.format(step=5, signal="SIGKILL")).code == -9
    return run


def copied(killed: Path, folder: Path) -> Path:
    """Its folder elsewhere, as it was left."""
    shutil.copytree(killed.parent, folder)
    run = folder / "run.json"
    run.write_text(json.dumps({**json.loads(run.read_text()), "output": str(folder)}))
    return run


def curve(run: Path) -> list[float]:
    told = json.loads((run.parent / "train.json").read_text())
    return [point["loss"] for point in told["curve"]]


def test_kill_9_and_the_run_goes_on_at_its_checkpoint_with_the_same_losses(
    killed: Path, tmp_path: Path, start: Start, straight: list[float]
) -> None:
    run = copied(killed, tmp_path / "run")
    assert not (run.parent / "train.json").exists()
    again = start("train", run)
    assert again.code == 0
    assert [one["step"] for one in again.of("resume")] == [4]
    assert again.losses == straight[4:]
    assert curve(run) == straight


def test_ctrl_c_saves_and_the_run_goes_on_after_that_very_step(
    model: str, work: Path, start: Start, straight: list[float]
) -> None:
    run = told(work, model, "stopped")
    assert start_apart("train", run, code=KILL.format(step=5, signal="SIGINT")).code == 130
    again = start("train", run)
    assert [one["step"] for one in again.of("resume")] == [5]
    assert curve(run) == straight


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def emptied(path: Path) -> None:
    shutil.rmtree(path)
    path.mkdir()


TORN: dict[str, tuple[Callable[[Path], None], str]] = {
    "an adapter that is cut": (
        lambda at: cut(at / "adapter_model.safetensors"),
        "bytes instead of",
    ),
    "an optimizer of zeros": (lambda at: zeros(at / "optimizer.pt"), "is not what was written"),
    "no scheduler": (lambda at: (at / "scheduler.pt").unlink(), "scheduler.pt is missing"),
    "no random state": (lambda at: (at / "rng_state.pth").unlink(), "rng_state.pth is missing"),
    "no mark": (lambda at: (at / checkpoints.MARK).unlink(), "it has no kingmaker.json"),
    "a torn mark": (lambda at: cut(at / checkpoints.MARK), "its kingmaker.json cannot be read"),
    "an empty folder": (emptied, "it has no kingmaker.json"),
}


def test_a_torn_checkpoint_is_named_and_passed_over(
    killed: Path, tmp_path: Path, start: Start, straight: list[float]
) -> None:
    run = copied(killed, tmp_path / "run")
    steps = run.parent / "steps"
    for tear, why in TORN.values():
        shutil.rmtree(steps)
        shutil.copytree(killed.parent / "steps", steps)
        tear(steps / "checkpoint-4")
        found = checkpoints.find(steps, "1" * 64, 1)
        assert found.newest is not None
        assert found.newest.step == 2
        [(name, said)] = found.passed_over
        assert name == "checkpoint-4"
        assert why in said
    again = start("train", run)
    assert [one["checkpoint"] for one in again.of("passed_over")] == ["checkpoint-4"]
    assert [one["step"] for one in again.of("resume")] == [2]
    assert curve(run) == straight


def test_a_checkpoint_of_another_run_is_refused(killed: Path, tmp_path: Path, start: Start) -> None:
    run = copied(killed, tmp_path / "run")
    run.write_text(json.dumps({**json.loads(run.read_text()), "run_hash": "2" * 64}))
    refused = start("train", run)
    assert refused.code == 1
    assert "is of another run" in refused.of("fault")[0]["message"]
    assert "--force" in refused.of("fault")[0]["hint"]


def test_a_checkpoint_of_two_processes_is_refused_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint-2"
    folder.mkdir()
    for name in checkpoints.NEEDED:
        (folder / name).write_text("x")
    checkpoints.mark(folder, "1" * 64, 2, {"seconds": 1.0, "tokens": 1})
    with pytest.raises(Exception, match="was saved by 2 processes, and these are 1"):
        checkpoints.find(tmp_path, "1" * 64, 1)


def test_a_finished_run_is_left_alone(model: str, tmp_path: Path, start: Start) -> None:
    files = [tiny.write_rows(tmp_path / "train.jsonl", tiny.sft_rows(8))]
    run = write_run(tmp_path / "run", model, "sft", files, training={"max_steps": 1})
    assert start("train", run).of("done") != []
    before = (run.parent / "adapter_model.safetensors").stat().st_mtime_ns
    again = start("train", run)
    assert (again.code, again.of("step")) == (0, [])
    assert (run.parent / "adapter_model.safetensors").stat().st_mtime_ns == before
