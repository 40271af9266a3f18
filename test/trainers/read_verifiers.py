"""What a verifiers environment makes of a set: python read_verifiers.py SET MODEL."""

import asyncio
import importlib.util
import sys
from pathlib import Path
from typing import Any

from reading import answer


def environment(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("kingmaker_env", folder / "kingmaker_env.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder} has no kingmaker_env.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load_environment()


async def rewards(env: Any, rows: Any) -> list[list[float]]:
    """Of each row: the judged answer's, and that of another answer."""
    found = []
    for row in rows:
        marks = []
        for text in (row["answer"], "I do something else."):
            reply = [{"role": "assistant", "content": text}]
            state = {**row, "completion": reply, "trajectory": [], "timing": {}}
            await env.rubric.score_rollout(state)
            marks.append(float(state["reward"]))
        found.append(marks)
    return found


if __name__ == "__main__":
    env = environment(Path(sys.argv[1]))
    rows = list(env.get_dataset())
    answer(
        {
            "answers": [row["answer"] for row in rows],
            "asked": [[message["role"] for message in row["prompt"]] for row in rows],
            "rewards": asyncio.run(rewards(env, rows)),
        }
    )
