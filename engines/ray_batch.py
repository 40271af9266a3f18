# /// script
# requires-python = ">=3.10"
# dependencies = ["ray>=2.50", "aiohttp>=3.9"]
# ///
"""A file of requests in the OpenAI batch format, carried out over a Ray cluster.

    python ray_batch.py REQUESTS RESULTS --base-url URL [--base-url URL ...] [--address auto]
    python ray_batch.py REQUESTS RESULTS --mode vllm --model NAME [--address auto]

The driver alone writes RESULTS, a line a request, and only appends: whatever kills it or a node,
run it again and it asks what has no line yet. Requests and replies travel as text, so that
nothing between changes them. `http` asks servers; `vllm` has each actor serve the model on a GPU.
Keys come from the environment: --key-env NAME, or whole headers as JSON in RAY_BATCH_HEADERS.
Progress is JSON Lines on stdout, words go to stderr. Exit codes: 0 every request has a line,
1 wrong use, 2 the rest is left for another run, 3 a package is missing, 130 stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import importlib.util
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

RETRIED = (408, 409, 425, 429)
LONGEST_WAIT_S = 60
# A request whose actors died so often is written down as an error: it may be what kills them.
MOST_DEATHS = 4


class LeftForLater(Exception):
    """Nothing more can be asked now; what has a line is kept."""


class Asker:
    """The actor: many requests at once. Holds nothing but the replies on their way."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.session: Any = None
        self.server: subprocess.Popen[bytes] | None = None
        self.bases: list[str] = settings["bases"]
        if settings["mode"] == "vllm":
            self.bases = [self._serve()]

    def ready(self) -> int:
        return os.getpid()

    async def ask(self, custom_id: str, line: str) -> str:
        """The line of RESULTS for a line of REQUESTS."""
        request = json.loads(line)
        path = str(request["url"]).removeprefix("/v1")
        body = json.dumps(request["body"]).encode()
        tries = 0
        waits = 0
        while True:
            status, headers, text, why = await self._exchange(path, body)
            if status == 200 and _is_json(text):
                return _answered(custom_id, status, headers, text)
            is_passing = status is None or status >= 500 or status in RETRIED or status == 200
            if not is_passing:
                break
            # Being told to wait is no failure, but it has an end as well.
            if status == 429 and waits < 10 * self.settings["tries"]:
                waits += 1
            else:
                tries += 1
            if tries >= self.settings["tries"]:
                break
            await asyncio.sleep(_pause(headers, tries + waits))
        if status is not None and _is_json(text):
            return _answered(custom_id, status, headers, text)
        message = why or f"status {status}: {text[:300]}"
        return _failed(custom_id, message)

    async def _exchange(
        self, path: str, body: bytes
    ) -> tuple[int | None, dict[str, str], str, str]:
        import aiohttp

        if self.session is None:
            timeout = aiohttp.ClientTimeout(total=self.settings["timeout_s"], sock_connect=30)
            headers = {"content-type": "application/json", **self.settings["headers"]}
            connector = aiohttp.TCPConnector(limit=0)
            self.session = aiohttp.ClientSession(
                headers=headers, timeout=timeout, connector=connector
            )
        if self.server is not None and self.server.poll() is not None:
            raise RuntimeError(f"the server of the model ended with {self.server.returncode}")
        try:
            async with self.session.post(random.choice(self.bases) + path, data=body) as reply:
                return reply.status, dict(reply.headers), await reply.text(), ""
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return None, {}, "", f"{type(error).__name__}: {error}"[:300]

    def _serve(self) -> str:
        """Starts vLLM's own server beside this actor; gives its address once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
        command += ["--model", self.settings["model"], "--host", "127.0.0.1", "--port", port]
        self.server = subprocess.Popen([*command, *self.settings["vllm_args"]])
        until = time.monotonic() + self.settings["load_s"]
        while time.monotonic() < until and self.server.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                return f"http://127.0.0.1:{port}/v1"
            time.sleep(0.5)
        self.server.kill()
        raise RuntimeError("vLLM's server did not start")


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _answered(custom_id: str, status: int, headers: dict[str, str], text: str) -> str:
    lower = {name.lower(): value for name, value in headers.items()}
    head = json.dumps(
        {
            "id": f"ray-{custom_id[:12]}",
            "custom_id": custom_id,
            "response": {"status_code": status, "request_id": lower.get("x-request-id")},
        }
    )
    # As it came, number for number; a line feed can only stand between its tokens.
    body = text.replace("\r", " ").replace("\n", " ").strip()
    return f'{head[:-2]}, "body": {body}}}, "error": null}}'


def _failed(custom_id: str, message: str) -> str:
    error = {"code": "no_answer", "message": message}
    line = {"id": f"ray-{custom_id[:12]}", "custom_id": custom_id, "response": None}
    return json.dumps({**line, "error": error})


def _pause(headers: dict[str, str], attempt: int) -> float:
    """As long as the server asks for, else twice as long each time; with a fifth of chance."""
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        wait = float(lower.get("retry-after", ""))
    except ValueError:
        wait = 0.25 * 2.0**attempt
    return min(wait, LONGEST_WAIT_S) * random.uniform(0.9, 1.1)


# --- Files -----------------------------------------------------------------------------------


class Results:
    """RESULTS, held by one driver at a time. A torn last line is cut off."""

    def __init__(self, path: Path) -> None:
        self.file: BinaryIO = path.open("ab+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.file.close()
            raise LeftForLater(f"another job is writing {path}; wait until it has ended") from error
        self.ids: set[str] = set()
        whole = 0
        self.file.seek(0)
        for line in self.file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self.ids.add(json.loads(line)["custom_id"])
        self.file.truncate(whole)

    def append(self, lines: list[str]) -> None:
        self.file.write("".join(f"{line}\n" for line in lines).encode())
        self.file.flush()
        os.fsync(self.file.fileno())


@dataclass(frozen=True)
class Request:
    custom_id: str
    start: int
    size: int


def requests_of(path: Path, have: set[str]) -> list[Request]:
    """Those without a line yet; of one that stands there twice, the first."""
    found: dict[str, Request] = {}
    start = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    custom_id = str(json.loads(line)["custom_id"])
                except (ValueError, KeyError, TypeError) as error:
                    raise SystemExit(f"{path} line {number} is no request: {error}") from error
                if custom_id not in have and custom_id not in found:
                    found[custom_id] = Request(custom_id, start, len(line))
            start += len(line)
    return list(found.values())


# --- The driver ------------------------------------------------------------------------------


@dataclass
class Worker:
    actor: Any
    starting: Any
    since: float
    is_ready: bool = False
    load: int = 0


@dataclass
class Job:
    """Requests in hand over all workers."""

    args: argparse.Namespace
    requests: Path
    queue: deque[Request]
    results: Results
    workers: list[Worker] = field(default_factory=list)
    flying: dict[Any, tuple[Worker, Request]] = field(default_factory=dict)
    deaths: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    done: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, total: int) -> None:
        import ray

        self.workers = [self._worker() for _ in range(self.args.actors)]
        alive = time.monotonic()
        told = 0.0
        with self.requests.open("rb") as file:
            while self.queue or self.flying:
                if self.stopping.is_set():
                    raise KeyboardInterrupt
                self._look_at_starts()
                self._hand_out(file)
                if self.flying:
                    alive = time.monotonic()
                    ready, _ = ray.wait(list(self.flying), num_returns=1, timeout=1.0)
                    if ready:
                        both = ray.wait(list(self.flying), num_returns=len(self.flying), timeout=0)
                        self._take(both[0] or ready)
                elif time.monotonic() - alive > self.args.patience:
                    raise LeftForLater(
                        f"the cluster gave no worker in {self.args.patience:.0f} s"
                        f" (each wants {self.args.cpus} CPUs and {self.args.gpus} GPUs)"
                    )
                else:
                    time.sleep(0.05)
                if time.monotonic() - told > 1:
                    told = time.monotonic()
                    say("progress", done=self.done, of=total, lost=self.lost)

    def _worker(self) -> Worker:
        import ray

        args = self.args
        settings = {
            "mode": args.mode,
            "bases": [base.rstrip("/") for base in args.base_url],
            "headers": headers_of(args),
            "tries": args.tries,
            "timeout_s": args.timeout,
            "model": args.model,
            "vllm_args": args.vllm_arg,
            "load_s": args.load,
        }
        actor = (
            ray.remote(Asker)
            .options(
                num_cpus=args.cpus,
                num_gpus=args.gpus,
                max_restarts=0,
                max_concurrency=args.in_flight + 1,
                scheduling_strategy="SPREAD",
            )
            .remote(settings)
        )
        return Worker(actor, actor.ready.remote(), time.monotonic())

    def _look_at_starts(self) -> None:
        """A worker gets requests once it is there: what waits for a place could wait for ever."""
        import ray
        from ray.exceptions import RayError

        waiting = {worker.starting: worker for worker in self.workers if not worker.is_ready}
        if not waiting:
            return
        ready, _ = ray.wait(list(waiting), num_returns=len(waiting), timeout=0)
        for ref in ready:
            worker = waiting[ref]
            try:
                ray.get(ref)
                worker.is_ready = True
            except RayError as error:
                self.lost += 1
                if self.lost > 3 * self.args.actors and not any(w.is_ready for w in self.workers):
                    raise LeftForLater(
                        f"no worker could be started: {_last_line(error)}"
                    ) from error
                self._replace(worker)

    def _hand_out(self, file: BinaryIO) -> None:
        for worker in sorted(self.workers, key=lambda one: one.load):
            while worker.is_ready and worker.load < self.args.in_flight and self.queue:
                request = self.queue.popleft()
                file.seek(request.start)
                line = file.read(request.size).decode()
                ref = worker.actor.ask.remote(request.custom_id, line)
                self.flying[ref] = (worker, request)
                worker.load += 1
                if worker.load % 8 == 0:
                    break

    def _take(self, ready: list[Any]) -> None:
        import ray
        from ray.exceptions import RayError

        lines: list[str] = []
        dead: list[Worker] = []
        for ref in ready:
            worker, request = self.flying.pop(ref)
            worker.load -= 1
            try:
                lines.append(ray.get(ref))
            except RayError as error:
                if worker not in dead:
                    dead.append(worker)
                self.deaths[request.custom_id] = self.deaths.get(request.custom_id, 0) + 1
                if self.deaths[request.custom_id] < MOST_DEATHS:
                    self.queue.appendleft(request)
                else:
                    lines.append(
                        _failed(request.custom_id, f"its worker died: {_last_line(error)}")
                    )
        if lines:
            self.results.append(lines)
            self.done += len(lines)
        for worker in dead:
            self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        """What was on its way there is asked again: nobody can say how far it came."""
        for ref, (owner, request) in list(self.flying.items()):
            if owner is worker:
                del self.flying[ref]
                self.queue.appendleft(request)
        self.lost += 1
        self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        import ray

        with contextlib.suppress(ValueError, RuntimeError):
            ray.kill(worker.actor)
        if worker in self.workers:
            self.workers[self.workers.index(worker)] = self._worker()


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__


def headers_of(args: argparse.Namespace) -> dict[str, str]:
    headers: dict[str, str] = json.loads(os.environ.get("RAY_BATCH_HEADERS", "{}"))
    key = os.environ.get(args.key_env, "") if args.key_env else ""
    return {"authorization": f"Bearer {key}", **headers} if key else headers


def say(event: str, **more: object) -> None:
    print(json.dumps({"event": event, **more}), flush=True)


@contextlib.contextmanager
def cluster(args: argparse.Namespace) -> Iterator[None]:
    """A running one by its address, else one of this machine alone that ends with the job."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if args.address in (None, "local"):
            own = {"num_cpus": max(2, round(args.actors * args.cpus + 1)), "address": "local"}
            ray.init(include_dashboard=False, **own, **quiet)
        else:
            _knock(args.address)
            ray.init(address=args.address, **quiet)
    except (OSError, RuntimeError) as error:
        raise LeftForLater(f"no Ray cluster at {args.address}: {_last_line(error)}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Ray itself waits minutes for a head that is not there."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=20).close()


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong use is 1: 2 says that the rest is left for another run."""
        self.exit(1, f"{self.prog}: {message}\n")


def parsed(argv: list[str]) -> argparse.Namespace:
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("requests", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--mode", choices=("http", "vllm"), default="http")
    parser.add_argument("--base-url", action="append", default=[], help="of a server, with /v1")
    parser.add_argument("--key-env", help="variable that holds the key")
    parser.add_argument("--model", default="", help="vllm: what each actor serves")
    parser.add_argument("--vllm-arg", action="append", default=[], help="handed on, one word each")
    parser.add_argument("--address", help="of a running cluster, for example auto")
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--in-flight", type=int, default=32, help="requests at once, an actor")
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one answer")
    parser.add_argument("--patience", type=float, default=300, help="seconds without any worker")
    parser.add_argument("--load", type=float, default=1800, help="vllm: seconds until it serves")
    parser.add_argument("--cpus", type=float, default=0.25, help="an actor")
    parser.add_argument("--gpus", type=float, help="an actor; 1 with vllm, else 0")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin closes")
    args = parser.parse_args(argv)
    if args.gpus is None:
        args.gpus = 1 if args.mode == "vllm" else 0
    if args.mode == "http" and not args.base_url:
        parser.error("--mode http wants a --base-url")
    if args.mode == "vllm" and not args.model:
        parser.error("--mode vllm wants --model")
    if not args.requests.is_file():
        parser.error(f"{args.requests} is not there")
    missing = [name for name in _packages(args) if importlib.util.find_spec(name) is None]
    if missing:
        names = ", no ".join(missing)
        words = f"{sys.executable} has no {names}: pip install {' '.join(missing)}"
        parser.exit(3, f"{parser.prog}: {words}\n")
    return args


def _packages(args: argparse.Namespace) -> list[str]:
    """What this Python needs; the nodes of a cluster have what its own has."""
    asks_here = args.mode == "http" and args.address in (None, "local")
    return ["ray", "aiohttp"] if asks_here else ["ray"]


def main(argv: list[str]) -> int:
    args = parsed(argv)
    try:
        results = Results(args.results)
        todo = requests_of(args.requests, results.ids)
        say("begin", there=len(results.ids), of=len(todo))
        job = Job(args, args.requests, deque(todo), results)
        if args.with_parent:
            threading.Thread(target=_watch_parent, args=(job.stopping,), daemon=True).start()
        if todo:
            with cluster(args):
                job.run(len(todo))
        say("end", done=job.done, lost=job.lost)
        return 0
    except LeftForLater as error:
        print(f"ray_batch: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _watch_parent(stopping: threading.Event) -> None:
    """Its end of the pipe closes however it dies."""
    sys.stdin.read()
    stopping.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
