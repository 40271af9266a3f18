"""Running a stage as a user does, on a workspace with three short turns."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TURNS = 3


def run(stage: str, workspace: Path) -> tuple[int, dict[str, object], str]:
    """One stage as a user runs it: exit code, summary, what it said."""
    done = subprocess.run(
        ["node", ROOT / "kingmaker.cjs", stage, "--root", workspace, "--json", "--yes"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=240,
    )
    summary = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return done.returncode, summary, done.stderr


def king_workspace(folder: Path, address: str, model: str, more: str = "", key: str = "") -> Path:
    """A king behind `address`; `more` are lines of its provider's section."""
    prompts = [
        {
            "instance_id": f"a__b-{turn}",
            "repo": "a/b",
            "turn": 1,
            "messages": [
                {"role": "system", "content": "You are an agent."},
                {"role": "user", "content": f"task {turn}"},
            ],
            "assistant": "THOUGHT: look.\n\n```bash\nls\n```",
            "origin": {"dataset": None, "revision": None, "file": None, "row": turn},
        }
        for turn in range(TURNS)
    ]
    (folder / "prompt").mkdir(exist_ok=True)
    (folder / "prompt" / f"prompts_{TURNS}_001.json").write_text(json.dumps(prompts))
    (folder / "chain.toml").write_text(chain(address, model, more))
    if key:
        (folder / ".env").write_text(f"SERVER_KEY={key}\n")
    return folder


def chain(address: str, model: str, more: str = "") -> str:
    """chain.toml with one provider and the king."""
    return f"""
[provider.server]
base_url = "{address}/v1"
max_concurrency = 2
{more}
[king]
provider = "server"
model = "{model}"
max_tokens = 64
"""
