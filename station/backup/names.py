"""The names of the copies in a folder, and when each was made."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

_NAME = re.compile(r"station-(\d{8}T\d{6})Z\.(sqlite|pgdump)")
_TIME = "%Y%m%dT%H%M%S"


def stamp(utc_ms: int) -> str:
    return datetime.fromtimestamp(utc_ms // 1000, timezone.utc).strftime(_TIME)


def name(utc_ms: int, ending: str) -> str:
    return f"station-{stamp(utc_ms)}Z.{ending}"


def in_folder(folder: Path) -> list[tuple[int, Path]]:
    """(when it was made, the file), the newest first. OSError."""
    found = []
    for path in folder.iterdir():
        if named := _NAME.fullmatch(path.name):
            at = datetime.strptime(named[1], _TIME).replace(tzinfo=timezone.utc)
            found.append((int(at.timestamp()) * 1000, path))
    return sorted(found, reverse=True)
