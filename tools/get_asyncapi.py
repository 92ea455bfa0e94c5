"""Fetches AsyncAPI's own parser, which checks docs/asyncapi.json: python -m tools.get_asyncapi

tools/asyncapi_parser/package.json names the npm package, its lock file pins and checks it. It goes
to `asyncapi` of the environment that runs this. Without Node.js its test is skipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools import npm

PACKAGE = Path(__file__).with_name("asyncapi_parser")
TARGET = Path(sys.prefix) / "asyncapi"


def main() -> int:
    return npm.keep(PACKAGE, "AsyncAPI's parser", Path(), TARGET / "node_modules")


if __name__ == "__main__":
    sys.exit(main())
