"""Puts words into a file where others stand: python3 put.py CHANGE.json

The change has file, start, old and new. `start` counts UTF-16 units, as the tasks do. Ends with 1
where the old words do not stand there.
"""

import json
import sys
from pathlib import Path


def main(change: dict[str, str | int]) -> int:
    path = Path(str(change["file"]))
    units = path.read_bytes().decode("utf-8").encode("utf-16-le")
    old, new = (str(change[key]).encode("utf-16-le") for key in ("old", "new"))
    at = int(change["start"]) * 2
    if units[at : at + len(old)] != old:
        return 1
    whole = units[:at] + new + units[at + len(old) :]
    path.write_bytes(whole.decode("utf-16-le").encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text())))
