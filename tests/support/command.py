"""Runs `python -m sim` as a person at a terminal does."""

import subprocess
import sys

from vm import ROOT


def run(*arguments, **more):
    """python -m sim in a process of its own."""
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **more
    )
