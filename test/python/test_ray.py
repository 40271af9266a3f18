"""engines/ray_batch.py: every request gets its line once, whatever dies on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faulty_server
import pytest
import stages
from ray.cluster_utils import Cluster

PROGRAM = stages.ROOT / "engines" / "ray_batch.py"
IN_FLIGHT = 8
# What a test does not look at is not started.
BARE = {"include_dashboard": False, "include_log_monitor": False, "no_monitor": True}


def requests_in(folder: Path, count: int) -> Path:
    path = folder / "requests-1.jsonl"
    body = {"model": "m", "temperature": 1.0, "max_tokens": 64}
    lines = [
        {
            "custom_id": f"{task:040x}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                **body,
                "messages": [{"role": "user", "content": f"task {task} \ud83d\ude00"}],
            },
        }
        for task in range(count)
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def command(requests: Path, results: Path, server: str, *more: str) -> list[str | Path]:
    known = [
        "--base-url",
        f"{server}/v1",
        "--in-flight",
        str(IN_FLIGHT),
        "--key-env",
        "RAY_TEST_KEY",
        "--timeout",
        "60",
        "--patience",
        "60",
    ]
    return [sys.executable, PROGRAM, requests, results, *known, *more]


def driver(line: list[str | Path]) -> "subprocess.Popen[str]":
    env = os.environ | {"RAY_TEST_KEY": "k1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )


def lines_of(path: Path) -> dict[int, dict[str, object]]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    found = {int(row["custom_id"], 16): row for row in rows}
    assert len(found) == len(rows), "a request has two lines"
    return found


def started(make: Callable[[], Any]) -> Any:
    """Ray gives a node 30 seconds to start, which are few on a busy machine."""
    for _ in range(3):
        try:
            return make()
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
    return make()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head and a second node, with room for one actor each."""
    head = {"num_cpus": 1, **BARE}
    made = started(lambda: Cluster(initialize_head=True, head_node_args=head))
    try:
        yield made
    finally:
        made.shutdown()


def wait_until(done: Callable[[], bool], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_every_fault_of_a_server_ends_in_a_line(tmp_path: Path, cluster: Cluster) -> None:
    faults = {
        0: lambda nth: 500 if nth == 1 else None,
        1: lambda nth: 429 if nth < 4 else None,
        2: lambda nth: "cut" if nth == 1 else None,
        3: lambda nth: "html" if nth == 1 else None,
        4: lambda _: 400,
        5: lambda _: 503,
        6: lambda _: "html",
    }
    requests, results = requests_in(tmp_path, 20), tmp_path / "results-1.jsonl"
    # A line that a kill tore, and one that is there.
    there = {"custom_id": f"{19:040x}", "response": {"status_code": 200, "body": {}}}
    results.write_text(f'{json.dumps(there)}\n{{"custom_id": "to')
    with faulty_server.serve(lambda task, nth: faults.get(task, lambda _: None)(nth)) as seen:
        line = command(requests, results, seen.address, "--tries", "3", "--cpus", "0.5")
        done = driver([*line, "--address", cluster.address])
        said, errors = done.communicate()
    assert done.returncode == 0, errors
    assert json.loads(said.splitlines()[-1])["done"] == 19
    rows = lines_of(results)
    assert sorted(rows) == list(range(20))
    status = {task: (row.get("response") or {}).get("status_code") for task, row in rows.items()}
    assert [status[task] for task in range(7)] == [200, 200, 200, 200, 400, 503, None]
    assert rows[6]["error"]["code"] == "no_answer"
    assert (seen.asked[19], seen.asked[4], seen.asked[5], seen.asked[1]) == (0, 1, 3, 4)
    assert seen.keys == {"Bearer k1"}
    # Replies are as they came: no number became another.
    text = results.read_text()
    assert '"ratio": 1.0' in text
    assert "12345678901234567890" in text


def test_a_dead_node_and_a_dead_driver_cost_what_was_in_flight_at_most(
    tmp_path: Path, cluster: Cluster
) -> None:
    count = 160
    requests, results = requests_in(tmp_path, count), tmp_path / "results-1.jsonl"
    with faulty_server.serve(
        lambda task, nth: 500 if task % 9 == 0 and nth == 1 else None, 0.2
    ) as seen:
        node = started(lambda: cluster.add_node(num_cpus=1, **BARE))
        line = [
            *command(requests, results, seen.address, "--cpus", "0.9"),
            "--address",
            cluster.address,
        ]
        first = driver(line)
        wait_until(lambda: sum(seen.answered.values()) > 3 * IN_FLIGHT)
        # SIGKILL for all processes of the node, its actor among them.
        cluster.remove_node(node, allow_graceful=False)
        kept = len(results.read_text().splitlines())
        wait_until(lambda: len(results.read_text().splitlines()) > kept + IN_FLIGHT)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        asked = sum(seen.asked.values())
        assert sum(seen.answered.values()) < count
        second = driver(line)
        _, errors = second.communicate()
        assert second.returncode == 0, errors
        again = driver(line)
        again.communicate()
        assert again.returncode == 0
    assert sorted(lines_of(results)) == list(range(count))
    twice = sum(times - 1 for times in seen.answered.values())
    # One actor on the dead node, two that the first driver had when it died.
    assert twice <= 3 * IN_FLIGHT
    assert sum(seen.asked.values()) > asked


def test_one_command_does_requests_job_and_results(tmp_path: Path, cluster: Cluster) -> None:
    with faulty_server.serve(lambda task, nth: 500 if task == 1 and nth == 1 else None) as seen:
        more = stages.king_workspace(tmp_path, seen.address, "m") / "chain.toml"
        engine = {"name": "ray", "online_below": 0, "actors": 1, "address": cluster.address}
        lines = [f"{key} = {json.dumps(value)}" for key, value in engine.items()]
        python = f"python = {json.dumps(sys.executable)}"
        more.write_text("\n".join([more.read_text(), "[engine]", *lines, python, ""]))
        code, summary, errors = stages.run("king", tmp_path)
    assert (code, summary["kept"], summary["pending"]) == (0, stages.TURNS, 0), errors
    assert sum(seen.answered.values()) == stages.TURNS


def test_only_one_driver_writes_a_results_file(tmp_path: Path) -> None:
    requests, results = requests_in(tmp_path, 1), tmp_path / "results-1.jsonl"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl,sys,time; f=open(sys.argv[1],'a'); fcntl.flock(f,fcntl.LOCK_EX);"
            "print(flush=True); time.sleep(600)",
            results,
        ],
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        second = driver(command(requests, results, "http://127.0.0.1:9"))
        _, errors = second.communicate()
    finally:
        holder.kill()
    assert second.returncode == 2
    assert "ray_batch: another job is writing" in errors


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--address", "127.0.0.1:1"], 2, "no Ray cluster at 127.0.0.1:1"),
        (["--mode", "vllm"], 1, "--mode vllm wants --model"),
    ],
)
def test_a_cluster_that_is_away_is_for_later_and_wrong_use_is_not(
    tmp_path: Path, more: list[str], code: int, words: str
) -> None:
    requests, results = requests_in(tmp_path, 1), tmp_path / "results-1.jsonl"
    done = driver([*command(requests, results, "http://127.0.0.1:9"), *more])
    _, errors = done.communicate()
    assert (done.returncode, words in errors) == (code, True), errors
