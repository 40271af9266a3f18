"""`python -m kingmaker_training`: reads its arguments before anything heavy is imported."""

import argparse
import sys
from collections.abc import Sequence

from kingmaker_training import __version__


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code of the process."""
    parser = argparse.ArgumentParser(
        prog="python -m kingmaker_training",
        description="The Python side of Kingmaker. Kingmaker's own commands start it.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.parse_args(argv)
    parser.print_usage(sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
