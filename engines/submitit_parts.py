# /// script
# requires-python = ">=3.10"
# dependencies = ["submitit>=1.5"]
# ///
"""Stages of several workspaces as jobs: what `npm run split` made, one job a part.

    python submitit_parts.py PART [PART ...] --stages king challenger [--executor local|slurm]

Each job runs the stages of its part in order and stops at the first that does not end with 0.
The parts come together with `npm run merge` afterwards. `local` makes processes of this machine,
`slurm` jobs of the cluster by the same call. What ends with 2 is run again by this same command.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import submitit

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Part:
    """What one job does; called where the job runs."""

    root: str
    stages: tuple[str, ...]
    project: str
    node: str

    def __call__(self) -> dict[str, object]:
        for stage in self.stages:
            command = [self.node, f"{self.project}/kingmaker.cjs", stage, "--root", self.root]
            code = subprocess.run([*command, "--yes"], cwd=self.project, check=False).returncode
            if code != 0:
                return {"part": self.root, "stage": stage, "code": code}
        return {"part": self.root, "stage": self.stages[-1], "code": 0}


def parsed(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="+", type=Path)
    parser.add_argument("--stages", nargs="+", required=True, help="for example king challenger")
    parser.add_argument("--executor", default="local", help="local, slurm, or auto")
    parser.add_argument("--logs", type=Path, default=Path("submitit-logs"))
    parser.add_argument("--minutes", type=int, default=24 * 60, help="for one part")
    parser.add_argument("--cpus", type=int, default=1, help="for one part")
    parser.add_argument("--node", default="node", help="the Node of the machines that run it")
    parser.add_argument("--slurm", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args(argv)
    for part in args.parts:
        if not (part / "chain.toml").is_file():
            parser.error(f"{part} is no workspace: it has no chain.toml")
    return args


def main(argv: list[str]) -> int:
    """The worst exit code of all parts."""
    args = parsed(argv)
    executor = submitit.AutoExecutor(folder=args.logs, cluster=args.executor)
    slurm = {f"slurm_{name}": value for name, _, value in (o.partition("=") for o in args.slurm)}
    executor.update_parameters(timeout_min=args.minutes, cpus_per_task=args.cpus, **slurm)
    stages = tuple(args.stages)
    with executor.batch():
        jobs = [
            executor.submit(Part(str(part.resolve()), stages, str(PROJECT), args.node))
            for part in args.parts
        ]
    worst = 0
    for part, job in zip(args.parts, jobs, strict=True):
        try:
            ended = job.result()
        except submitit.core.utils.UncompletedJobError as error:
            print(f"submitit_parts: {part}: {error}", file=sys.stderr)
            ended = {"part": str(part.resolve()), "stage": None, "code": 2}
        print(json.dumps(ended), flush=True)
        worst = max(worst, int(str(ended["code"])))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
