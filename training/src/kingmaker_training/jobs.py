"""`jobs RUN.json`: commands one after another, with the heavy packages imported once.

Many small runs (arms of an experiment, each with several seeds) would pay for the imports each
time. Every command runs in a fork: its memory goes with it, and what ends it leaves the results of
the others. No device is touched before the fork.
"""

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from kingmaker_training.config import JobsRun, read
from kingmaker_training.progress import tell

HEAVY = ("torch", "transformers", "peft", "datasets", "trl")


def jobs(path: str, run: Callable[[str, str], int]) -> int:
    """The first exit code that is not 0 ends the list. @raises UserError"""
    told = read(path, JobsRun)
    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell that starts us in the background has switched the first one off.
        signal.signal(number, signal.default_int_handler)
    for name in HEAVY:
        importlib.import_module(name)
    for at, job in enumerate(told.jobs):
        tell("job", at=at, jobs=len(told.jobs))
        code = forked(partial(run, job.command, job.run))
        if code != 0:
            return code
    return 0


# -------------------------------------------------------------------------------------------------


def forked(work: Callable[[], int]) -> int:
    """Runs it in a child; Ctrl-C is handed on. Gives its exit code, 130 for a signal."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        watch(parent)
        code = 1
        try:
            code = work()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    while True:
        try:
            _, status = os.waitpid(child, 0)
        except KeyboardInterrupt:
            os.kill(child, signal.SIGINT)
            continue
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return code
        # Killed by the system, most likely for want of memory: whoever started us has words for it.
        if code == -signal.SIGKILL:
            os.kill(os.getpid(), signal.SIGKILL)
        return 130


def watch(parent: int) -> None:
    """A child that outlives its parent would hold the device: it ends as by Ctrl-C."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()
