"""Checkpoints to go on from: a list of files with their hashes, written last.

`kingmaker.json` in a checkpoint's folder says that it is whole. A folder without it was being
written when the run ended; one whose files differ from the list was torn afterwards.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kingmaker_training.errors import UserError
from kingmaker_training.files import sha256, sync, write_json

MARK = "kingmaker.json"
# Without them transformers resumes with exit 0 and other losses.
NEEDED = ("optimizer.pt", "scheduler.pt", "trainer_state.json")


@dataclass(frozen=True)
class Whole:
    """A checkpoint to go on from, with what the run had come to."""

    path: Path
    step: int
    seconds: float
    tokens: int


@dataclass(frozen=True)
class Found:
    newest: Whole | None
    # Newer ones that were passed over: name and why.
    passed_over: tuple[tuple[str, str], ...]


def mark(folder: Path, run_hash: str, world_size: int, so_far: dict[str, Any]) -> None:
    """Says that a checkpoint is whole. All processes have written theirs before."""
    files = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != MARK:
            sync(file)
            files[str(file.relative_to(folder))] = {
                "bytes": file.stat().st_size,
                "sha256": sha256(file),
            }
    value = {"run_hash": run_hash, "world_size": world_size, "files": files, **so_far}
    write_json(folder / MARK, value)


def find(folder: Path, run_hash: str, world_size: int) -> Found:
    """The newest whole checkpoint of this run, and the newer ones that are not whole.

    @raises UserError for a whole one of another run or of another number of processes.
    """
    passed: list[tuple[str, str]] = []
    for step, path in sorted(numbered(folder), reverse=True):
        why, told = look(path)
        if told is None:
            passed.append((path.name, why))
            continue
        if told["run_hash"] != run_hash:
            raise UserError(
                f"{path} is of another run: the set, the model or the settings have changed",
                "give this run another --name, or begin anew with --force",
            )
        if told["world_size"] != world_size:
            raise UserError(
                f"{path} was saved by {told['world_size']} processes, and these are {world_size}",
                "start as many as before, or begin anew with --force",
            )
        whole = Whole(path, step, float(told["seconds"]), int(told["tokens"]))
        return Found(whole, tuple(passed))
    return Found(None, tuple(passed))


def remove_newer(folder: Path, step: int) -> None:
    """Takes away what was passed over: the run will write these folders again."""
    for other, path in numbered(folder):
        if other > step:
            shutil.rmtree(path)


def numbered(folder: Path) -> list[tuple[int, Path]]:
    found = []
    for path in folder.glob("checkpoint-*") if folder.is_dir() else ():
        number = path.name.removeprefix("checkpoint-")
        if path.is_dir() and number.isdigit():
            found.append((int(number), path))
    return found


def look(path: Path) -> tuple[str, dict[str, Any] | None]:
    """Why a checkpoint is not whole, or what its mark says."""
    try:
        told: dict[str, Any] = json.loads((path / MARK).read_text(encoding="utf-8"))
        files: dict[str, dict[str, Any]] = told["files"]
        shape = (told["run_hash"], told["world_size"], told["seconds"], told["tokens"])
    except FileNotFoundError:
        return f"it has no {MARK}: the run ended while it was written", None
    except (ValueError, KeyError, TypeError):
        return f"its {MARK} cannot be read", None
    missing = [name for name in NEEDED if name not in files]
    if missing or not all(value is not None for value in shape):
        return f"it lacks {', '.join(missing)}", None
    for name, file in files.items():
        held = path / name
        if not held.is_file():
            return f"{name} is missing", None
        size = held.stat().st_size
        if size != file["bytes"]:
            return f"{name} has {size} bytes instead of {file['bytes']}", None
        if sha256(held) != file["sha256"]:
            return f"{name} is not what was written", None
    return "", told
