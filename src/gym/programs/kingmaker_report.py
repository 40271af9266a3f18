"""A plugin of pytest: writes what became of every test to the file KINGMAKER_RESULTS names.

KINGMAKER_ONLY names a JSON list of ids: nothing else runs, and files without one are not read. Under
coverage.py each test is a context, its number in the list that KINGMAKER_TESTS names.
"""

import json
import os
from pathlib import Path

import pytest

_tests: dict[str, dict[str, str]] = {}
_order: list[str] = []
_only: set[str] | None = None
if "KINGMAKER_ONLY" in os.environ:
    _only = set(json.loads(Path(os.environ["KINGMAKER_ONLY"]).read_text(encoding="utf-8")))


def _context(name: str) -> None:
    if "KINGMAKER_TESTS" not in os.environ:
        return
    import coverage

    running = coverage.Coverage.current()
    if running is not None:
        running.switch_context(name)


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = getattr(crash, "message", None) or str(report.longrepr or "")
    return text[-2000:] if crash is None else text[:2000]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if _only is None or collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    if collection_path.name in ("__init__.py", "conftest.py"):
        return None
    try:
        name = collection_path.relative_to(config.rootpath).as_posix()
    except ValueError:
        return None
    # Ids of other roots than ours begin otherwise: they are kept, and sorted out below.
    return True if all(not one.startswith(f"{name}::") for one in _only) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _only is not None:
        items[:] = [item for item in items if item.nodeid in _only]


def pytest_runtest_logstart(nodeid: str) -> None:
    _order.append(nodeid)
    _context(str(len(_order) - 1))


def pytest_runtest_logfinish(nodeid: str) -> None:
    _context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    said = _tests.setdefault(report.nodeid, {"outcome": "passed", "message": ""})
    if report.failed:
        said.update(outcome="failed", message=said["message"] or _message(report))
    elif report.skipped and said["outcome"] == "passed":
        said["outcome"] = "skipped"


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _tests[report.nodeid] = {"outcome": "failed", "message": _message(report)}


def pytest_sessionfinish() -> None:
    Path(os.environ["KINGMAKER_RESULTS"]).write_text(json.dumps(_tests), encoding="utf-8")
    if "KINGMAKER_TESTS" in os.environ:
        Path(os.environ["KINGMAKER_TESTS"]).write_text(json.dumps(_order), encoding="utf-8")
