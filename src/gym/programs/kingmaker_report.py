"""A plugin of pytest that writes what became of every test to the file that KINGMAKER_RESULTS names."""

import json
import os

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
    with open(os.environ["KINGMAKER_RESULTS"], "w", encoding="utf-8") as file:
        json.dump(_tests, file)
