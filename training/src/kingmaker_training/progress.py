"""What happens, as JSON Lines on stdout: one event a line, from the first process alone.

Words for people go to stderr. The shapes stand in schemas/train-event.json.
"""

import json
import math
import os
import sys
from typing import Any


def is_first() -> bool:
    """Whether this is the one process that speaks (torchrun sets RANK)."""
    return os.environ.get("RANK", "0") == "0"


def tell(event: str, **fields: Any) -> None:
    """Writes one event. Numbers that are not finite become null and are named in `non_finite`."""
    if not is_first():
        return
    lost = [name for name, value in fields.items() if is_lost(value)]
    shown: dict[str, Any] = {"event": event, **fields, **dict.fromkeys(lost)}
    if lost:
        shown["non_finite"] = lost
    sys.stdout.write(json.dumps(shown, allow_nan=False) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """A line for the person, on stderr."""
    rank = os.environ.get("RANK")
    sys.stderr.write(f"{line}\n" if rank is None else f"[{rank}] {line}\n")
    sys.stderr.flush()


def is_lost(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
