"""Tasks of the gym in Harbor's form, read by Harbor itself; and the programs that run inside."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = REPOSITORY / "src" / "gym" / "programs"

# What core writes of a task, by its own code: Node is there wherever these tests run.
WRITE = """
import { mkdirSync, writeFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toHarbor } from "../../src/core/tasks/harbor.ts";
import { PACKAGES } from "../../src/core/tasks/packages.ts";
const [folder, file] = process.argv.slice(2);
const task = JSON.parse(readFileSync(file, "utf8"));
const pack = PACKAGES.find((one) => one.name === task.package);
Object.assign(task, { hash: pack.hash, version: pack.version, language: pack.language });
const out = toHarbor(task, pack, { put: "", fetch: "", check: "", report: "", lock: "" },
  { roots: ["tests"], hashes: new Map() });
for (const [path, text] of out.value) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
"""
TASK = {
    "schema": 2,
    "id": "gym__toolz-01234567",
    "package": "toolz",
    "licence": "BSD-3-Clause",
    "mutation": {"file": "a.py", "start": 3, "before": "<", "after": "<=", "operator": "x"},
    "issue": "toolz: `test_nth` fails",
    "unsteady": 0,
    "runtime": "Python 3.11.2",
    "test_seconds": 1.0,
}


def test_harbor_reads_a_task_of_the_gym(harbor_python: Path, tmp_path: Path) -> None:
    script = tmp_path / "write.mts"
    script.write_text(WRITE.replace("../../src", str(REPOSITORY / "src")))
    record = tmp_path / "task.json"
    record.write_text(json.dumps(TASK))
    folder = tmp_path / "toolz-01234567"
    node = ["node", "--import", str(REPOSITORY / "node_modules/tsx/dist/esm/index.mjs")]
    subprocess.run([*node, script, folder, record], check=True, cwd=REPOSITORY)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from harbor.models.task.task import Task\n"
        "task = Task(Path(sys.argv[1]))\n"
        "print(task.config.task.name, task.instruction.splitlines()[0], sep='|')\n"
        "print(task.paths.discovered_solve_path.name, task.paths.discovered_test_path.name)"
    )
    done = subprocess.run(
        [harbor_python, "-c", code, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "kingmaker/toolz-01234567|toolz: `test_nth` fails",
        "solve.sh test.sh",
    ]


def test_words_are_put_where_others_stand_alone(tmp_path: Path) -> None:
    code = tmp_path / "a.py"
    code.write_text("# \U0001f642\nx = a < b\n")
    change = tmp_path / "change.json"

    def put(old: str, new: str) -> int:
        # One line of five UTF-16 units, the face being two of them.
        spot = {"file": str(code), "start": 11, "old": old, "new": new}
        change.write_text(json.dumps(spot))
        return subprocess.run([sys.executable, PROGRAMS / "put.py", change], check=False).returncode

    assert put(">", "<=") == 1
    assert put("<", "<=") == 0
    assert code.read_text() == "# \U0001f642\nx = a <= b\n"
    assert put("<=", "<") == 0


def test_the_plugin_tells_every_test_and_check_judges_by_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_right(): pass\n"
        "def test_wrong(): assert 3 == 4\n"
        "@pytest.mark.skip\n"
        "def test_left(): pass\n"
    )
    results = tmp_path / "results.json"
    env = os.environ | {"PYTHONPATH": str(PROGRAMS), "KINGMAKER_RESULTS": str(results)}
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "kingmaker_report",
        "-p",
        "no:cacheprovider",
    ]
    subprocess.run(pytest, cwd=tmp_path, env=env, capture_output=True, check=False)
    said = json.loads(results.read_text())
    assert {test: one["outcome"] for test, one in said.items()} == {
        "test_it.py::test_right": "passed",
        "test_it.py::test_wrong": "failed",
        "test_it.py::test_left": "skipped",
    }
    assert said["test_it.py::test_wrong"]["message"].startswith("assert 3 == 4")

    def check(passing: list[str]) -> str:
        task = tmp_path / "task.json"
        task.write_text(json.dumps({"fail_to_pass": passing, "pass_to_pass": []}))
        done = [sys.executable, PROGRAMS / "check.py", results, task]
        return subprocess.run(done, capture_output=True, text=True, check=True).stdout.strip()

    assert check(["test_it.py::test_right"]) == "1"
    assert check(["test_it.py::test_right", "test_it.py::test_wrong"]) == "0"
