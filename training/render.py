"""Renders chat templates as transformers does, for the TypeScript side: a line in, a line out.

The first line is {"templates": [text, ...], "tokens": {...}, "date": "2026-01-31T09:05:00",
"seconds": 1, "megabytes": 256}, answered with {"engine": "transformers 5.24.0", "fault": null};
fault is what is wrong with a template that does not parse. Every further line is a list of
{"template": index, "messages": [...], "tools": [...] or null}, answered with a list of
{"text": ...}, {"refused": ...} (the template called raise_exception), {"fault": ...} or
{"limit": ...}.

A template is a stranger's program: it runs in transformers' sandbox, and a row has seconds of CPU
and megabytes of memory at most.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any


class TooLong(BaseException):
    """A row used up its seconds. No Exception: a template's own handlers must not see it."""


class OneDate:
    """What transformers asks for the time: always the build's."""

    def __init__(self, date: str) -> None:
        self.date = datetime.fromisoformat(date)

    def now(self) -> datetime:
        return self.date


def main() -> None:
    # Ctrl-C is for the parent, whose going away closes stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import jinja2
    import transformers
    from transformers.utils import chat_template_utils as engine

    wanted = json.loads(sys.stdin.readline())
    # Its strftime_now reads the clock; there is no other way to give it a date.
    engine.datetime = OneDate(wanted["date"])  # type: ignore[attr-defined,misc,assignment]
    fault = first_fault(engine._compile_jinja_template, wanted["templates"])
    answer({"engine": f"transformers {transformers.__version__}", "fault": fault})
    limit_memory(wanted["megabytes"])
    signal.signal(signal.SIGPROF, stop)
    for line in sys.stdin:
        answer([rendered(engine, jinja2, wanted, job) for job in json.loads(line)])


def first_fault(compile_template: Callable[[str], Any], templates: list[str]) -> str | None:
    for template in templates:
        try:
            compile_template(template)
        except Exception as error:  # noqa: BLE001 (whatever a stranger's template brings about)
            return worded(error)
    return None


def rendered(engine: Any, jinja2: Any, wanted: dict[str, Any], job: dict[str, Any]) -> Any:
    # As tokenizer.apply_chat_template(messages, tools=tools, tokenize=False) does it.
    messages = engine._normalize_chat_messages(job["messages"])
    signal.setitimer(signal.ITIMER_PROF, wanted["seconds"])
    try:
        texts, _ = engine.render_jinja_template(
            conversations=[messages],
            tools=job["tools"],
            chat_template=wanted["templates"][job["template"]],
            **wanted["tokens"],
        )
        return {"text": texts[0]}
    except (TooLong, MemoryError, RecursionError, OverflowError) as error:
        return {"limit": worded(error)}
    except Exception as error:  # noqa: BLE001 (whatever a stranger's template brings about)
        # raise_exception raises the base class itself, the engine its subclasses.
        if type(error) is jinja2.exceptions.TemplateError:
            return {"refused": str(error)}
        return {"fault": worded(error)}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def stop(*_: object) -> None:
    raise TooLong


def limit_memory(megabytes: int) -> None:
    """So much more than what is in use now, where the system says how much that is."""
    status = Path("/proc/self/status")
    if not status.exists():
        return
    used = next(line for line in status.read_text().splitlines() if line.startswith("VmData"))
    most = int(used.split()[1]) * 1024 + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def worded(error: BaseException) -> str:
    said = str(error).strip() or type(error).__name__
    return said if type(error).__name__ in said else f"{type(error).__name__}: {said}"


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
