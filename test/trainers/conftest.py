"""The sets that are read, and each trainer's reader in an environment of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "python"))

FORMS = {
    "llamafactory": ("sharegpt", "preference", "kto"),
    "axolotl": ("openai", "preference"),
    "verl": ("prompt-completion",),
    "verifiers": ("prompt-completion",),
}
QUIET = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


@dataclass(frozen=True)
class Read:
    """A set that was written for a trainer, and what the trainer's reader made of it."""

    built: Any
    found: Any


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    import sets

    root = tmp_path_factory.mktemp("sets")
    for name in ("text", "calls"):
        sets.judged(root / name, calls=name == "calls")
    return {name: root / name for name in ("text", "calls")}


@pytest.fixture(scope="session")
def read(
    workspaces: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Read]:
    """Builds a trainer's set of one kind and reads it; skips where its environment is not made."""
    import sets

    folder = tmp_path_factory.mktemp("models")

    def by(trainer: str, kind: str) -> Read:
        venv = HERE / f".venv-{trainer}"
        if not (venv / "kingmaker.json").exists():
            pytest.skip(f"{venv.name} is not made: npm run test:trainers makes it")
        python = venv / "bin" / "python"
        built = sets.export(
            workspaces[kind], trainer, "--for", trainer, "--force", formats=FORMS[trainer]
        )
        model = folder / trainer
        # Environments of verifiers tokenize nothing, and have no torch.
        if not model.exists() and trainer != "verifiers":
            model.mkdir()
            run(python, "write_model.py", model)
        return Read(built, json.loads(run(python, f"read_{trainer}.py", built.folder, model)))

    return by


def run(python: Path, script: str, *words: Path) -> str:
    """The last line of what it wrote."""
    done = subprocess.run(
        [python, HERE / script, *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=HERE,
        env={**os.environ, **QUIET, "HF_HOME": str(words[-1].parent / "hub")},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return (done.stdout.splitlines() or [""])[-1]
