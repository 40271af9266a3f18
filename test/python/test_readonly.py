"""mini-swe-agent with the read-only configuration, in a real bubblewrap."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CONFIG = Path(__file__).parents[2] / "training" / "configs" / "mini_readonly.yaml"

# A run as `mini` makes it, with answers that are written down in the place of a model's.
RUN = """
import json, sys, yaml
from minisweagent.agents.default import DefaultAgent
from minisweagent.config import get_config_from_spec
from minisweagent.environments import get_environment
from minisweagent.models.test_models import DeterministicModel, make_output
from minisweagent.utils.serialize import recursive_merge

config, repository, commands, output = sys.argv[1:]
text = open(config).read().replace("REPOSITORY", repository)
merged = recursive_merge(get_config_from_spec("mini.yaml"), yaml.safe_load(text))
steps = [*json.loads(commands), "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"]
model = DeterministicModel(outputs=[make_output("Next.", [{"command": one}]) for one in steps])
settings = {name: value for name, value in merged["agent"].items() if name != "mode"}
agent = DefaultAgent(
    model,
    get_environment(merged["environment"]),
    **{**settings, "cost_limit": 0, "output_path": output},
)
agent.run("What does a.py hold?")
"""


@pytest.fixture(scope="module")
def bubblewrap() -> str:
    """bwrap, where it is installed and this machine lets it make namespaces."""
    found = shutil.which("bwrap")
    if found is None:
        pytest.skip("bubblewrap is not installed")
    tried = subprocess.run(
        [found, "--unshare-user-try", "--unshare-net", "--ro-bind", "/", "/", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        pytest.skip(f"bubblewrap may not run here: {tried.stderr.strip()}")
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.py").write_text("answer = 42\n")
    return folder


def run_mini(python: Path, bwrap: str, repository: Path, commands: list[str]) -> dict[str, Any]:
    """The trajectory of a run of these commands; a key stands in the environment that starts it."""
    output = repository.parent / "run.traj.json"
    environment = os.environ | {
        "MSWEA_BUBBLEWRAP_EXECUTABLE": bwrap,
        "MSWEA_GLOBAL_CONFIG_DIR": str(repository.parent / "config"),
        "OPENAI_API_KEY": "the-key",
    }
    command = [python, "-c", RUN, CONFIG, repository, json.dumps(commands), output]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(output.read_text())


def answers(trajectory: dict[str, Any]) -> list[str]:
    """What was answered to each command but the last, which hands in."""
    users = [message["content"] for message in trajectory["messages"] if message["role"] == "user"]
    return users[1:]


def test_an_agent_reads_the_repository_and_hands_in(
    mini_python: Path, bubblewrap: str, repository: Path
) -> None:
    looks = ["cd /repo && cat a.py", "cd /repo && ls", "grep -rn answer /repo", "awk 1 /repo/a.py"]
    trajectory = run_mini(mini_python, bubblewrap, repository, looks)
    assert trajectory["info"]["exit_status"] == "Submitted"
    said = answers(trajectory)
    assert len(said) == len(looks)
    assert "answer = 42" in said[0]
    assert "a.py" in said[1]
    assert "answer = 42" in said[2]
    assert "answer = 42" in said[3]


FORBIDDEN = [
    "cd /repo && echo x > b.py",
    "cd /repo && rm a.py",
    "cd /repo && sed -i s/42/43/ a.py",
    "mv /repo/a.py /repo/b.py",
    "chmod 777 /repo/a.py",
    "mkdir /repo/d",
    "touch /usr/bin/x",
    "mount -o remount,rw /repo && echo x > /repo/b.py",
]


def test_nothing_in_the_repository_changes(
    mini_python: Path, bubblewrap: str, repository: Path
) -> None:
    before = (repository / "a.py").stat()
    commands = [f"({command}); echo ended $?" for command in FORBIDDEN]
    said = answers(run_mini(mini_python, bubblewrap, repository, commands))
    assert len(said) == len(FORBIDDEN)
    for command, answer in zip(FORBIDDEN, said, strict=True):
        assert "ended" in answer, command
        assert "ended 0" not in answer, command
    assert [path.name for path in repository.iterdir()] == ["a.py"]
    after = repository / "a.py"
    assert after.read_text() == "answer = 42\n"
    assert after.stat().st_mode == before.st_mode


def test_keys_and_the_network_stay_outside(
    mini_python: Path, bubblewrap: str, repository: Path
) -> None:
    commands = ["env", "cat /proc/net/dev", f"ls {repository}"]
    env, network, host = answers(run_mini(mini_python, bubblewrap, repository, commands))
    assert "PATH=" in env
    assert "the-key" not in env
    assert "lo:" in network
    assert "eth" not in network
    assert "No such file" in host
