"""Fetches AsyncAPI's own parser, which checks docs/asyncapi.json: python -m tools.get_asyncapi

tools/asyncapi_parser/package.json names the npm package, its lock file pins and checks it. It goes
to `asyncapi` of the environment that runs this. Without Node.js its test is skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import npm

PACKAGE = Path(__file__).with_name("asyncapi_parser")
TARGET = Path(sys.prefix) / "asyncapi"


def main() -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="busguard-asyncapi-") as folder:
            modules = npm.install(PACKAGE, Path(folder))
            shutil.rmtree(TARGET, ignore_errors=True)
            shutil.copytree(modules, TARGET / "node_modules", symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"AsyncAPI's parser could not be fetched: {error}", file=sys.stderr)
        print("Is there a way to the internet? Try again: make setup", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
