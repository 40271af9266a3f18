"""Fetches one source distribution: python3 fetch-sdist.py NAME SHA256 FILE

By pip's own settings and session, and without building anything: `pip download` runs a package's
build to learn its name. Ends with 3 where no index has the file, with 4 where its hash is another.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from pip._internal.commands import create_command
from pip._internal.index.collector import LinkCollector
from pip._internal.models.link import Link


def main(name: str, sha256: str, target: Path) -> int:
    command: Any = create_command("download")
    options, _ = command.parse_args([name])
    found = False
    with command.main_context():
        session = command.get_default_session(options)
        collector = LinkCollector.create(session, options)
        for url in collector.search_scope.get_index_urls_locations(name):
            page = collector.fetch_response(Link(url)) if urlsplit(url).scheme != "file" else None
            for entry in json.loads(page.content)["files"] if page is not None else ():
                if entry["hashes"].get("sha256") != sha256:
                    found = found or entry["filename"].endswith(".tar.gz")
                    continue
                reply = session.get(urljoin(page.url, entry["url"]))
                reply.raise_for_status()
                if hashlib.sha256(reply.content).hexdigest() != sha256:
                    return 4
                target.write_bytes(reply.content)
                return 0
    if found:
        return 4
    print(f"no index that pip asks has a source archive of {name}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
