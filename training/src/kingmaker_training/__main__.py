"""`python -m kingmaker_training`: reads its arguments before anything heavy is imported.

Exit codes: 0 done, 1 the person can mend it, 2 wrong arguments, 130 stopped by Ctrl-C.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

from kingmaker_training import __version__
from kingmaker_training.errors import Stopped, UserError
from kingmaker_training.progress import say, tell

COMMANDS = {
    "train": "trains as RUN.json says, from its newest whole checkpoint on",
    "estimate": "tokens, time and memory that the run would take",
    "evaluate": "negative log likelihood of every answer, base and checkpoint",
    "jobs": "several of these, one after another",
    "merge": "an adapter and its base become one model, in float32",
}


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code of the process."""
    parser = argparse.ArgumentParser(
        prog="python -m kingmaker_training",
        description="The Python side of Kingmaker. Kingmaker's own commands start it.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command")
    for name, about in COMMANDS.items():
        commands.add_parser(name, help=about).add_argument("run", metavar="RUN.json")
    commands.add_parser("device", help="what it would train on here")
    told = parser.parse_args(argv)
    if told.command is None:
        parser.print_usage(sys.stderr)
        return 2
    return guarded(told)


def guarded(told: argparse.Namespace) -> int:
    """Faults that can be mended become an event and two lines; anything else keeps its trace."""
    # TRL's constructors report their use otherwise; its experimental trainers warn that they are.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    if os.environ.get("KINGMAKER_PARENT") == "1":
        watch_parent()
    return told_faults(lambda: run(told))


def told_faults(work: Callable[[], int]) -> int:
    try:
        return work()
    except UserError as error:
        tell("fault", message=error.message, hint=error.hint)
        say(f"{error.message}\n  -> {error.hint}")
        return 1
    except (Stopped, KeyboardInterrupt):
        return 130


def watch_parent() -> None:
    """Ends as by Ctrl-C when whoever started us is gone: its end of our stdin closes, however it
    died. Training on without it would hold the device and write beside the next run."""

    def wait() -> None:
        # Not sys.stdin: its lock would be held when the interpreter ends.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def run(told: argparse.Namespace) -> int:
    if told.command == "train":
        from kingmaker_training.train import train

        return train(told.run)
    if told.command == "estimate":
        from kingmaker_training.estimate import estimate

        return estimate(told.run)
    if told.command == "evaluate":
        from kingmaker_training.evaluate import evaluate

        return evaluate(told.run)
    if told.command == "merge":
        from kingmaker_training.merge import merge

        return merge(told.run)
    if told.command == "jobs":
        from kingmaker_training.jobs import jobs

        def one(command: str, path: str) -> int:
            return told_faults(lambda: run(argparse.Namespace(command=command, run=path)))

        return jobs(told.run, one)
    from kingmaker_training.estimate import device

    return device()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
