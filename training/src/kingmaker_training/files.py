"""Files whole or absent: written beside, synced, renamed."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """JSON with two spaces; whole or not there."""
    temp = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temp.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    sync(temp)
    temp.replace(path)
    sync(path.parent)


def move_into(source: Path, target: Path) -> list[str]:
    """Moves what is in a folder into another, file by file; gives the names, sorted."""
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(str(file.relative_to(source)) for file in source.rglob("*") if file.is_file())
    for name in names:
        sync(source / name)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).replace(target / name)
    sync(target)
    shutil.rmtree(source)
    return names


def sync(path: Path) -> None:
    """What was written to the file, or renamed in the folder, is on the disk after it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
