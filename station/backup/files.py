"""A file that gets its name once all of it is on the disk."""

from __future__ import annotations

import os
from pathlib import Path


def settle(beside: Path, path: Path) -> None:
    """The file `beside` becomes `path`, in one step. OSError."""
    _sync(beside)
    os.replace(beside, path)
    _sync(path.parent)


def owned_like(path: Path, model: Path) -> None:
    """An administrator who works as root leaves no file that the station cannot open. OSError."""
    if os.geteuid() == 0:
        owner = model.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
