"""Whether pytest's results solve a task: python3 check.py RESULTS TASK; prints 1 or 0."""

import json
import sys
from pathlib import Path


def main(results: Path, task: Path) -> int:
    wanted = json.loads(task.read_text())
    said = json.loads(results.read_text()) if results.exists() else {}
    lists = wanted["fail_to_pass"] + wanted["pass_to_pass"]
    return int(all(said.get(test, {}).get("outcome") == "passed" for test in lists))


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])))
