"""The tiny model, once a session, and runs that are started as Kingmaker starts them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    TRL_EXPERIMENTAL_SILENCE="1",
    OMP_NUM_THREADS="1",
    RAYON_NUM_THREADS="1",
)

from kingmaker_training.__main__ import main

Events = list[dict[str, Any]]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    from tests.tiny import build_model

    return build_model(tmp_path_factory.mktemp("model"))


@dataclass(frozen=True)
class Ran:
    code: int
    events: Events

    def of(self, event: str) -> Events:
        return [one for one in self.events if one["event"] == event]

    @property
    def losses(self) -> list[float]:
        return [step["loss"] for step in self.of("step")]


Start = Callable[..., Ran]


@pytest.fixture
def start(capfd: pytest.CaptureFixture[str]) -> Start:
    """Runs one command in this process."""

    def run(command: str, told: Path) -> Ran:
        capfd.readouterr()
        code = main([command, str(told)])
        return Ran(code, events_of(capfd.readouterr().out))

    return run


def start_apart(command: str, told: Path, *wrap: str, code: str = "") -> Ran:
    """The same in a process of its own; `code` runs in it first."""
    program = (
        [*wrap, sys.executable, "-m", "kingmaker_training", command, str(told)]
        if code == ""
        else [
            sys.executable,
            "-c",
            f"{code}\nimport sys\nfrom kingmaker_training.__main__ import main\n"
            f"sys.exit(main([{command!r}, {str(told)!r}]))",
        ]
    )
    done = subprocess.run(
        program,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1] / "src",
    )
    return Ran(done.returncode, events_of(done.stdout))


def events_of(out: str) -> Events:
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def write_run(folder: Path, model: str, method: str, files: list[str], **changes: Any) -> Path:
    """A run.json over tiny rows; `training`, `dataset` and other keys are laid over it."""
    training = {
        "max_steps": 4,
        "per_device_train_batch_size": 4,
        "learning_rate": 1e-2,
        **changes.pop("training", {}),
    }
    dataset = {
        "path": "dataset/tiny",
        "hash": "0" * 64,
        "train": files,
        "validation": [],
        "dev_split": None,
        "min_patch_chars": 0,
        "include_empty": False,
        "max_examples": None,
        "max_tokens": None,
        **changes.pop("dataset", {}),
    }
    told = {
        "schema": 1,
        "name": "tiny",
        "method": method,
        "model": model,
        "dataset": dataset,
        "lora": {"r": 4, "lora_alpha": 8, "lora_dropout": 0.1, "target_modules": "all-linear"},
        "training": training,
        "seed": 7,
        "device": "cpu",
        "run_hash": "1" * 64,
        "output": str(folder),
        **changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path
