"""A chat server on 127.0.0.1: it knows how often each task was asked, and how often answered."""

import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the n-th asking (from 1) of a task is answered; None: a good answer.
Fault = Callable[[int, int], "int | str | None"]


@dataclass
class Seen:
    address: str = ""
    asked: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serve(fault: Fault, latency_s: float = 0.0) -> Iterator[Seen]:
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            task = int(re.search(rb"task (\d+)", body)[1])
            with seen.lock:
                seen.asked[task] += 1
                seen.keys.add(self.headers.get("authorization", ""))
                what = fault(task, seen.asked[task])
            time.sleep(latency_s)
            if what == "cut":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status = what if isinstance(what, int) else 200
            text = "<html>" if what == "html" else json.dumps(_reply(status, task))
            with seen.lock:
                seen.answered[task] += status == 200 and what is None
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def _reply(status: int, task: int) -> dict[str, object]:
    if status != 200:
        return {"error": {"message": f"fault {status}", "code": status}}
    message = {"role": "assistant", "content": f"THOUGHT: {task}.\n\n```bash\nls\n```"}
    return {
        "id": f"c{task}",
        "ratio": 1.0,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "big": 12345678901234567890},
    }
