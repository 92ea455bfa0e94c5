"""The MicroPython VM with words of 32 bits (tools/get_vm32.py fetches it, Node.js runs it)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_VM = Path(sys.prefix) / "vm32"


def command(script: str, *arguments: str) -> list[str] | None:
    """The command line that runs a script of this repository in it; None: it cannot be run here."""
    node = shutil.which("node")
    if node is None or not (_VM / "micropython.mjs").exists():
        return None
    return [node, str(_ROOT / "tools/vm32/run.mjs"), str(_VM), str(_ROOT), script, *arguments]
