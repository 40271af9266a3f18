"""The module as a process: what it prints and what it leaves unimported."""

import subprocess
import sys

import kingmaker_training

HEAVY = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "numpy", "pydantic")


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False)


def test_the_version_is_printed_alone() -> None:
    done = run("-m", "kingmaker_training", "--version")
    assert (done.returncode, done.stdout) == (0, f"{kingmaker_training.__version__}\n")


def test_saying_the_version_imports_nothing_heavy() -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['kingmaker_training', '--version']\n"
        "try: runpy.run_module('kingmaker_training', run_name='__main__')\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert run("-c", code).stdout.splitlines()[-1] == "[]"


def test_without_a_command_it_says_its_usage_and_exits_with_2() -> None:
    done = run("-m", "kingmaker_training")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: python -m kingmaker_training")
