"""Sets of every builder in every format, built by the commands that people run."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
FORMATS = (
    "prompt-completion",
    "openai",
    "sharegpt",
    "alpaca",
    "chatml",
    "preference",
    "kto",
)
# What judged turns have beside these: steps, and what only a teacher sees.
JUDGED = ("stepwise", "privileged")
# The forms of each trainer, where they are not the plain ones.
TRAINERS = {
    "llamafactory": ("preference", "kto"),
    "axolotl": ("openai", "preference"),
    "verl": ("prompt-completion",),
    "prime-rl": ("prompt-completion",),
    "verifiers": ("prompt-completion",),
}
CALL = {
    "id": "call00009",
    "name": "run_shell",
    "arguments": {"command": "sed -n 1,20p brew/yeast_clock.py"},
}
OTHER = {"id": "call00009", "name": "hand_in", "arguments": {"note": "nothing to do"}}


@dataclass(frozen=True)
class Built:
    """A set's folder and its formats; the first one's files lie at the top of the folder."""

    folder: Path
    formats: tuple[str, ...]

    def files(self, fmt: str, ending: str) -> list[Path]:
        """The files of a format, the first split first."""
        folder = self.folder if fmt == self.formats[0] else self.folder / fmt
        names = ("train", "dev", "val", "test", "eval")
        found = [folder / f"{name}.{ending}" for name in names]
        return [path for path in found if path.exists()]

    def rows(self, fmt: str) -> list[dict[str, Any]]:
        """All rows, as the JSON Lines have them."""
        lines = [line for path in self.files(fmt, "jsonl") for line in path.open()]
        return [json.loads(line) for line in lines]


def command(name: str, root: Path, *flags: str | Path) -> str:
    """Runs a command of the project in a workspace; what it wrote on stderr."""
    words = ["node", "kingmaker.cjs", name, "--root", root, *flags]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        words, cwd=REPOSITORY, check=False, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def built(folder: Path) -> Built:
    """A set as its own statistics say it is."""
    stats = json.loads((folder / "dataset_stats.json").read_text())
    return Built(folder, tuple(stats["formats"]))


def judged(root: Path, *, calls: bool) -> None:
    """The demo's judged turns; with calls: under histories with calls, and answers that call."""
    done = subprocess.run(
        ["node", "kingmaker.cjs", "start"], cwd=REPOSITORY, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    shutil.copytree(REPOSITORY / "demo", root)
    if calls:
        lines = (REPOSITORY / "sample" / "tool_histories.jsonl").read_text().splitlines()
        histories = [json.loads(line) for line in lines]
        for at, path in enumerate(sorted(root.glob("*/*.json"))):
            if path.parent.name in ("final", "refined", "defeat"):
                with_calls(path, histories[at % len(histories)])


def with_calls(path: Path, history: dict[str, Any]) -> None:
    """Puts a history with calls under a judged turn, and calls into its answers."""
    record = json.loads(path.read_text())
    messages = history["messages"]
    while messages[-1]["role"] == "assistant":
        messages = messages[:-1]
    said = [{**m, "content": m["content"] or ""} for m in messages]
    said[1] = {**said[1], "content": f"{said[1]['content']} {record['instance_id']} {path.stem}"}
    record |= {"messages": said}
    if history["tools"]:
        record |= {"tools": history["tools"]}
    for side, call in (("challenger", CALL), ("king", OTHER), ("assistant", OTHER)):
        message = {"role": "assistant", "content": f"I go on ({side}).", "tool_calls": [call]}
        record |= {f"{side}_message": message, side: f"I go on ({side})."}
    path.write_text(json.dumps(record))


def actions(root: Path) -> list[Built]:
    """Next-action sets of real runs: proposer, verifier and eval."""
    runs = REPOSITORY / "test" / "fixtures" / "real"
    formats = ("prompt-completion", "openai", "sharegpt", "preference", "kto")
    command(
        "actions", root, "--swe", runs / "smith_tool.jsonl",
        "--toolbench", runs / "toolbench.jsonl", "--max-swe", "40",
        "--max-toolbench", "20", "--output", "dataset", "--parquet",
        *(part for fmt in formats for part in ("--format", fmt)),
    )  # fmt: skip
    marks = sorted((root / "dataset").glob("*/dataset_stats.json"))
    return [built(mark.parent) for mark in marks if "action" in mark.parent.name]


def export(root: Path, output: str, *flags: str, formats: tuple[str, ...] = FORMATS) -> Built:
    named = [part for fmt in formats for part in ("--format", fmt)]
    out = root / "dataset" / output
    command(
        "export", root, "--output", f"dataset/{output}", "--refined", "--parquet",
        "--val-fraction", "0.2", *named, *flags,
    )  # fmt: skip
    return built(out)


def repair(root: Path, *flags: str, issues: int = 12) -> Built:
    """Two attempts an issue: one that failed and one that resolved it."""
    rows = [
        {
            "instance_id": f"acme__w{n}-1",
            "repo": f"acme/w{n}",
            "problem_statement": f"Issue {n}: " + " ".join(f"word{n}x{k}" for k in range(30)),
            "attempt": attempt,
            "resolved": attempt == 2,
            "failure_category": "wrong_fix" if attempt == 1 else None,
            "test_stdout": "ok" if attempt == 2 else f"E   AssertionError: assert {n} == 0\n",
            "patch": f"diff --git a/f{n}.py b/f{n}.py\n--- a/f{n}.py\n+++ b/f{n}.py\n"
            f"@@ -1 +1 @@\n-x{n}\n+y{n}{attempt}\n",
        }
        for n in range(issues)
        for attempt in (1, 2)
    ]
    logs = root / "logs.jsonl"
    logs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    formats = [part for fmt in FORMATS for part in ("--format", fmt)]
    out = root / "dataset" / "repair"
    command(
        "repair", root, "--input", "logs.jsonl", "--output", "dataset/repair", "--parquet",
        "--val-fraction", "0.25", *formats, *flags,
    )  # fmt: skip
    return built(out)


def speedrun(root: Path) -> Built:
    rows = [
        {
            "instance_id": f"o{n}__r-{n}",
            "repo": f"o{n}/r",
            "problem_statement": f"Issue {n}: " + " ".join(f"w{n}{k}" for k in "abcdefgh"),
            "patch": f"diff --git a/f{n}.py b/f{n}.py\n--- a/f{n}.py\n+++ b/f{n}.py\n"
            f"@@ -1 +1 @@\n-x{n}\n+y{n}\n",
            "FAIL_TO_PASS": ["t"],
        }
        for n in range(12)
    ]
    bench = root / "bench.jsonl"
    bench.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = root / "dataset" / "speedrun"
    formats = ("prompt-completion", "openai", "sharegpt", "alpaca", "chatml")
    flags = [part for fmt in formats for part in ("--format", fmt)]
    command(
        "speedrun",
        root,
        "--dataset",
        "bench.jsonl",
        "--output",
        "dataset/speedrun",
        "--parquet",
        "--emit-test",
        *flags,
    )
    return built(out)
