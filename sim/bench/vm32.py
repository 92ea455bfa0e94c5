"""The MicroPython VM with words of 32 bits (tools/get_vm32.py fetches it, Node.js runs it)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_VM = Path(sys.prefix) / "vm32"
_OLDEST = (18, 17)  # tools/vm32/run.mjs asks for folders within folders


@cache
def _node() -> str | None:
    """Path of Node.js; None: it is missing or too old."""
    node = shutil.which("node")
    if node is None:
        return None
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", done.stdout)
    return node if version and (int(version[1]), int(version[2])) >= _OLDEST else None


def command(script: str, *arguments: str) -> list[str] | None:
    """The command line that runs a script of this repository in it; None: it cannot be run here."""
    node = _node()
    if node is None or not (_VM / "micropython.mjs").exists():
        return None
    return [node, str(_ROOT / "tools/vm32/run.mjs"), str(_VM), str(_ROOT), script, *arguments]
