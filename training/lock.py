"""Writes the lock files: versions from pip's resolver, hashes from the pages of pip's indexes.

    .venv/bin/python lock.py            all locks
    .venv/bin/python lock.py training   one of: training, cuda, tests, litellm, harbor, mini, gym,
                                        llamafactory, axolotl, verl, verifiers

Versions that a lock has stay as they are; delete a line to have it resolved anew. For each version
the lock lists every file that a supported machine could be given: CPython 3.11 to 3.13 on Linux
(glibc) and macOS, x86_64 and arm64, and the source archive. Addresses never enter a lock: whoever
installs says by pip's own settings where from.

It asks the indexes that this machine's pip is set up with, by pip's own session: one page a
package.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pip._internal.commands import create_command
from pip._internal.index.collector import LinkCollector
from pip._internal.models.link import Link
from pip._vendor.packaging.tags import Tag
from pip._vendor.packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pip._vendor.packaging.version import InvalidVersion

HERE = Path(__file__).parent
TESTS = HERE.parent / "test" / "python"
TRAINERS = HERE.parent / "test" / "trainers"
GYM = HERE.parent / "src" / "gym" / "programs"
PYTHONS = ("311", "312", "313")
# Named as Node names them, since setup reads the sizes; with what their wheels are tagged with.
MACHINES = {
    "linux-x64": ("linux", "x86_64"),
    "linux-arm64": ("linux", "aarch64"),
    "darwin-arm64": ("macosx", "arm64"),
    "darwin-x64": ("macosx", "x86_64"),
}


@dataclass(frozen=True)
class File:
    """One file of a release, as an index page or the table of torch's CPU builds names it."""

    name: str
    version: str
    filename: str
    sha256: str
    size: int
    tags: frozenset[Tag]


@dataclass(frozen=True)
class Lock:
    """One lock file: what it is resolved from, and the locks whose packages it builds upon."""

    path: Path
    wants: tuple[str, ...]
    upon: tuple[Path, ...] = ()
    python: str = sys.executable
    # Only what is named: the rest of what is named asks for is left out.
    named_only: bool = False
    # What is left out though something asks for it.
    without: tuple[str, ...] = ()
    # The Pythons that it is installed with.
    pythons: tuple[str, ...] = PYTHONS


def training_wants() -> tuple[str, ...]:
    """What pyproject.toml asks for, tools included, torch at the version of its CPU table."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    return (*project["dependencies"], *project["optional-dependencies"]["dev"])


def locks() -> dict[str, Lock]:
    base = HERE / "requirements.lock"
    return {
        "training": Lock(base, training_wants()),
        "cuda": Lock(HERE / "cuda.lock", (f"torch==={torch_version()}",), (base,)),
        "tests": Lock(TESTS / "requirements.lock", listed("requirements.in"), (base,)),
        "litellm": Lock(TESTS / "litellm.lock", listed("litellm.in")),
        "mini": Lock(TESTS / "mini.lock", listed("mini.in"), (), sys.executable, True),
        "gym": Lock(GYM / "requirements.lock", listed("requirements.in", GYM)),
        # The index has no builds of these that load on PyTorch's CPU build; text needs neither.
        "llamafactory": trainer("llamafactory", "torchvision", "torchaudio"),
        "axolotl": trainer("axolotl", "torchvision", "torchaudio"),
        "verl": trainer("verl"),
        "verifiers": trainer("verifiers"),
        "harbor": Lock(TESTS / "harbor.lock", listed("harbor.in"), (), python312(), True),
    }


def trainer(name: str, *without: str) -> Lock:
    """Of a trainer whose reader npm run test:trainers runs; some of it has no files for 3.13."""
    wants = listed(f"{name}.in", TRAINERS)
    return Lock(TRAINERS / f"{name}.lock", wants, without=without, pythons=("311", "312"))


def listed(name: str, folder: Path = TESTS) -> tuple[str, ...]:
    """The lines of a list of packages without its comments."""
    lines = (line.strip() for line in (folder / name).read_text().splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def main(names: list[str]) -> None:
    every = locks()
    for name in names or list(every):
        write(every[name], cuda=name == "cuda")


def write(lock: Lock, *, cuda: bool) -> None:
    below = {name for path in lock.upon for name in pins(path)}
    found = resolve(lock)
    files = {name: release(name, version) for name, version in found.items() if name not in below}
    marker = ' ; platform_system == "Linux"' if cuda else ""
    lines = list(heads(lock, files))
    for name, chosen in sorted(files.items()):
        if not chosen:
            raise SystemExit(f"{name} {found[name]}: no index page names a file of it")
        hashes = sorted({file.sha256 for file in chosen})
        body = " \\\n".join(f"    --hash=sha256:{sha}" for sha in hashes)
        lines.append(f"{name}=={found[name]}{marker} \\\n{body}")
    lock.path.write_text("\n".join(lines) + "\n")
    print(f"{lock.path}: {len(files)} packages", file=sys.stderr)


def heads(lock: Lock, files: dict[str, list[File]]) -> Iterator[str]:
    """What the file is, and how much is fetched a machine: setup tells it before it begins."""
    yield "# Written by training/lock.py: versions and the hashes of all their files; no addresses."
    for machine in MACHINES:
        builds = {"cpu": True, "index": False} if "torch" in files else {"index": False}
        for build, cpu in builds.items():
            size = megabytes(machine, files.values(), lock.pythons, cpu=cpu)
            yield f"# megabytes {machine} {build} {size}"


def megabytes(
    machine: str, releases: Iterable[list[File]], pythons: Iterable[str], *, cpu: bool
) -> int:
    """The most that one of these Pythons fetches on that machine, in MB of 1e6 bytes.

    0 where a package has no file for that machine.
    """
    most = 0
    for python in pythons:
        total = 0
        for files in releases:
            fits = [f for f in files if f.tags and any(fit(t, python, machine) for t in f.tags)]
            local = [f for f in fits if "+cpu" in f.filename]
            pool = local if cpu and local else [f for f in fits if f not in local]
            if not any(f.tags for f in files):
                pool = files
            if not pool:
                return 0
            total += max(f.size for f in pool)
        most = max(most, total)
    return round(most / 1e6)


def resolve(lock: Lock) -> dict[str, str]:
    """Names and versions that pip's resolver chooses for this machine, by canonical name."""
    kept = pins(lock.path) if lock.path.exists() else {}
    for path in lock.upon:
        kept |= pins(path)
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(f"{name}=={version}" for name, version in kept.items()))
        report = Path(folder) / "report.json"
        command = [lock.python, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--report", str(report)]
        command += ["--constraint", str(constraints), *lock.wants]
        subprocess.run(command, check=True)
        items = json.loads(report.read_text())["install"]
    metas = [item["metadata"] for item in items]
    found = {canonicalize_name(m["name"]): m["version"].split("+")[0] for m in metas}
    found = {name: version for name, version in found.items() if name not in lock.without}
    named = {canonicalize_name(re.split(r"[\[=<>]", want)[0]) for want in lock.wants}
    return {k: v for k, v in found.items() if k in named} if lock.named_only else found


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", path.read_text(), re.MULTILINE))


def release(name: str, version: str) -> list[File]:
    """All files of a version that a supported machine could be given."""
    files = {f.sha256: f for f in index_files(name) if f.version == version and wanted(f)}
    if name == "torch":
        files |= {f.sha256: f for f in cpu_torch()}
    return list(files.values())


def wanted(file: File) -> bool:
    if not file.tags:
        return True
    return any(fit(tag, py, machine) for tag in file.tags for py in PYTHONS for machine in MACHINES)


def fit(tag: Tag, python: str, machine: str) -> bool:
    system, processor = MACHINES[machine]
    if tag.abi == "abi3":
        oldest = re.fullmatch(r"cp3(\d+)", tag.interpreter)
        interpreter = oldest is not None and int(oldest[1]) <= int(python[1:])
    else:
        interpreter = tag.interpreter in (f"cp{python}", "py3", f"py{python}", "py2.py3")
        interpreter = interpreter and tag.abi in (f"cp{python}", "none")
    if tag.platform == "any":
        return interpreter
    ours = tag.platform.endswith(processor) or tag.platform.endswith("universal2")
    return interpreter and ours and system in tag.platform and "musl" not in tag.platform


def index_files(name: str) -> Iterator[File]:
    """Every file of a package that one of pip's indexes names together with its sha256."""
    command: Any = create_command("download")
    options, _ = command.parse_args([name])
    with command.main_context():
        session = command.get_default_session(options)
        collector = LinkCollector.create(session, options)
        for url in collector.search_scope.get_index_urls_locations(name):
            if urlsplit(url).scheme == "file":
                continue
            page = collector.fetch_response(Link(url))
            entries = json.loads(page.content)["files"] if page is not None else ()
            for entry in entries:
                sha256 = entry["hashes"].get("sha256")
                file = parsed(name, entry["filename"], sha256, entry.get("size"))
                if file is not None and not entry.get("yanked"):
                    yield file


def parsed(name: str, filename: str, sha256: str | None, size: int | None) -> File | None:
    filename = unquote(filename)
    if sha256 is None:
        return None
    try:
        if filename.endswith(".whl"):
            _, version, _, tags = parse_wheel_filename(filename)
        else:
            _, version = parse_sdist_filename(filename)
            tags = frozenset()
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return File(name, version.public, filename, sha256, size or 0, tags)


def torch_version() -> str:
    return pins(HERE / "requirements.lock")["torch"]


def cpu_torch() -> Iterator[File]:
    """PyTorch's own CPU builds, which the default index does not have."""
    for line in (HERE / "torch-cpu.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            sha256, size, filename = line.split()
            file = parsed("torch", filename, sha256, int(size))
            if file is not None:
                yield file


def python312() -> str:
    """harbor wants 3.12 or newer; this machine's own Python where it is new enough."""
    if sys.version_info >= (3, 12):
        return sys.executable
    found = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python3"))
    return str(found[0]) if found else "python3.12"


if __name__ == "__main__":
    main(sys.argv[1:])
