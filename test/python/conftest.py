"""Real servers and validators for the tests: each in its own process, ended by its id."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sets as builders
import tiny_gguf

HERE = Path(__file__).parent


@contextmanager
def serve_llamacpp(folder: Path, context: str, slots: str, *key: str) -> Iterator[str]:
    """The address of a llama.cpp server with a random model."""
    model = folder / "tiny.gguf"
    tiny_gguf.write(model)
    command = [sys.executable, HERE / "llamacpp_server.py", model, "0", context, slots, *key]
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        address = server.stdout.readline().strip() if server.stdout else ""
        try:
            if not address:
                raise RuntimeError((folder / "log.txt").read_text()[-2000:])
            yield address
        finally:
            server.kill()


@contextmanager
def serve(
    command: Sequence[str | Path], folder: Path, health: str, env: Mapping[str, str]
) -> Iterator[str]:
    """The address of a server that is started with a free port and waited for; ended by its id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", port],
            cwd=folder,
            env=os.environ | env,
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            wait_until_alive(f"{address}{health}", server, folder / "log.txt")
            yield address
        finally:
            server.kill()


def wait_until_alive(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Returns once the address answers. Raises with the end of the log when the server ended."""
    for _ in range(900):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address)
            return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text()[-2000:])


@pytest.fixture(scope="session")
def transformers_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that says one well-formed answer."""
    folder = tmp_path_factory.mktemp("tiny")
    subprocess.run([sys.executable, HERE / "tiny_transformer.py", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def transformers_serve(
    transformers_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of `transformers serve` with that model."""
    program = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", program, "serve", transformers_model, "--device", "cpu"]
    env = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    folder = tmp_path_factory.mktemp("serve")
    with serve(command, folder, "/health", env) as address:
        yield address


@pytest.fixture(scope="session")
def llamacpp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One with 2,048 tokens a slot."""
    with serve_llamacpp(tmp_path_factory.mktemp("llamacpp"), "4096", "2") as address:
        yield address


@pytest.fixture(scope="session")
def harbor_python() -> Path:
    """The Python that can import harbor's validator; the test is skipped where there is none."""
    return _environment(".venv-harbor")


@pytest.fixture(scope="session")
def litellm_program() -> Path:
    """LiteLLM's proxy as a program; the test is skipped where there is none."""
    return _environment(".venv-litellm").with_name("litellm")


@pytest.fixture(scope="session")
def mini_python() -> Path:
    """The Python that can import mini-swe-agent; the test is skipped where there is none."""
    return _environment(".venv-mini")


@pytest.fixture(scope="session")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, builders.Built]:
    """A set of each builder in all its formats; the exports with text alone and with calls."""
    root = tmp_path_factory.mktemp("sets")
    builders.judged(root / "text", calls=False)
    builders.judged(root / "calls", calls=True)
    formats = (*builders.FORMATS, *builders.JUDGED)
    found = {
        "export": builders.export(root / "text", "export", formats=formats),
        "export_of_calls": builders.export(root / "calls", "export", formats=formats),
        "repair": builders.repair(root),
        "speedrun": builders.speedrun(root),
    }
    for trainer, forms in builders.TRAINERS.items():
        found[trainer] = builders.export(root / "calls", trainer, "--for", trainer, formats=forms)
    return found | {one.folder.name: one for one in builders.actions(root)}


def _environment(name: str) -> Path:
    if not (HERE / name / "kingmaker.json").exists():
        pytest.skip(f"test/python/{name} is not made: npm run setup:python-tests")
    return HERE / name / "bin" / "python"
