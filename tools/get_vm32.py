"""Fetches MicroPython for WebAssembly, a VM whose words have 32 bits: python -m tools.get_vm32

tools/vm32/package.json names the npm package, its lock file pins and checks it. It goes to
`vm32` of the environment that runs this; tools/vm32/run.mjs starts it with Node.js. Without
Node.js what needs it is skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import npm

PACKAGE = Path(__file__).with_name("vm32")
TARGET = Path(sys.prefix) / "vm32"


def main() -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="busguard-vm32-") as folder:
            modules = npm.install(PACKAGE, Path(folder))
            shutil.rmtree(TARGET, ignore_errors=True)
            shutil.copytree(modules / "@micropython" / "micropython-webassembly-pyscript", TARGET)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The VM with words of 32 bits could not be fetched: {error}", file=sys.stderr)
        print("Is there a way to the internet? Try again: make setup", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
