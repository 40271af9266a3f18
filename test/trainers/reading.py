"""What the readers share: the model that they tokenize for, and how they answer."""

import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))


def without_audio() -> None:
    """LLaMA-Factory imports torchaudio at its start and uses it for sounds alone."""
    empty = ModuleType("torchaudio")
    empty.__spec__ = ModuleSpec("torchaudio", None)
    sys.modules.setdefault("torchaudio", empty)


def answer(found: Any) -> None:
    """The last line of what a reader writes: trainers print on their own."""
    print(json.dumps(found))
