"""Several commands in one process: each as it would run alone, the first fault ends the list."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests import tiny
from tests.conftest import Ran, events_of, start_apart, write_run


def jobs(folder: Path, *told: tuple[str, Path]) -> Path:
    path = folder / "jobs.json"
    listed = [{"command": command, "run": str(run)} for command, run in told]
    path.write_text(json.dumps({"schema": 1, "jobs": listed}))
    return path


def runs(folder: Path, model: str, **changes: object) -> list[Path]:
    files = [tiny.write_rows(folder / "train.jsonl", tiny.sft_rows(16))]
    return [
        write_run(folder / f"seed-{seed}", model, "sft", files, seed=seed, **changes)
        for seed in (1, 2)
    ]


def test_two_trainings_are_what_each_is_alone(model: str, tmp_path: Path) -> None:
    one, two = runs(tmp_path, model)
    done = start_apart("jobs", jobs(tmp_path, ("train", one), ("train", two)))
    assert done.code == 0
    assert [event["at"] for event in done.of("job")] == [0, 1]
    alone = write_run(tmp_path / "alone", model, "sft", [str(tmp_path / "train.jsonl")], seed=2)
    assert start_apart("train", alone).losses == done.losses[4:]
    assert done.losses[:4] != done.losses[4:]


def test_the_first_fault_ends_the_list(model: str, tmp_path: Path) -> None:
    one, two = runs(tmp_path, str(tmp_path / "no-model"))
    done = start_apart("jobs", jobs(tmp_path, ("train", one), ("train", two)))
    assert done.code == 1
    assert len(done.of("fault")) == 1
    assert [event["at"] for event in done.of("job")] == [0]


def test_ctrl_c_saves_the_run_that_is_going_and_begins_no_other(model: str, tmp_path: Path) -> None:
    one, two = runs(tmp_path, model, training={"max_steps": 4000})
    told = jobs(tmp_path, ("train", one), ("train", two))
    started = subprocess.Popen(
        [sys.executable, "-m", "kingmaker_training", "jobs", str(told)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1] / "src",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    seen = ""
    assert started.stdout is not None
    while '"step": 3' not in seen:
        seen += started.stdout.readline()
    started.send_signal(signal.SIGINT)
    rest, _ = started.communicate(timeout=120)
    done = Ran(started.returncode, events_of(seen + rest))
    assert done.code == 130
    assert len(done.of("stopped")) == 1
    assert [event["at"] for event in done.of("job")] == [0]
    assert list((tmp_path / "seed-1").glob("steps/checkpoint-*/kingmaker.json"))


def test_a_run_whose_parent_is_killed_ends(model: str, tmp_path: Path) -> None:
    one, _ = runs(tmp_path, model, training={"max_steps": 100_000})
    started = subprocess.Popen(
        [sys.executable, "-m", "kingmaker_training", "jobs", str(jobs(tmp_path, ("train", one)))],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1] / "src",
    )
    assert started.stdout is not None
    while '"step": 3' not in started.stdout.readline():
        pass
    started.kill()
    started.wait()
    # The child holds the other end of the pipe: it closes when the child is gone.
    started.stdout.read()
    saved = list((tmp_path / "seed-1").glob("steps/checkpoint-*/kingmaker.json"))
    assert saved
