"""engines/submitit_parts.py: the parts of a workspace as jobs of the local executor."""

import json
import subprocess
import sys
from pathlib import Path

import faulty_server
import stages

PROGRAM = stages.ROOT / "engines" / "submitit_parts.py"


def recipe(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, PROGRAM, *arguments, "--logs", folder / "logs"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)


def npm(name: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        ["node", stages.ROOT / "kingmaker.cjs", name, *arguments],
        capture_output=True,
        text=True,
        cwd=stages.ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_parts_are_answered_by_jobs_and_merged(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    with faulty_server.serve(lambda _task, _nth: None) as seen:
        stages.king_workspace(whole, seen.address, "m")
        prompts = json.loads((whole / "prompt" / f"prompts_{stages.TURNS}_001.json").read_text())
        (whole / "prompt" / f"prompts_{stages.TURNS}_001.json").unlink()
        for number, prompt in enumerate(prompts, 1):
            name = f"prompts_{stages.TURNS}_{number:03}.json"
            (whole / "prompt" / name).write_text(json.dumps([prompt]))
        npm("split", "2", "--root", whole, "--to", tmp_path)
        parts = sorted(path for path in tmp_path.iterdir() if path.name.startswith("whole-part"))
        assert len(parts) == 2
        done = recipe(tmp_path, *parts, "--stages", "king")
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(row["part"], row["code"]) for row in rows] == [(str(part), 0) for part in parts]
        npm("merge", *parts, "--root", whole)
    assert len(list((whole / "answer").glob("*.json"))) == stages.TURNS
    assert sum(seen.answered.values()) == stages.TURNS


def test_a_folder_that_is_no_workspace_is_refused_before_a_job_is_made(tmp_path: Path) -> None:
    done = recipe(tmp_path, tmp_path, "--stages", "king")
    assert done.returncode == 2
    assert "is no workspace: it has no chain.toml" in done.stderr
    assert not (tmp_path / "logs").exists()
