"""Both validators of ATIF, on one trajectory that is right and one that is not."""

import json
import subprocess
from pathlib import Path
from typing import Any

import atif
import pytest

STEP = {"step_id": 1, "source": "user", "message": "Mend the bug."}
RIGHT = {
    "schema_version": "ATIF-v1.6",
    "session_id": "one",
    "agent": {"name": "mini", "version": "1"},
    "steps": [STEP],
}
WRONG = RIGHT | {"steps": [STEP | {"step_id": 7}]}


def accepted_by_harbor(python: Path, path: Path) -> bool:
    code = (
        "import sys\n"
        "from harbor.utils.trajectory_validator import TrajectoryValidator\n"
        "sys.exit(0 if TrajectoryValidator().validate(sys.argv[1]) else 3)"
    )
    done = subprocess.run([python, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode == 0


@pytest.mark.parametrize(("trajectory", "right"), [(RIGHT, True), (WRONG, False)])
def test_harbor_accepts_what_is_right_alone(
    trajectory: dict[str, Any], right: bool, harbor_python: Path, tmp_path: Path
) -> None:
    path = tmp_path / "trajectory.json"
    path.write_text(json.dumps(trajectory))
    assert accepted_by_harbor(harbor_python, path) is right


@pytest.mark.parametrize(("trajectory", "right"), [(RIGHT, True), (WRONG, False)])
def test_atif_accepts_what_is_right_alone(trajectory: dict[str, Any], right: bool) -> None:
    if right:
        assert len(atif.Trajectory.model_validate(trajectory).steps) == 1
    else:
        with pytest.raises(ValueError, match="step_id"):
            atif.Trajectory.model_validate(trajectory)


REPOSITORY = Path(__file__).parents[2]
FIXTURES = REPOSITORY / "test" / "fixtures" / "formats"
AGENTS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())
DATABASES = {"openclaw", "opencode"}


def reads_sqlite() -> bool:
    """Node's own SQLite, or better-sqlite3 where somebody installed it."""
    look = "try { require('node:sqlite') } catch { require('better-sqlite3') }"
    done = subprocess.run(["node", "-e", look], cwd=REPOSITORY, capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture(scope="module", params=AGENTS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The runs of an agent's logs as `npm run convert` writes them, a document a file."""
    if request.param in DATABASES and not reads_sqlite():
        pytest.skip("this Node reads no SQLite: 22.5 and newer do")
    folder = tmp_path_factory.mktemp(request.param)
    lines = folder / "runs.jsonl"
    command = ["node", "kingmaker.cjs", "convert", FIXTURES / request.param, "--to", "atif"]
    subprocess.run([*command, "--output", lines], cwd=REPOSITORY, check=True, capture_output=True)
    paths = []
    for at, line in enumerate(lines.read_text().splitlines()):
        path = folder / f"{at}.json"
        path.write_text(line)
        paths.append(path)
    assert paths
    return paths


def test_atif_accepts_what_convert_writes(written: list[Path]) -> None:
    for path in written:
        assert len(atif.Trajectory.model_validate_json(path.read_text()).steps) > 0


def test_harbor_accepts_what_convert_writes(written: list[Path], harbor_python: Path) -> None:
    for path in written:
        assert accepted_by_harbor(harbor_python, path), path.read_text()[:500]
