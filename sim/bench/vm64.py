"""The MicroPython VM of this computer (words of 64 bits) runs a script of a bench."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

BENCH = Path(__file__).parent
_ROOT = BENCH.parents[1]


def told(
    vm: str, script: str, *arguments: str, heap: str, beside: tuple[Path, ...] = ()
) -> list[str]:
    """The lines that a script of this folder prints. beside: folders that it imports from, besides
    the repository. RuntimeError, with all that it said: it failed."""
    path = ":".join(map(str, (_ROOT, *beside)))
    done = subprocess.run(
        [vm, "-X", f"heapsize={heap}", str(BENCH / script), *arguments],
        env={**os.environ, "MICROPYPATH": f"{path}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.splitlines()
