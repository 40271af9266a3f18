"""A plugin of pytest: writes what became of every test to the file KINGMAKER_RESULTS names."""

import json
import os
from pathlib import Path

import pytest

_tests: dict[str, dict[str, str]] = {}


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = getattr(crash, "message", None) or str(report.longrepr or "")
    return text[-2000:] if crash is None else text[:2000]


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
