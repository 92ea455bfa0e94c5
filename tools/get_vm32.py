"""Fetches MicroPython for WebAssembly, a VM whose words have 32 bits: python -m tools.get_vm32

tools/vm32/package.json names the npm package, its lock file pins and checks it. It goes to
`vm32` of the environment that runs this; tools/vm32/run.mjs starts it with Node.js. Without
Node.js what needs it is skipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools import npm

PACKAGE = Path(__file__).with_name("vm32")
TARGET = Path(sys.prefix) / "vm32"


def main() -> int:
    return npm.keep(
        PACKAGE,
        "The VM with words of 32 bits",
        Path("@micropython", "micropython-webassembly-pyscript"),
        TARGET,
    )


if __name__ == "__main__":
    sys.exit(main())
