"""The stages against llama.cpp's server, whose random model a grammar makes well-formed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from stages import ROOT, run

ANSWER = r'root ::= "THOUGHT: look at it.\n\n```bash\nls " [a-z] [a-z] [a-z] "\n```"'
METRICS = ("correctness", "grounding", "progress", "protocol", "efficiency")
VERDICT = (
    'v ::= [0-2]\nroot ::= "{" '
    + ' ", " '.join(rf'"\"{metric}\": " v' for metric in METRICS)
    + r' ", \"reason\": \"x\"}"'
)


def chain(answers: str, verdicts: str, more: str = "", key: str = "") -> str:
    """chain.toml: one server, two sections that differ in the grammar they send."""
    return f"""
[source]
trajectories = "{ROOT}/sample/turns.jsonl"
prs = "{ROOT}/sample/prs.jsonl"
count = 3
exclude_benchmarks = false
max_per_instance = 0
max_history_chars = 12000

[provider.answers]
base_url = "{answers}"
body = {{ grammar = {json.dumps(ANSWER)} }}
{key}
[provider.verdicts]
base_url = "{verdicts}"
body = {{ grammar = {json.dumps(VERDICT)} }}
{key}
[king]
provider = "answers"
model = "tiny"
max_tokens = 64

[challenger]
provider = "answers"
model = "tiny"
max_tokens = 64

[judge]
provider = "verdicts"
models = ["tiny"]
quorum = 1
max_tokens = 200
{more}
"""


@pytest.fixture
def workspace(tmp_path: Path, llamacpp_wide: str) -> Path:
    (tmp_path / "chain.toml").write_text(chain(f"{llamacpp_wide}/v1", f"{llamacpp_wide}/v1"))
    return tmp_path


def test_all_five_stages_run_on_a_real_server(workspace: Path) -> None:
    for stage in ("prompt", "king", "challenger", "validate", "report"):
        code, summary, said = run(stage, workspace)
        assert code == 0, said
        assert summary["kept"] == 3, said
    assert (workspace / "report" / "report.md").exists()
    answers = [json.loads(path.read_text()) for path in (workspace / "answer").glob("*.json")]
    assert all(answer["king"].startswith("THOUGHT: look at it.") for answer in answers)
    # Real counts, and the model that really answered.
    assert all(answer["king_run"]["usage"]["completion_tokens"] > 10 for answer in answers)


def test_a_context_limit_leaves_the_turn_pending_and_says_what_the_server_has(
    workspace: Path, llamacpp: str
) -> None:
    (workspace / "chain.toml").write_text(
        chain(f"{llamacpp}/v1", f"{llamacpp}/v1").replace("12000", "60000")
    )
    assert run("prompt", workspace)[0] == 0
    code, summary, said = run("king", workspace)
    assert summary["dropped"] == {}
    assert code == 2
    assert "context size" in said
    assert not list((workspace / "report").glob("tries/king/*"))


def test_a_wrong_key_files_nothing_and_names_the_key(
    workspace: Path, llamacpp_wide: str, llamacpp_locked: str
) -> None:
    assert run("prompt", workspace)[0] == 0
    (workspace / ".env").write_text("LOCKED_KEY=wrong\n")
    (workspace / "chain.toml").write_text(
        chain(f"{llamacpp_locked}/v1", f"{llamacpp_wide}/v1", key='api_key_env = "LOCKED_KEY"\n')
    )
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"], summary["dropped"]) == (1, 0, {})
    assert "LOCKED_KEY" in said
    (workspace / ".env").write_text("LOCKED_KEY=right\n")
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"]) == (0, 3), said


@pytest.fixture(scope="module")
def llamacpp_wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that has room for whole histories."""
    from conftest import serve_llamacpp

    with serve_llamacpp(tmp_path_factory.mktemp("wide"), "65536", "2") as address:
        yield address


@pytest.fixture(scope="module")
def llamacpp_locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that wants a key."""
    from conftest import serve_llamacpp

    with serve_llamacpp(tmp_path_factory.mktemp("locked"), "65536", "2", "right") as address:
        yield address
